"""A station in a temporary folder whose vaults hold the keys of a real ceremony, and a clock that tests set."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from flask import Flask
from flask.testing import FlaskClient

from review.app import create_app
from review.config import Config
from review.desk import Desk
from review.door import Door
from review.passphrase import CHEAP_PROFILE
from review.store import Store
from review.transfer import Report, receive
from review.vault import Header, Vault, create, open_under, vault_path, write_header
from tests.material import DAY, Portal, make_portal

PASSPHRASE = "otter lamp tunnel velvet orchard thistle quartz"
HOST = "a-label-of-its-own.localhost"
ADDRESS = f"http://{HOST}:8001"

T = TypeVar("T")


@dataclass(slots=True)
class SetClock:
    """Stands still until it is set."""

    day: str = DAY
    seconds: float = 1_000.0

    def today(self) -> str:
        """The day that was set."""
        return self.day

    def moment(self) -> float:
        """The seconds that were set."""
        return self.seconds


@dataclass(slots=True)
class Station:
    """A folder with vaults; each also open in this process, to look into it."""

    folder: Path
    portal: Portal
    vaults: dict[str, Vault] = field(default_factory=dict)

    def add(self, name: str) -> Vault:
        """A vault with the keys of the ceremony, which trusts it and has taken its file."""
        return self._place(name, _kept(self.portal, name, told=True))

    def add_untold(self, name: str) -> Vault:
        """A vault with its keys, which has heard of no portal."""
        return self._place(name, _kept(self.portal, name, told=False))

    def trust(self, name: str) -> None:
        """Gives a vault its pin."""
        with self.vaults[name].transaction() as connection:
            Store(connection).set_pin(self.portal.pin_bytes())

    def make(self, name: str) -> Vault:
        """The same, without a copy of one that was made before."""
        secrets = self.portal.vaults[name]
        vault = create(self.folder, name, PASSPHRASE, CHEAP_PROFILE)
        with vault.transaction() as connection:
            store = Store(connection)
            store.add_own(name, secrets.sign_seed)
            for epoch, seed in secrets.seeds.items():
                store.add_seed(epoch, seed)
        self.vaults[name] = vault
        return vault

    def _place(self, name: str, kept: "Kept") -> Vault:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = vault_path(self.folder, name)
        write_header(path, kept.header)
        path.write_bytes(kept.database)
        path.chmod(kept.mode)
        self.vaults[name] = open_under(path, kept.header, kept.key)
        return self.vaults[name]

    def take(self, name: str, file: bytes, day: str = DAY) -> Report:
        """Imports a file as the keeper does: all or nothing."""
        with self.vaults[name].transaction() as connection:
            return receive(Store(connection), BytesIO(file), day)

    def look(self, name: str, ask: Callable[[Store], T]) -> T:
        """What a vault holds."""
        with self.vaults[name].transaction() as connection:
            return ask(Store(connection))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A vault as it was made once: every test gets a copy, and the key without Argon2."""

    portal: Portal
    header: Header
    key: bytes = field(repr=False)
    database: bytes = field(repr=False)
    mode: int


_made: dict[tuple[int, str, bool], Kept] = {}


def _kept(portal: Portal, name: str, *, told: bool) -> Kept:
    """Of this portal, which lives on with it: so no other one gets its place in memory."""
    place = (id(portal), name, told)
    if place not in _made:
        with TemporaryDirectory() as folder:
            station = Station(Path(folder, "station"), portal)
            vault = station.make(name)
            if told:
                station.trust(name)
                station.take(name, portal.ceremony_file())
            vault.close()
            _made[place] = Kept(
                portal=portal,
                header=vault.header,
                key=vault.header.key(PASSPHRASE),
                database=vault.path.read_bytes(),
                mode=vault.path.stat().st_mode,
            )
    return _made[place]


@pytest.fixture(scope="session")
def portal() -> Portal:
    """A portal after its first ceremony."""
    return make_portal()


@pytest.fixture
def clock() -> SetClock:
    """The first day."""
    return SetClock()


@pytest.fixture
def station(tmp_path: Path, portal: Portal) -> Station:
    """A station with one vault, `cat`."""
    made = Station(tmp_path / "station", portal)
    made.add("cat")
    return made


@pytest.fixture
def app(station: Station, clock: SetClock) -> Iterator[Flask]:
    """The desk of that station; every keeper is ended afterwards."""
    door = Door()
    door.host = HOST
    made = create_app(Config(door=door, station=station.folder, today=clock.today, moment=clock.moment))
    yield made
    desk: Desk = made.extensions["desk"]
    desk.lock()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that has followed the link."""
    browser = app.test_client()
    browser.get(f"/enter/{app.extensions['door'].link}", base_url=ADDRESS)
    return browser
