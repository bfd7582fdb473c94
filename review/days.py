"""Takes the days of one bundle, and what intake holds today so far: manifests, envelopes, parts (FORMAT.md 9.4).

However large the bundle, one envelope or part at a time is in memory, and of all others where they belong.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from crypto.errors import FormatError, SignatureError
from crypto.public.verify import note_signers
from crypto.secret.identity import Identities
from crypto.wire.day import DayManifest, Entry, Gone
from crypto.wire.digest import sha256
from crypto.wire.directory import NamedKey
from crypto.wire.message import Message
from crypto.wire.note import Note, body
from review.attached import judge_streams, settle_parts, wanted_parts
from review.belief import Belief, check_keys, is_named
from review.bundle import BundleReader
from review.filing import judge, keep
from review.missing import Place
from review.opening import Aside, keys_for, open_envelope
from review.records import ImportedDay
from review.refusals import Refused
from review.store import Store

Signed = tuple[DayManifest, bytes]
"""A manifest and the hash of its note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Where each thing in a bundle belongs, and what is to be taken of it.

    `lacking` counts for each place that is wanted and may stand in this bundle what of its envelope and parts has not
    come; `today` is the counter that the manifest of today will have, if the bundle has one that is not closed yet,
    `past` that of a today that was closed since. `gone` says why.
    """

    expected: Mapping[Place, tuple[str, Entry]]
    gone: Mapping[Place, str]
    wanted: frozenset[Place]
    lacking: dict[Place, int]
    today: int | None
    past: int | None

    def place(self, n: int, submission: bytes) -> tuple[Place, str, Entry]:
        """Where something that the bundle holds belongs: day and entry."""
        place = (n, submission)
        if place not in self.expected:
            raise Refused("entry-unknown", n=n)
        if place in self.gone:
            raise FormatError("something of an entry that is gone")
        return place, *self.expected[place]

    def tick(self, place: Place) -> None:
        """One thing of this place has come."""
        if place in self.lacking:
            self.lacking[place] -= 1


class DayTaker:
    """Takes the days of one bundle under one belief, and counts in `figures` what it brought."""

    def __init__(self, store: Store, belief: Belief, figures: Counter[str]) -> None:
        self._store = store
        self._belief = belief
        self._figures = figures
        self._name = store.own().name
        self._seeds = store.seeds()
        self._handled = store.handled()
        self._keys: dict[str, Identities] = {}

    def take(self, reader: BundleReader) -> None:
        """Manifests first, then what is gone, then every envelope, then every part."""
        plan = self._plan(reader)
        self._take_envelopes(reader, plan)
        self._take_parts(reader, plan)
        self._say_missing(plan)

    def _plan(self, reader: BundleReader) -> _Plan:
        """Reads and checks all notes, and records the days that are new."""
        done = self._store.days()
        manifests = [self._manifest("day", n, data, is_new=n not in done) for n, data in reader.numbered("day")]
        gone = self._gone(reader, {manifest.n: manifest for manifest, _ in manifests})
        member = reader.today()
        today = [self._manifest("today", *member, is_new=member[0] not in done)] if member else []
        check_chain(manifests, done, today)
        fresh = [manifest for manifest, _ in (*manifests, *today) if manifest.n not in done]
        days = {manifest.day for manifest in fresh}
        check_keys(self._belief, self._name, self._seeds, self._store.key_files(), days)
        self._record([one for one in manifests if one[0].n not in done])
        self._settle([manifest for manifest, _ in manifests])
        expected = {(one.n, entry.id): (one.day, entry) for one, _ in (*manifests, *today) for entry in one.entries}
        wanted = {(one.n, entry.id) for one in fresh for entry in one.entries}
        wanted |= self._store.absent() | self._store.lost()
        # An old bundle's today, which was closed since, has nothing to say about the closed day.
        past = next((one.n for one, _ in today if one.n in done), None)
        return _Plan(
            expected=expected,
            gone=gone,
            wanted=frozenset(wanted),
            lacking={one: 1 + len(expected[one][1].parts) for one in wanted & expected.keys() if one[0] != past},
            today=next((one.n for one, _ in today if one.n not in done), None),
            past=past,
        )

    def _record(self, closed: Sequence[Signed]) -> None:
        for manifest, digest in closed:
            self._store.add_day(manifest.n, manifest.day, digest)
        self._figures["days"] = len(closed)

    def _settle(self, closed: Sequence[DayManifest]) -> None:
        """Judges by these days the parts that came while the days were not closed."""
        provisional = self._store.provisional()
        for entry in (entry for manifest in closed for entry in manifest.entries if entry.id in provisional):
            settle_parts(self._store, entry.id, {part.name: part.sha256 for part in entry.parts})

    def _take_envelopes(self, reader: BundleReader, plan: _Plan) -> None:
        """Checks every envelope against its manifest, and opens those that are wanted and were not opened before."""
        for n, submission, envelope in reader.envelopes():
            place, day, entry = plan.place(n, submission)
            if len(envelope) != entry.length or sha256(envelope) != entry.sha256:
                raise Refused("entry-altered", n=n)
            if place in plan.lacking and (submission, entry.sha256) not in self._handled:
                self._open(envelope, place, day, is_closed=n != plan.today)
            plan.tick(place)

    def _open(self, envelope: bytes, place: Place, day: str, *, is_closed: bool) -> None:
        """Keeps what comes out. What would be set aside of a day that is not closed is left for the closed day."""
        outcome = open_envelope(envelope, self._keys_for(day), self._belief.portal, self._is_for_us)
        if is_closed or not isinstance(judge(self._store, outcome), Aside):
            figure = keep(self._store, outcome, place, day)
            self._figures[figure] += 1
            # What was for others is tried again: the vault may have more keys by then.
            if figure != "foreign":
                self._handled[place[1], sha256(envelope)] = place[0]

    def _take_parts(self, reader: BundleReader, plan: _Plan) -> None:
        """Checks every part against its manifest, and keeps those that carry files of messages that are kept."""
        for (n, submission), parts in groupby(reader.parts(), key=lambda part: part[:2]):
            place, _, entry = plan.place(n, submission)
            listed = {part.name: part.sha256 for part in entry.parts}
            wanted = set() if n == plan.past else self._wanted(place, entry)
            for _, _, name, data in parts:
                if name not in listed:
                    raise Refused("entry-unknown", n=n)
                if sha256(data) != listed[name]:
                    raise Refused("entry-altered", n=n)
                if name in wanted:
                    self._store.add_part(submission, name, data, listed[name], provisional=n == plan.today)
                    self._figures["parts"] += 1
                plan.tick(place)
            if wanted:
                judge_streams(self._store, submission)

    def _wanted(self, place: Place, entry: Entry) -> set[bytes]:
        """Names of parts to keep: of what stands aside for a later release all, since only that knows their names."""
        if self._store.waits_for_release(*place):
            return {part.name for part in entry.parts} - self._store.part_names(entry.id)
        return wanted_parts(self._store, entry.id)

    def _say_missing(self, plan: _Plan) -> None:
        """Of what has not come, tells apart what is gone, what is absent, and what was absent until intake deleted it.

        The last stays until its author is said to have deleted it, or until it comes after all.
        """
        left = {place for place in plan.wanted if plan.lacking.get(place, 1)}
        absent_before, lost_before = self._store.absent() & plan.gone.keys(), self._store.lost()
        lost = {place for place in left & (absent_before | lost_before) if plan.gone.get(place) != "author"}
        absent = left - lost - plan.gone.keys()
        self._figures.update(gone=len(left) - len(absent) - len(lost), absent=len(absent), lost=len(lost))
        self._store.set_lost(lost)
        self._remember({place for place in absent if place[0] != plan.today})

    def _remember(self, absent: set[Place]) -> None:
        """What is absent, and what need not be opened when its entry comes again."""
        self._store.set_absent(absent)
        last, missing = max(self._store.days(), default=0), {submission for _, submission in absent}
        self._store.set_handled(
            (submission, digest, n)
            for (submission, digest), n in self._handled.items()
            if n > last or submission in missing
        )

    def _keys_for(self, day: str) -> Identities:
        """Loaded once for each day: that takes as long as a tenth of the trying."""
        if day not in self._keys:
            self._keys = {day: keys_for(day, self._seeds)}
        return self._keys[day]

    def _is_for_us(self, message: Message) -> bool:
        return is_named(self._belief.directory_of(message.directory), self._name, message.routing)

    def _manifest(self, label: Literal["day", "today"], n: int, data: bytes, *, is_new: bool) -> Signed:
        """A manifest that intake signed, and its hash; a new one, with a key that was intake's on its day."""
        note = Note.parse(data)
        signer = _signer(note, self._belief.intake_keys())
        manifest = DayManifest.parse(body(note, label, self._belief.portal))
        if manifest.n != n:
            raise Refused("days-broken", n=n)
        if is_new and signer not in self._belief.intake_keys_on(manifest.day):
            raise Refused("days-key", n=n)
        return manifest, note.hash()

    def _gone(self, reader: BundleReader, manifests: Mapping[int, DayManifest]) -> dict[Place, str]:
        """What intake, as it is now, says it no longer holds, and why: of each manifest in a note of its own."""
        found: dict[Place, str] = {}
        for n, data in reader.numbered("gone"):
            note = Note.parse(data)
            _signer(note, (self._belief.directory.intake,))
            gone = Gone.parse(body(note, "gone", self._belief.portal))
            named = {entry.id for entry in manifests[n].entries} if n in manifests else set()
            if gone.n != n or not named.issuperset(entry.id for entry in gone.entries):
                raise FormatError(f"gone/{n}")
            found |= {(n, entry.id): entry.reason for entry in gone.entries}
        return found


def _signer(note: Note, keys: tuple[NamedKey, ...]) -> NamedKey:
    """Which of these keys of intake made the one signature of the note."""
    signers = note_signers(note, keys)
    if len(note.signatures) != 1 or not signers:
        raise SignatureError("note by intake")
    return next(iter(signers))


def check_chain(manifests: Sequence[Signed], done: Mapping[int, ImportedDay], today: Sequence[Signed]) -> None:
    """The manifests continue what was imported (`done`: by counter), without gap, day after day, and agree with it.

    So does the one of today, if there is one, but for that it was never imported.
    """
    listed = [*manifests, *today]
    first = listed[0][0].n if listed else 1
    n, before = first - 1, done.get(first - 1)
    if n and before is None:
        raise Refused("days-missing", first=max(done, default=0) + 1, last=n)
    for at, (manifest, digest) in enumerate(listed):
        here = ImportedDay(day=manifest.day, hash=digest)
        if manifest.n != n + 1:
            raise Refused("days-missing", first=n + 1, last=manifest.n - 1)
        if manifest.prev != (before and before.hash) or (before is not None and manifest.day < before.day):
            raise Refused("days-broken", n=manifest.n)
        if at < len(manifests) and done.get(manifest.n, here) != here:
            raise Refused("days-differ", n=manifest.n)
        n, before = manifest.n, here
