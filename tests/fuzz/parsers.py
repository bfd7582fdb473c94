"""Every parser of bytes that strangers send, each with samples and with the way back.

A parser that comes later is one more line in `PARSERS`, under the name that it has in intake/browser/test/parsers.ts.
"""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crypto.errors import CryptoError, FormatError
from crypto.public import bech32, seal
from crypto.public.keys import check_key_file, parse_recipient, recipient_text
from crypto.public.trust import Pin, believe
from crypto.public.verify import verify
from crypto.secret.identity import Identities
from crypto.secret.offer import Offer
from crypto.secret.unseal import unseal
from crypto.sign.sign import public, sign
from crypto.wire import age
from crypto.wire.attachments import Attachments
from crypto.wire.container import read_container
from crypto.wire.day import DayManifest, Gone
from crypto.wire.directory import Directory
from crypto.wire.fields import encode_json, parse_json
from crypto.wire.frame import MESSAGE_FRAMES, REPLY_FRAMES, Frame, fill
from crypto.wire.message import MOST_MESSAGE, Message
from crypto.wire.note import Note
from crypto.wire.post import Post
from crypto.wire.receipt import format_digits, parse_digits
from crypto.wire.receipt_words import format_words, parse_words
from crypto.wire.record import Record
from crypto.wire.reply import Fragment, Reply
from tests.fuzz import samples
from tests.vectors import scene
from tests.vectors.bytes_cases import reply_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """How bytes are taken, and what they must be when they were: `back` gives the one form of the value.

    `normal` takes away what may differ between two spellings of one value. `share` is the part of all inputs that a
    slow parser gets; `text` says that it takes only UTF-8.
    """

    name: str
    parse: Callable[[bytes], Any]
    back: Callable[[Any], bytes]
    samples: Sequence[bytes]
    refusals: type[CryptoError] = FormatError
    normal: Callable[[bytes], Any] = bytes
    text: bool = False
    share: float = 1.0


def encoded(name: str, parse: Callable[[bytes], Any], values: Iterable[Any]) -> Parser:
    """For a wire type of JSON: `parse` and `encode`."""
    return Parser(
        name=name,
        parse=parse,
        back=lambda value: bytes(value.encode()),
        samples=tuple(value.encode() for value in values),
        normal=in_order,
    )


def in_order(data: bytes) -> str:
    """JSON in which only the order of members does not count."""
    return json.dumps(json.loads(data), sort_keys=True)


def frame(name: str, sizes: tuple[int, ...]) -> Parser:
    """For a frame of one of these sizes."""
    return Parser(
        name=name,
        parse=lambda data: Frame.parse(data, sizes),
        back=lambda value: fill(value.message, value.signature, sizes),
        samples=samples.frames(sizes),
    )


def sealed(name: str, data: bytes, seed: bytes, share: float) -> Parser:
    """For opening: only what was sealed opens."""
    identities = Identities.load([seed])

    def parse(file: bytes) -> bytes:
        unseal(file, identities)
        return file

    return Parser(name=name, parse=parse, back=lambda _: data, samples=(data,), share=share)


def checked(name: str, check: Callable[[bytes], None], data: bytes) -> Parser:
    """For a check of the shape: what has it is a header in its one form, and its length is the sample's."""

    def parse(file: bytes) -> bytes:
        check(file)
        return file

    def back(file: bytes) -> bytes:
        return header_back(header_and_rest(file))[: len(data)]

    return Parser(name=name, parse=parse, back=back, samples=(data,))


def header_and_rest(data: bytes) -> tuple[age.Header, bytes]:
    """A header, and what follows it."""
    header = age.Header.parse(data)
    return header, data[header.length :]


def header_back(value: tuple[age.Header, bytes]) -> bytes:
    """A header as it is written, and what follows it."""
    header, rest = value
    return age.covered_bytes(header.stanzas) + age.mac_line_end(header.mac) + rest


def members_of(data: bytes) -> tuple[tuple[str, bytes], ...]:
    """All members of a container."""
    return tuple(read_container(io.BytesIO(data), most_member=4_096))


def key_file(data: bytes) -> bytes:
    """A key file that was pinned by its hash."""
    return b"".join(check_key_file(EPOCH, data).values())


def one_key(data: bytes) -> bytes:
    """One sealing key of a key file."""
    seal.load(data)
    return data


def signed(data: bytes) -> bytes:
    """Twelve bytes, then the signature that this world's `labels` key made over them, then the key."""
    verify("message", scene.PORTAL, data[:12], data[12:76], data[76:])
    return data


def believed(data: bytes) -> Note:
    """A directory note, from its bytes to being believed."""
    return believe(PIN, Note.parse(data), (), scene.DAY).note


EPOCH = scene.directory().epochs[0]
PIN = Pin(portal=scene.PORTAL, seq=1, roots=samples.directories()[0].roots)
_SIGNED = b"twelve bytes" + sign("message", scene.PORTAL, b"twelve bytes", scene.seed("labels"))

PARSERS = (
    Parser(
        name="age-header", parse=header_and_rest, back=header_back, samples=(samples.SLOT[:1_800], samples.OTHER_HEADER)
    ),
    checked("envelope", age.check_envelope, samples.ENVELOPE),
    checked("slot", age.check_slot, samples.SLOT),
    frame("frame-message", MESSAGE_FRAMES),
    frame("frame-reply", REPLY_FRAMES),
    Parser(
        name="json",
        parse=lambda data: parse_json(data, most=MOST_MESSAGE),
        back=encode_json,
        samples=(b'{"a":[1,null,true,"\\u0001\\n\xc3\xa9"],"b":{"c":{"d":[[[[{}]]]]}},"e":9007199254740991}', b"{}"),
        normal=in_order,
    ),
    encoded("message", Message.parse, samples.messages()),
    encoded("reply", Reply.parse, [reply_of("\u0648\u0635\u0644")[0], reply_of("x", kind="text")[0]]),
    Parser(
        name="fragment",
        parse=Fragment.parse,
        back=lambda one: one.reply_id + bytes([one.at, one.count]) + one.data,
        samples=samples.reply_fragments(),
    ),
    Parser(name="note", parse=Note.parse, back=Note.encode, samples=tuple(note.encode() for note in samples.notes())),
    Parser(
        name="believed-directory",
        parse=believed,
        back=Note.encode,
        samples=tuple(note.encode() for note in samples.notes()[:1]),
        refusals=CryptoError,
    ),
    encoded("directory", Directory.parse, samples.directories()),
    encoded("pin", Pin.parse, [PIN, scene.PIN]),
    encoded("post", Post.parse, samples.posts()),
    encoded("day", DayManifest.parse, samples.days()),
    encoded("gone", Gone.parse, samples.gone()),
    encoded("record", Record.parse, samples.records()),
    Parser(
        name="attachments",
        parse=lambda data: Attachments.parse(parse_json(data, most=MOST_MESSAGE)),
        back=lambda value: encode_json(value.to_json()),
        samples=tuple(encode_json(one.to_json()) for one in samples.attachments()),
        normal=in_order,
    ),
    Parser(
        name="receipt",
        parse=lambda data: parse_digits(data.decode("utf-8")),
        back=lambda receipt: format_digits(receipt).encode("ascii"),
        samples=samples.receipts(),
        normal=lambda data: parse_digits(data.decode("utf-8")),
        text=True,
    ),
    Parser(
        name="words",
        parse=lambda data: parse_words(data.decode("utf-8")),
        back=lambda receipt: format_words(receipt).encode("ascii"),
        samples=samples.words(),
        normal=lambda data: parse_words(data.decode("utf-8")),
        text=True,
    ),
    Parser(
        name="bech32",
        parse=lambda data: bech32.decode(data.decode("utf-8")),
        back=lambda value: bech32.encode(*value).encode("ascii"),
        samples=(bech32.encode("age", bytes(range(5))).encode("ascii"), bech32.encode("a", b"").encode("ascii")),
        normal=bytes.lower,
        text=True,
    ),
    Parser(
        name="recipient-text",
        parse=lambda data: parse_recipient(data.decode("utf-8")),
        back=lambda key: recipient_text(key).encode("ascii"),
        samples=samples.recipients(),
        normal=bytes.lower,
        text=True,
    ),
    Parser(
        name="key-file",
        parse=key_file,
        back=bytes,
        samples=(b"".join(scene.offer(vault).epochs["2026-11"] for vault in scene.VAULTS),),
        refusals=CryptoError,
    ),
    Parser(name="recipient", parse=one_key, back=bytes, samples=tuple(scene.offer("cat").epochs.values())),
    Parser(
        name="signature",
        parse=signed,
        back=lambda _: _SIGNED + public(scene.seed("labels")),
        samples=(_SIGNED + public(scene.seed("labels")),),
        refusals=CryptoError,
    ),
    encoded("offer", Offer.parse, [scene.offer("cat")]),
    Parser(name="container", parse=members_of, back=samples.container, samples=samples.containers()),
    sealed("sealed-slot", samples.SLOT, samples.SLOT_SEED, 1),
    sealed("sealed-envelope", samples.ENVELOPE, samples.ENVELOPE_SEED, 0.05),
)


def one_form(parser: Parser, data: bytes, value: Any) -> bool:
    """Whether the value is all that the bytes said: nothing more stood there, and nothing was put right."""
    return bool(parser.normal(parser.back(value)) == parser.normal(data))
