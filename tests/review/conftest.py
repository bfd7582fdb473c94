"""A station in a temporary folder whose vaults hold the keys of a real ceremony, and a clock that tests set."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import pytest
from flask import Flask
from flask.testing import FlaskClient

from review.app import create_app
from review.config import Config
from review.desk import Desk
from review.door import Door
from review.store import Store
from review.transfer import Report, receive
from review.vault import Vault, create
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
        vault = self.add_untold(name)
        self.trust(name)
        self.take(name, self.portal.ceremony_file())
        return vault

    def trust(self, name: str) -> None:
        """Gives a vault its pin."""
        with self.vaults[name].transaction() as connection:
            Store(connection).set_pin(self.portal.pin_bytes())

    def add_untold(self, name: str) -> Vault:
        """A vault with its keys, which has heard of no portal."""
        secrets = self.portal.vaults[name]
        vault = create(self.folder, name, PASSPHRASE)
        with vault.transaction() as connection:
            store = Store(connection)
            store.add_own(name, secrets.sign_seed)
            for epoch, seed in secrets.seeds.items():
                store.add_seed(epoch, seed)
        self.vaults[name] = vault
        return vault

    def take(self, name: str, file: bytes, day: str = DAY) -> Report:
        """Imports a file as the keeper does: all or nothing."""
        with self.vaults[name].transaction() as connection:
            return receive(Store(connection), BytesIO(file), day)

    def look(self, name: str, ask: Callable[[Store], T]) -> T:
        """What a vault holds."""
        with self.vaults[name].transaction() as connection:
            return ask(Store(connection))


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
