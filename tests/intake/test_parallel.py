"""64 submitters at once, on one host over SQLite and on two over PostgreSQL, while days are closed and replies read.

Nothing that was taken is lost, nothing is doubled, and whoever comes second is told so, wherever they ask.
"""

import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from crypto.wire.age import SLOT_LENGTH
from crypto.wire.container import read_container
from crypto.wire.day import DayManifest
from crypto.wire.digest import sha256
from crypto.wire.fields import from_base64url
from crypto.wire.note import Note, body
from intake import transfer
from intake.closing import Signer, close_days
from intake.store import Store
from tests.intake.conftest import ON_BOTH, SetClock
from tests.intake.databases import SQLITE, Databases
from tests.intake.hosts import TODAY, Host, portal_of_today, run, serving
from tests.intake.postgres import Cluster
from tests.intake.test_closing import add
from tests.material import DAY, Portal, any_slot, receipt_keys

pytestmark = ON_BOTH
SUBMITTERS, OWN = 64, 4
KEYS = receipt_keys()
REPLIES = frozenset(any_slot(number) for number in range(3))
THREE = {bytes([one] * 16): b"envelope %d" % one for one in range(3)}
Members = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """What came of it: the answers, by what was asked, and the bytes that were taken under each ID."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    taken: dict[bytes, list[bytes]] = field(default_factory=dict)
    halfway: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, host: Host, what: str, submission_id: bytes, envelope: bytes) -> None:
        """Sends an envelope, and remembers the answer."""
        status = host.put(submission_id, envelope)
        with self._lock:
            self.answers[what, status] += 1
            if status == 204:
                self.taken.setdefault(submission_id, []).append(envelope)


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
    """Of an intake that took three envelopes and closed the day."""
    add(store, list(THREE.items()))
    close_days(store, signer, clock, short=True)
    with store.look() as look:
        return list(transfer.bundle(look, signer, DAY))


def other_envelope(envelope: bytes) -> bytes:
    """As well formed as this one, with another end: nobody who cannot open it sees which of them was sealed."""
    return envelope[:-32] + os.urandom(32)


def submit(crowd: Crowd, hosts: Sequence[Host], envelopes: Sequence[bytes], number: int, together: bytes) -> None:
    """One submitter: envelopes of their own, each sent twice; one that all send; one that two want to be theirs."""
    here, there = hosts[number % len(hosts)], hosts[(number + 1) % len(hosts)]
    crowd.put(here, "all", b"\xaa" * 16, together)
    crowd.put(here, "pair", bytes([0xBB, number // 2] * 8), other_envelope(envelopes[0]))
    for one in range(OWN):
        if one == OWN // 2:
            assert crowd.halfway.wait(120)
        submission_id, envelope = bytes([number, one] * 8), other_envelope(envelopes[one % len(envelopes)])
        crowd.put(here, "own", submission_id, envelope)
        crowd.put(there, "again", submission_id, envelope)
        crowd.put(there, "conflict", submission_id, other_envelope(envelope))


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


def faults(members: Members, taken: Mapping[bytes, bytes], portal: str) -> list[str]:
    """What is lost, doubled, altered or made up in a bundle, beside what was taken."""
    found = [name.partition("/")[2] for name, _data in members if name.startswith("envelope/")]
    bodies = {
        from_base64url(name.rpartition("/")[2], 16): data for name, data in members if name.startswith("envelope/")
    }
    notes = [Note.parse(data) for name, data in members if name.startswith("day/")]
    entries = [entry for note in notes for entry in DayManifest.parse(body(note, "day", portal)).entries]
    listed = Counter(entry.id for entry in entries)
    return [
        *(f"lost: {one.hex()}" for one in taken.keys() - bodies.keys()),
        *(f"made up: {one.hex()}" for one in bodies.keys() - taken.keys()),
        *(f"doubled: {one.hex()}" for one, times in listed.items() if times > 1),
        *(["doubled in the bundle"] if len(found) != len(bodies) else []),
        *(f"altered: {one.hex()}" for one in taken.keys() & bodies.keys() if taken[one] != bodies[one]),
        *(f"listed as other: {one.id.hex()}" for one in entries if one.sha256 != sha256(taken.get(one.id, b""))),
    ]


def crowded(hosts: Sequence[Host], portal: Portal) -> tuple[Crowd, int]:
    """Everybody at once: what came of it, and how often the mailbox was read."""
    crowd = Crowd()
    envelopes = [portal.envelope(size, epoch=TODAY[:7]) for size in (0, 0, 1)]
    with ThreadPoolExecutor(SUBMITTERS + 2) as threads:
        closing, reading = threads.submit(courier, hosts[0], crowd), threads.submit(reader, hosts[-1], crowd)
        try:
            everybody = [threads.submit(submit, crowd, hosts, envelopes, n, envelopes[1]) for n in range(SUBMITTERS)]
            for one in everybody:
                one.result(150)
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
        ("all", 204): SUBMITTERS,
        ("pair", 204): SUBMITTERS // 2,
        ("pair", 409): SUBMITTERS // 2,
        ("own", 204): SUBMITTERS * OWN,
        ("again", 204): SUBMITTERS * OWN,
        ("conflict", 409): SUBMITTERS * OWN,
    }
    assert {len(set(bodies)) for bodies in crowd.taken.values()} == {1}
    taken = {submission_id: bodies[0] for submission_id, bodies in crowd.taken.items()}
    assert len(taken) == 1 + SUBMITTERS // 2 + SUBMITTERS * OWN
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
        (lambda members: [*members[:-1], (members[-1][0], members[-1][1][:-1] + b"\x00\x01")], "altered"),
        (lambda members: [*members, *(one for one in members if one[0].startswith("day/"))], "doubled: "),
    ],
    ids=["lost", "repeated", "made up", "altered", "listed twice"],
)
@pytest.mark.databases(SQLITE)
def test_a_bundle_with_a_fault_would_be_noticed(
    bundle: Members, portal: Portal, spoil: Callable[[Members], Members], fault: str
) -> None:
    """The control of the test above."""
    assert faults(bundle, THREE, portal.name) == []
    assert any(one.startswith(fault) for one in faults(spoil(bundle), THREE, portal.name))
