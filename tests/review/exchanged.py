"""A station with two open vaults and a stick, for the tests of the exchange: what lies where, and what each holds."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from crypto.wire.digest import sha256
from crypto.wire.fields import encode_json, parse_json
from review import journal, schema
from review.exchange import Plan, Progress, Report, make_plan, run
from review.keeper import Keeper
from review.pipe import MOST_LINE, read_answer
from review.process import KeeperProcess, Told
from review.refusals import Refused
from review.store import Store
from review.vault import Vault
from tests.material import DAY
from tests.review.carried import Day, Writer, bundle, close_day
from tests.review.conftest import PASSPHRASE, Station
from tests.review.test_import import hostile

VAULTS = ("cat", "ced")
ANSWER = "Thank you. Is it safe to answer here?"
Keepers = dict[str, KeeperProcess]


class Near(KeeperProcess):
    """A keeper in this process: what it does and says is the same, and a test does not wait for Python to start."""

    def __init__(self, station: Path, vault: str) -> None:
        self._station = station
        self._vault = vault
        self._turn = threading.Lock()
        self._told: Told = lambda _done: None
        self._keeper: Keeper | None = Keeper(lambda done: self._told(done))

    def enter(self, vault: Vault) -> None:
        """Opens a vault as if its passphrase had been given."""
        assert self._keeper is not None
        self._keeper._arrive(vault, is_new=False, day=DAY)
        self._keeper._vault = vault

    def end(self) -> None:
        """Nothing is answered from now on."""
        self._keeper = None

    def _ask(
        self, patience: float, action: str, day: str, given: dict[str, Any], told: Told = lambda _done: None
    ) -> dict[str, Any]:
        with self._turn:
            if self._keeper is None:
                raise Refused("keeper-gone", vault=self._vault)
            self._told = told
            line = encode_json({"do": action, "day": day, "with": given})
            return read_answer(self._keeper.answer(parse_json(line, most=MOST_LINE)))


# What differs each time it is made, and the journal, which tells how it came about.
_RANDOM = ("pseudonym", "pseudonym_key")
_NOT_COMPARED = ("journal", "alembic_version", "own", "outgoing")


@dataclass(slots=True)
class Desk:
    """The station, its open vaults, and the folder of the stick."""

    station: Station
    stick: Path
    kind: type[KeeperProcess] = Near
    keepers: Keepers = field(default_factory=dict)

    def plan(self, *vaults: str) -> Plan:
        """What an exchange of these vaults, or of all, would do."""
        names = vaults or VAULTS
        keepers = {name: self.keepers[name] for name in names}
        closed = tuple(name for name in VAULTS if name not in names)
        return make_plan(keepers, closed, self.station.folder, self.stick, DAY)

    def exchange(self, *vaults: str) -> Report:
        """An exchange, from looking to the end."""
        plan = self.plan(*vaults)
        return run(plan, {name: self.keepers[name] for name in plan.vaults}, DAY, Progress())

    def lying(self) -> list[str]:
        """Names on the stick."""
        return sorted(path.name for path in self.stick.iterdir())

    def open(self, name: str) -> None:
        """Unlocks a vault, or unlocks it again."""
        keeper = self.keepers[name] = self.kind(self.station.folder, name)
        if isinstance(keeper, Near):
            keeper.enter(self.station.vaults[name])
        else:
            keeper.open(PASSPHRASE, DAY)


@contextmanager
def opened(station: Station, stick: Path, kind: type[KeeperProcess] = Near) -> Iterator[Desk]:
    """Both vaults open, each with a case and an answer that waits."""
    stick.mkdir()
    station.add("ced")
    desk = Desk(station, stick, kind)
    station.take("cat", bundle(station.portal, first_days(station)))
    station.take("ced", bundle(station.portal, first_days(station)))
    try:
        for name in VAULTS:
            desk.open(name)
            desk.keepers[name].ask("reply", DAY, number=1, kind="text", language="en", text=ANSWER)
        yield desk
    finally:
        for keeper in desk.keepers.values():
            keeper.end()


_first: dict[int, list[Day]] = {}


def first_days(station: Station) -> list[Day]:
    """One day, with a message to both committees."""
    if id(station.portal) not in _first:
        writer = Writer(portal=station.portal, committees=VAULTS)
        _first[id(station.portal)] = [close_day(station.portal, [writer.seal(writer.account())])]
    return _first[id(station.portal)]


def lay_out(desk: Desk) -> list[Day]:
    """On the stick: the ceremony, a bundle with three messages, one that follows with two, and what is none of ours."""
    portal, days = desk.station.portal, list(first_days(desk.station))
    writers = [Writer(portal=portal, committees=VAULTS) for _ in range(4)]
    misdirected = hostile(portal)["misdirected"]
    days.append(close_day(portal, [*(one.seal(one.account()) for one in writers[:3]), misdirected], days))
    (desk.stick / "zz.tar").write_bytes(bundle(portal, days))
    last = [writers[3].seal(writers[3].account()), writers[0].seal(writers[0].followup("More."))]
    days.append(close_day(portal, last, days))
    (desk.stick / "aa.tar").write_bytes(bundle(portal, days))
    (desk.stick / "photo.jpg").write_bytes(portal.ceremony_file())
    (desk.stick / "bundle.tar").write_bytes(b"\xff\xd8\xff" * 400)
    if not (desk.stick / "link.tar").exists():
        (desk.stick / "link.tar").symlink_to(desk.stick / "aa.tar")
    return days


def content(station: Station, name: str) -> str:
    """Everything a vault holds that an exchange may change, as one value; the journal must be whole."""
    return station.look(name, _content)


def _content(store: Store) -> str:
    assert journal.is_whole(store.journal())
    own = store.own()
    rows = [repr((own.believed, own.record)), *(row for table in _tables() for row in _rows(store, table))]
    return sha256("\n".join(rows).encode()).hex()


def _tables() -> Iterator[Any]:
    yield from (table for table in schema.metadata.sorted_tables if table.name not in _NOT_COMPARED)


def _rows(store: Store, table: Any) -> list[str]:
    connection = store._db
    found = [dict(row) for row in connection.execute(select(table)).mappings()]
    return sorted(f"{table.name} {_said(row)}" for row in found)


def _said(row: Mapping[str, Any]) -> str:
    return repr(sorted((name, value) for name, value in row.items() if name not in _RANDOM))
