"""Small well-formed samples of everything that is parsed, the same at every run."""

import io
from dataclasses import replace
from functools import cache

from crypto.public.keys import recipient_text
from crypto.secret import identity
from crypto.sign.sign import sign, sign_note
from crypto.wire import age
from crypto.wire.attachments import AttachedFile, Attachments, plaintext_length
from crypto.wire.container import write_container
from crypto.wire.day import DayManifest, Entry, Gone, GoneEntry, Part
from crypto.wire.directory import Directory, Lost, PostKey, RootChange
from crypto.wire.fields import from_base64url
from crypto.wire.frame import fill
from crypto.wire.message import AccountBody, Answer, ConsentAnswerBody, FollowupBody, Message
from crypto.wire.note import Note, compose
from crypto.wire.post import Post, PostSlot
from crypto.wire.receipt import format_digits
from crypto.wire.receipt_words import format_words
from crypto.wire.record import NamedDirectory, NamedManifest, Record
from crypto.wire.reply import fragments
from tests.crypto.vectors import load
from tests.vectors import scene
from tests.vectors.bytes_cases import reply_of

SEALED = load("sealed")
ENVELOPE = from_base64url(SEALED["envelope"])
SLOT = from_base64url(SEALED["slot"])
ENVELOPE_SEED = from_base64url(SEALED["seeds"][0])
SLOT_SEED = scene.KEYS.reply_seed()
# Two stanzas of types that are taken apart before they are refused, one of them with a body of exactly one line.
OTHER_HEADER = age.covered_bytes(
    (
        age.Stanza(type="X25519", arguments=("A" * 43,), body=bytes(32)),
        age.Stanza(type="grease", arguments=("a", "b!"), body=bytes(48)),
    )
) + age.mac_line_end(bytes(32))


@cache
def messages() -> tuple[Message, ...]:
    """A follow-up, an account, one with files that wants no reply and has seen two, and an answer about consent."""
    followup = scene.message("\u0633 \u2028 caf\u00e9 \U0001f54a")
    silent = replace(followup.thread, recipient=None, mailbox=None)
    answers: dict[str, Answer] = {"words": "line 1\r\n\tline 2 \x00", "danger": ("now", "soon"), "empty": ""}
    account = replace(followup, thread=silent, body=AccountBody(questionnaire=bytes(range(32)), answers=answers))
    routing = scene.routing("cmw", "desk", excluded=("cmw-1",), conflicts=("XA", "XB"))
    body = FollowupBody(text="x", answers_to=bytes(16))
    seen = (bytes(16), bytes(range(16)))
    consent = ConsentAnswerBody(request=bytes(range(32)), answer="not-now", text="")
    return (
        followup,
        account,
        replace(account, routing=routing, seen=seen, body=body, attachments=attachments()[0]),
        replace(account, body=consent),
    )


@cache
def attachments() -> tuple[Attachments, ...]:
    """Two files, of which one is empty; and the longest name of one that fills its stream."""
    whole = plaintext_length(2)
    first = AttachedFile(name="caf\u00e9.jpg", type="image/jpeg", offset=0, length=70_000, sha256=bytes(range(32)))
    empty = AttachedFile(name="caf\u00e9.jpg", type="a/b+c.d-e", offset=70_000, length=0, sha256=bytes(32))
    filling = AttachedFile(name="\U0001f54a" * 255, type="text/plain", offset=0, length=whole, sha256=bytes(32))
    return (
        Attachments(seed=bytes(range(32)), mebibytes=1, sha256=bytes(32), files=(first, empty)),
        Attachments(seed=bytes(32), mebibytes=2, sha256=bytes(range(32)), files=(filling,)),
    )


@cache
def directories() -> tuple[Directory, ...]:
    """One vault, one root, one epoch; and one that follows it with everything that may be there."""
    whole = scene.directory()
    first = replace(
        whole,
        roots=scene.root_set("root-1", threshold=1),
        epochs=tuple(replace(epoch, vaults=("cat",)) for epoch in whole.epochs[:1]),
        committees=whole.committees[:1],
        vaults=whole.vaults[:1],
    )
    vault = replace(first.vaults[0], openpgp="01234567" * 5, conflicts=("XA",), until_day="2027-01-01")
    second = replace(
        first,
        seq=2,
        prev=bytes(range(32)),
        root_change=RootChange(seq=1, hash=bytes(32)),
        vaults=(vault,),
        lost=(Lost(committee="cat", from_day="2026-11-01", until_day="2026-11-02"),),
        post=(*first.post, PostKey(key=bytes(32), from_day="2026-12-01", until_day="2027-01-01")),
        extensions={"later": {"a": [1, None, True, "x"]}},
    )
    return first, second


def notes() -> tuple[Note, ...]:
    """Directories and a post under their labels, with one signature and with two."""
    texts = [compose("directory", scene.PORTAL, one.encode()) for one in directories()]
    texts.append(compose("post", scene.PORTAL, posts()[0].encode()))
    signers = (("root-1",), ("root-1", "root-2"), ("post",))
    return tuple(
        Note(text=text, signatures=tuple(sign_note(text, name, scene.seed(name)) for name in names))
        for text, names in zip(texts, signers, strict=True)
    )


def days() -> tuple[DayManifest, ...]:
    """A first day without submissions, and a later one with two, the second with two parts."""
    parts = tuple(Part(name=bytes([at]) * 16, sha256=bytes(32)) for at in (5, 6))
    entries = tuple(
        Entry(id=bytes([at]) * 16, length=57_782, sha256=bytes([at]) * 32, parts=parts[: at // 100]) for at in (1, 200)
    )
    return (
        DayManifest(n=1, day=scene.DAY, prev=None, entries=()),
        DayManifest(n=2, day=scene.DAY, prev=bytes(32), entries=entries),
    )


def gone() -> tuple[Gone, ...]:
    """Two submissions that are no longer held."""
    entries = (GoneEntry(id=bytes(16), reason="author"), GoneEntry(id=bytes([7]) * 16, reason="limit"))
    return (Gone(n=7, day=scene.DAY, entries=entries), Gone(n=1, day=scene.DAY, entries=entries[:1]))


def records() -> tuple[Record, ...]:
    """A first record of a vault that has taken nothing, and a later one."""
    directory, manifest = NamedDirectory(seq=1, hash=bytes(32)), NamedManifest(n=4, hash=bytes(range(32)))
    first = Record(n=1, day=scene.DAY, manifest=None, backed_up=False, directory=directory)
    return first, replace(first, n=2, manifest=manifest, backed_up=True, extensions={"later": [{"a": 1}]})


def posts() -> tuple[Post, ...]:
    """Nothing, and two slots."""
    slots = tuple(PostSlot(mailbox=bytes(range(32)), sha256=bytes([at]) * 32) for at in (3, 4))
    return Post(day=scene.DAY, slots=slots), Post(day=scene.DAY, slots=())


def frames(sizes: tuple[int, ...]) -> tuple[bytes, ...]:
    """A short message in the smallest frame, and one that needs the second."""
    texts = (messages()[1].encode(), bytes(sizes[0]))
    return tuple(fill(text, sign("message", scene.PORTAL, text, scene.seed("sign")), sizes) for text in texts)


def reply_fragments() -> tuple[bytes, ...]:
    """One of one, and two of two."""
    return tuple(
        part
        for words in ("\u0648\u0635\u0644", "\u00e9" * 5_000)
        for reply, frame in (reply_of(words),)
        for part in fragments(frame, reply.id)
    )


def containers() -> tuple[bytes, ...]:
    """No member, one, and three, of which one is empty and one a block long."""
    format_line = ("format", f"sealed-intake/bundle/v1 {scene.PORTAL}\n".encode("ascii"))
    return tuple(map(container, ((), (format_line,), (format_line, ("day/00000001", b""), ("a/b/c", bytes(512))))))


def container(members: tuple[tuple[str, bytes], ...]) -> bytes:
    """A ustar file."""
    out = io.BytesIO()
    write_container(out, members)
    return out.getvalue()


def receipts() -> tuple[bytes, ...]:
    """As it is shown, and in the digits of another script with marks of direction."""
    shown = format_digits(scene.RECEIPT)
    arabic = shown.translate({ord("0") + at: 0x0660 + at for at in range(10)})
    return shown.encode("utf-8"), f"\u200f{arabic}\u00a0".encode(), b"0" * 40


def words() -> tuple[bytes, ...]:
    """The second spelling, as it is shown and as people type it."""
    shown = format_words(scene.RECEIPT)
    typed = " - ".join(word.capitalize() for word in format_words(b"\xff" * 16).split())
    return shown.encode("ascii"), f"\u200e{typed}\n".encode()


def recipients() -> tuple[bytes, ...]:
    """Two keys as the age program takes them."""
    keys = (identity.public_key(scene.seed(f"{vault} 2026-11")) for vault in ("cat", "desk"))
    return tuple(recipient_text(key).encode("ascii") for key in keys)
