"""What a person writes and a courier carries, for the station's tests: messages, envelopes, bundles."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from crypto.public.attachments import NewFile, part_name, seal_attachments
from crypto.secret.ceremony import ceremony_members
from crypto.secret.identity import new_seed, public_key
from crypto.secret.receipt_keys import ReceiptKeys
from crypto.sign.sign import public, sign, signed_note
from crypto.wire.day import DayManifest, Entry, Gone, GoneEntry, Part
from crypto.wire.digest import sha256
from crypto.wire.fields import from_base64url, to_base64url
from crypto.wire.frame import MESSAGE_FRAMES, fill
from crypto.wire.message import AccountBody, Answer, FollowupBody, Message, Routing, Thread
from crypto.wire.note import Note
from templates import questionnaire_bytes, questionnaire_hash
from tests.material import DAY, Portal, container

QUESTIONNAIRE = from_base64url(questionnaire_hash(questionnaire_bytes()))
Parts = Mapping[bytes, bytes]
"""The parts of one submission, by their names."""

WORDS = "They came to my sister's house two days after the meeting and asked for the papers."


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A person with a receipt."""

    portal: Portal
    receipt: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)
    committees: tuple[str, ...] = ("cat",)
    conflicts: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    language: str = "en"
    wants_reply: bool = True

    @property
    def keys(self) -> ReceiptKeys:
        """What the receipt gives."""
        return ReceiptKeys(receipt=self.receipt, portal=self.portal.name)

    def account(
        self, words: str = WORDS, *, answers: Mapping[str, Answer] | None = None, questionnaire: bytes = QUESTIONNAIRE
    ) -> Message:
        """A first message."""
        given = {"account": words, **(answers or {})}
        return self._message(AccountBody(questionnaire=questionnaire, answers=given))

    def followup(self, text: str, *, answers_to: bytes | None = None, seen: tuple[bytes, ...] = ()) -> Message:
        """A later message."""
        return replace(self._message(FollowupBody(text=text, answers_to=answers_to)), seen=seen)

    def with_files(
        self, message: Message, files: Mapping[str, bytes], seed: bytes | None = None
    ) -> tuple[Message, Parts]:
        """The message with these files attached, and the parts that carry them."""
        seed, sealed = seed or new_seed(), list[bytes]()
        given = [NewFile.of(name, "text/plain", data) for name, data in files.items()]
        attachments = seal_attachments(given, seed, public_key(seed), sealed.append)
        names = [part_name(seed, self.portal.name, number) for number in range(len(sealed))]
        return replace(message, attachments=attachments), dict(zip(names, sealed, strict=True))

    def frame(self, message: Message) -> bytes:
        """Signed by the thread, filled."""
        data = message.encode()
        return fill(data, sign("message", message.portal, data, self.keys.sign_seed()), MESSAGE_FRAMES)

    def seal(self, message: Message, *, to: Sequence[str] | None = None, epoch: str = "2026-11") -> bytes:
        """An envelope to the vaults of the routing, or of other committees."""
        return self.portal.seal(self.frame(message), committees=to or self.committees, epoch=epoch)

    def _message(self, body: AccountBody | FollowupBody) -> Message:
        keys = self.keys
        untagged = Routing(committees=self.committees, excluded=self.excluded, conflicts=self.conflicts, tag=bytes(32))
        return Message(
            id=secrets.token_bytes(16),
            portal=self.portal.name,
            directory=self.portal.directory.seq,
            epoch="2026-11",
            routing=replace(untagged, tag=keys.routing_tag(untagged)),
            language=self.language,
            day=DAY,
            thread=Thread(
                key=public(keys.sign_seed()),
                recipient=public_key(keys.reply_seed()) if self.wants_reply else None,
                mailbox=keys.mailbox_address() if self.wants_reply else None,
            ),
            seen=(),
            body=body,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One closing of intake: its manifest and the envelopes it names."""

    manifest: DayManifest
    note: bytes
    envelopes: Mapping[bytes, bytes] = field(repr=False)
    parts: Mapping[bytes, Parts] = field(repr=False)


def close_day(
    portal: Portal,
    envelopes: Sequence[bytes],
    before: Sequence[Day] = (),
    day: str = DAY,
    ids: Sequence[bytes] | None = None,
    *,
    parts: Sequence[Parts] = (),
    label: Literal["day", "today"] = "day",
) -> Day:
    """The manifest that follows `before`, over these envelopes under random IDs or these, each with its parts if any.

    Under the label `today`: what the manifest will be.
    """
    named = dict(zip(ids or [secrets.token_bytes(16) for _ in envelopes], envelopes, strict=True))
    with_parts = dict(zip(named, parts, strict=False))
    manifest = DayManifest(
        n=len(before) + 1,
        day=day,
        prev=Note.parse(before[-1].note).hash() if before else None,
        entries=tuple(_entry(name, named[name], with_parts.get(name, {})) for name in sorted(named)),
    )
    note = signed_note(label, portal.name, manifest.encode(), "intake", portal.intake_seed)
    return Day(manifest=manifest, note=note, envelopes=named, parts=with_parts)


def _entry(name: bytes, envelope: bytes, parts: Parts) -> Entry:
    listed = tuple(Part(name=one, sha256=sha256(parts[one])) for one in sorted(parts))
    return Entry(id=name, length=len(envelope), sha256=sha256(envelope), parts=listed)


def bundle_members(
    portal: Portal,
    days: Sequence[Day],
    gone: Sequence[bytes] = (),
    *,
    today: Day | None = None,
    reason: str = "author",
    version: int = 2,
) -> list[tuple[str, bytes]]:
    """The members of a bundle, in order; what is gone is left out."""
    ceremony = sorted(ceremony_members(portal.proposal, portal.notes), key=_place)
    everything = [*days, *([today] if today else [])]
    held = [(day, name) for day in everything for name in sorted(day.envelopes) if name not in gone]
    return [
        ("format", f"sealed-intake/bundle/v{version} {portal.name}\n".encode("ascii")),
        *(member for member in ceremony if member[0] != "format"),
        *((f"day/{day.manifest.n:08d}", day.note) for day in days),
        *(
            gone_member(portal, day.manifest.n, lost, reason=reason)
            for day in days
            if (lost := set(day.envelopes) & set(gone))
        ),
        *((f"today/{day.manifest.n:08d}", day.note) for day in everything[len(days) :]),
        *((f"envelope/{day.manifest.n:08d}/{to_base64url(name)}", day.envelopes[name]) for day, name in held),
        *(
            (f"part/{day.manifest.n:08d}/{to_base64url(name)}/{to_base64url(part)}", day.parts[name][part])
            for day, name in held
            for part in sorted(day.parts.get(name, {}))
        ),
    ]


def gone_member(
    portal: Portal, n: int, lost: Iterable[bytes], *, under: int | None = None, reason: str = "author"
) -> tuple[str, bytes]:
    """What intake says is gone of manifest `n`; `under` the name of another, where a test lies."""
    listed = Gone(n=n, day=DAY, entries=tuple(GoneEntry(id=one, reason=reason) for one in sorted(lost)))
    note = signed_note("gone", portal.name, listed.encode(), "intake", portal.intake_seed)
    return f"gone/{n if under is None else under:08d}", note


def bundle(portal: Portal, days: Sequence[Day], gone: Sequence[bytes] = (), *, today: Day | None = None) -> bytes:
    """The bytes of a bundle."""
    return container(bundle_members(portal, days, gone, today=today))


def _place(member: tuple[str, bytes]) -> tuple[str, bytes]:
    """Directories by number, key files and post keys by the bytes of their hash."""
    name, data = member
    return name.partition("/")[0], name.encode() if name.startswith("directory/") else sha256(data)
