"""64 submitters at once, on one host over SQLite and on two over PostgreSQL, while days are closed and replies read.

Nothing that was taken is lost, envelope or part, nothing is doubled, and whoever comes second is told so, wherever they
ask. Whoever is told that others are writing comes back, and is served.
"""

import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from crypto.wire.age import SLOT_LENGTH
from crypto.wire.attachments import PART_LENGTH
from crypto.wire.container import read_container
from crypto.wire.day import DayManifest
from crypto.wire.digest import sha256
from crypto.wire.fields import to_base64url
from crypto.wire.note import Note, body
from intake import transfer
from intake.closing import Signer, close_days
from intake.store import Part, Store
from tests.intake.conftest import ON_BOTH, SetClock, address
from tests.intake.databases import SQLITE, Databases
from tests.intake.hosts import TODAY, Host, portal_of_today, run, serving
from tests.intake.postgres import Cluster
from tests.intake.test_closing import add
from tests.material import DAY, Portal, any_slot, receipt_keys

pytestmark = ON_BOTH


def key_of(submission_id: bytes, part: bytes | None = None) -> str:
    """How a bundle names an envelope or a part, behind the number of the manifest."""
    return to_base64url(submission_id) + ("" if part is None else f"/{to_base64url(part)}")


SUBMITTERS, OWN = 64, 4
KEYS = receipt_keys()
REPLIES = frozenset(any_slot(number) for number in range(3))
PART = bytes(16)
THREE = {key_of(bytes([one] * 16)): b"envelope %d" % one for one in range(3)} | {key_of(b"\x02" * 16, PART): b"part"}
AGAIN_SECONDS, AGAIN_TIMES = 0.5, 100
Members = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """What came of it: the answers, by what was asked, and the bytes that were taken of each envelope and part."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    taken: dict[str, list[bytes]] = field(default_factory=dict)
    halfway: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, host: Host, what: str, submission_id: bytes, envelope: bytes, parts: int = 0) -> None:
        """Sends the envelope of so many parts, and remembers the answer."""
        headers = {"Parts": str(parts), "Directory": "1", "Epoch": TODAY[:7]}
        self._send(host, what, address(submission_id), envelope, headers, key_of(submission_id))

    def put_part(self, host: Host, what: str, submission_id: bytes, part: bytes, data: bytes) -> bool:
        """Sends a part, and remembers the answer; whether it was taken."""
        path = f"{address(submission_id)}/parts/{to_base64url(part)}"
        return self._send(host, what, path, data, {}, key_of(submission_id, part))

    def _send(self, host: Host, what: str, path: str, body: bytes, headers: dict[str, str], key: str) -> bool:
        for _ in range(AGAIN_TIMES):
            status, _answer = host.ask("PUT", path, body, headers)
            if status not in (429, 503):
                break
            time.sleep(AGAIN_SECONDS)
        with self._lock:
            self.answers[what, status] += 1
            if status == 204:
                self.taken.setdefault(key, []).append(body)
        return status == 204


@pytest.fixture(scope="module")
def today() -> Portal:
    """A portal whose first ceremony is today."""
    return portal_of_today()


@pytest.fixture
def hosts(tmp_path: Path, today: Portal, databases: Databases) -> Iterator[Sequence[Host]]:
    """One host where the database is a file, two where it is a server."""
    with serving(tmp_path, today, databases, 2 if isinstance(databases, Cluster) else 1) as hosts:
        yield hosts


@pytest.fixture
def bundle(store: Store, signer: Signer, clock: SetClock) -> Members:
    """Of an intake that took three envelopes, one of them with a part, and closed the day."""
    last = bytes([2] * 16)
    with store.change() as change:
        change.add_part(Part(id=last, name=PART, sha256=sha256(b"part")), b"part", DAY)
        change.unstage(last)
    add(store, [(bytes([one] * 16), b"envelope %d" % one) for one in range(3)])
    close_days(store, signer, clock, short=True)
    with store.look() as look:
        return list(transfer.bundle(look, signer, DAY))


def other_envelope(envelope: bytes) -> bytes:
    """As well formed as this one, with another end: nobody who cannot open it sees which of them was sealed."""
    return envelope[:-32] + os.urandom(32)


def submit(crowd: Crowd, hosts: Sequence[Host], envelopes: Sequence[bytes], number: int, together: bytes) -> None:
    """One submitter: envelopes of their own, each sent twice; one that all send; some that two want to be theirs.

    What all send has two parts; what only one of two can have has one, and so has their own second one.
    """
    here, there = hosts[number % len(hosts)], hosts[(number + 1) % len(hosts)]
    for part in (b"\x01" * 16, b"\x02" * 16):
        crowd.put_part(here, "part of all", b"\xaa" * 16, part, part * 65_536)
    crowd.put(here, "all", b"\xaa" * 16, together, 2)
    crowd.put(here, "pair", bytes([0xBB, number // 2] * 8), other_envelope(envelopes[0]))
    both = bytes([0xCC, number // 2] * 8)
    if crowd.put_part(here, "part of pair", both, PART, os.urandom(PART_LENGTH)):
        crowd.put(there, "winner", both, other_envelope(envelopes[0]), 1)
    for one in range(OWN):
        if one == OWN // 2:
            assert crowd.halfway.wait(150)
        submission_id, envelope = bytes([number, one] * 8), other_envelope(envelopes[one % len(envelopes)])
        parts = 1 if one == 1 else 0
        if parts:
            crowd.put(here, "too early", submission_id, envelope, parts)
            crowd.put_part(there, "own part", submission_id, PART, os.urandom(PART_LENGTH))
        crowd.put(here, "own", submission_id, envelope, parts)
        crowd.put(there, "again", submission_id, envelope, parts)
        crowd.put(there, "conflict", submission_id, other_envelope(envelope), parts)


def courier(host: Host, crowd: Crowd) -> None:
    """Closes days until it is over. Whoever sends goes on to the second half once something was closed."""
    while not crowd.over.is_set():
        done = run(host.folder, "close-day", "--short")
        assert done.returncode == 0, done.stderr
        if "closed: manifest" in done.stdout:
            crowd.halfway.set()


def reader(host: Host, crowd: Crowd) -> int:
    """Reads a mailbox until it is over; how often."""
    times = 0
    while not crowd.over.is_set():
        status, answer = host.ask("POST", "/mailbox", KEYS.mailbox_secret() + bytes(2))
        slots = {answer[at : at + SLOT_LENGTH] for at in range(0, len(answer), SLOT_LENGTH)}
        assert (status, len(slots)) == (200, 4)
        assert slots >= REPLIES
        times += 1
    return times


def faults(members: Members, taken: Mapping[str, bytes], portal: str) -> list[str]:
    """What is lost, doubled, altered or made up in a bundle, beside what was taken: envelopes and parts."""
    found = [(name.split("/", 2)[2], data) for name, data in members if name.startswith(("envelope/", "part/"))]
    bodies = dict(found)
    listed = [one for name, data in members if name.startswith("day/") for one in listed_in(data, portal)]
    times = Counter(one for one, _sha256 in listed)
    return [
        *(f"lost: {one}" for one in taken.keys() - bodies.keys()),
        *(f"not listed: {one}" for one in taken.keys() - times.keys()),
        *(f"made up: {one}" for one in bodies.keys() - taken.keys()),
        *(f"doubled: {one}" for one, count in times.items() if count > 1),
        *(["doubled in the bundle"] if len(found) != len(bodies) else []),
        *(f"altered: {one}" for one in taken.keys() & bodies.keys() if taken[one] != bodies[one]),
        *(f"listed as other: {one}" for one, digest in listed if digest != sha256(taken.get(one, b""))),
    ]


def listed_in(note: bytes, portal: str) -> Iterator[tuple[str, bytes]]:
    """Envelopes and parts of a manifest, with their hashes."""
    for entry in DayManifest.parse(body(Note.parse(note), "day", portal)).entries:
        yield key_of(entry.id), entry.sha256
        for part in entry.parts:
            yield key_of(entry.id, part.name), part.sha256


def crowded(hosts: Sequence[Host], portal: Portal) -> tuple[Crowd, int]:
    """Everybody at once: what came of it, and how often the mailbox was read."""
    crowd = Crowd()
    envelopes = [portal.envelope(size, epoch=TODAY[:7]) for size in (0, 0, 1)]
    with ThreadPoolExecutor(SUBMITTERS + 2) as threads:
        closing, reading = threads.submit(courier, hosts[0], crowd), threads.submit(reader, hosts[-1], crowd)
        try:
            everybody = [threads.submit(submit, crowd, hosts, envelopes, n, envelopes[1]) for n in range(SUBMITTERS)]
            for one in everybody:
                one.result(200)
        finally:
            crowd.over.set()
        closing.result(60)
        return crowd, reading.result(60)


def bring(host: Host, data: bytes, path: Path) -> None:
    """Imports a file."""
    path.write_bytes(data)
    done = run(host.folder, "import", str(path))
    assert done.returncode == 0, done.stderr


def exported(host: Host, path: Path) -> Members:
    """Everything that was taken, after the day was closed once more."""
    for command in (("close-day", "--short"), ("export", str(path)), ("check",)):
        done = run(host.folder, *command)
        assert done.returncode == 0, done.stderr
    with path.open("rb") as source:
        return list(read_container(source, most_member=40_000_000))


def test_sixty_four_submitters_at_once_lose_nothing_and_double_nothing(
    hosts: Sequence[Host], today: Portal, tmp_path: Path
) -> None:
    bring(hosts[0], today.post([(KEYS.mailbox_address(), slot) for slot in REPLIES], TODAY), tmp_path / "post.tar")
    crowd, read = crowded(hosts, today)
    assert crowd.answers == {
        ("part of all", 204): 2 * SUBMITTERS,
        ("all", 204): SUBMITTERS,
        ("pair", 204): SUBMITTERS // 2,
        ("pair", 409): SUBMITTERS // 2,
        ("part of pair", 204): SUBMITTERS // 2,
        ("part of pair", 409): SUBMITTERS // 2,
        ("winner", 204): SUBMITTERS // 2,
        ("too early", 409): SUBMITTERS,
        ("own part", 204): SUBMITTERS,
        ("own", 204): SUBMITTERS * OWN,
        ("again", 204): SUBMITTERS * OWN,
        ("conflict", 409): SUBMITTERS * OWN,
    }
    assert {len(set(bodies)) for bodies in crowd.taken.values()} == {1}
    taken = {key: bodies[0] for key, bodies in crowd.taken.items()}
    assert len(taken) == 1 + 2 + SUBMITTERS // 2 + 2 * (SUBMITTERS // 2) + SUBMITTERS * OWN + SUBMITTERS
    members = exported(hosts[-1], tmp_path / "bundle")
    assert faults(members, taken, today.name) == []
    assert len([name for name, _data in members if name.startswith("day/")]) >= 2  # some was closed in between
    assert read >= 2
    for host in hosts:
        assert re.fullmatch(r"listening on \S+\n", host.log.read_text())


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda members: members[:-1], "lost"),
        (lambda members: [*members, members[-1]], "doubled in the bundle"),
        (lambda members: [*members, (f"envelope/00000001/{'F' * 21}A", b"x")], "made up"),
        (lambda members: [*members, (f"part/00000001/{'A' * 22}/{'A' * 22}", b"x")], "made up"),
        (lambda members: [one for one in members if not one[0].startswith("day/")], "not listed"),
        (lambda members: [*members[:-1], (members[-1][0], members[-1][1][:-1] + b"\x00\x01")], "altered"),
        (lambda members: [*members, *(one for one in members if one[0].startswith("day/"))], "doubled: "),
    ],
    ids=["lost", "repeated", "made up", "made up part", "not listed", "altered", "listed twice"],
)
@pytest.mark.databases(SQLITE)
def test_a_bundle_with_a_fault_would_be_noticed(
    bundle: Members, portal: Portal, spoil: Callable[[Members], Members], fault: str
) -> None:
    """The control of the test above."""
    assert faults(bundle, THREE, portal.name) == []
    assert any(one.startswith(fault) for one in faults(spoil(bundle), THREE, portal.name))
