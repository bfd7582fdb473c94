"""An intake in a temporary folder, with a real ceremony behind it and a clock that tests set."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from crypto.wire.fields import to_base64url
from intake import closing, config, create_app, files, imports, migrations
from intake.clock import midnight
from intake.config import Config
from intake.directories import Directories, Standing
from intake.limits import Limits
from intake.site import Site
from intake.store import Store
from templates import environment
from tests.material import DAY, EPOCHS, Portal, make_portal

DATABASE = "intake.db"


@dataclass(slots=True)
class SetClock:
    """Stands still until it is set."""

    now: datetime = field(default_factory=lambda: midnight(DAY) + timedelta(hours=12))

    def __call__(self) -> datetime:
        return self.now

    def set(self, day: str, hours: float = 12) -> None:
        """To this hour of this day."""
        self.now = midnight(day) + timedelta(hours=hours)


@pytest.fixture(scope="session")
def portal() -> Portal:
    """A portal after its first ceremony."""
    return make_portal()


@pytest.fixture(scope="session")
def made(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is made once and copied for every test."""
    return make_folder(tmp_path_factory.mktemp("made") / "intake", portal)


@pytest.fixture(scope="session")
def after_ceremony(made: Path, portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The database file of an intake that has imported the ceremony's file."""
    settings = config.load(copytree(made, tmp_path_factory.mktemp("after") / "intake"))
    store = Store.open(settings.database, settings.limits, portal.name)
    take(store, portal, portal.ceremony_file())
    store.close()
    return (settings.folder / DATABASE).read_bytes()


@pytest.fixture(scope="session", autouse=True)
def words() -> Iterator[None]:
    """The words of a language are compiled once, not again for every application."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("intake.pages.environment", cache(environment))
        yield


@pytest.fixture
def clock() -> SetClock:
    """Noon of the first day."""
    return SetClock()


@pytest.fixture
def folder(tmp_path: Path, made: Path) -> Path:
    """What `intake key` and `intake init` make; nothing is imported yet."""
    return copytree(made, tmp_path / "intake")


@pytest.fixture
def settings(folder: Path) -> Config:
    """The settings of that folder."""
    return config.load(folder)


@pytest.fixture
def store(settings: Config, portal: Portal, after_ceremony: bytes) -> Iterator[Store]:
    """The database of that folder, with the ceremony's file imported."""
    (settings.folder / DATABASE).write_bytes(after_ceremony)
    store = Store.open(settings.database, settings.limits, portal.name)
    yield store
    store.close()


@pytest.fixture
def app(settings: Config, store: Store, clock: SetClock) -> Iterator[Flask]:
    """The application, with the ceremony's file imported."""
    app = create_app(settings, clock)
    yield app
    site_of(app).store.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Asks the application."""
    return app.test_client()


@pytest.fixture
def signer(portal: Portal) -> closing.Signer:
    """Intake's own key."""
    return closing.Signer(portal=portal.name, seed=portal.intake_seed)


def make_folder(folder: Path, portal: Portal, day: str = DAY) -> Path:
    """The folder of an intake that was opened on `day`."""
    folder.mkdir(mode=0o700)
    files.create(folder / config.KEY, portal.intake_seed)
    files.create(folder / DATABASE, new_database(portal.name, day))
    config.write(folder, portal.pin_bytes(), config.DEFAULT_DATABASE, demo=False)
    return folder


@cache
def new_database(portal: str, day: str) -> bytes:
    """The file that `intake init` makes on this day."""
    with TemporaryDirectory() as folder:
        store = Store(config.database_inside(Path(folder), config.DEFAULT_DATABASE), Limits())
        migrations.create(store, portal, day)
        store.close()
        return (Path(folder) / DATABASE).read_bytes()


def site_of(app: Flask) -> Site:
    """What the application holds."""
    site: Site = app.extensions["site"]
    return site


def standing(store: Store, portal: Portal, day: str = DAY) -> Standing:
    """What the directories in the database mean on a day."""
    with store.look() as look:
        return Directories(portal.pin).on(day, look)


def take(store: Store, portal: Portal, data: bytes, day: str = DAY) -> list[str]:
    """Imports a file that came on this day."""
    return imports.bring_in(store, portal.pin, standing(store, portal, day), BytesIO(data), day)


def headers(directory: int = 1, epoch: str = EPOCHS[0]) -> dict[str, str]:
    """What a browser sends along with an envelope."""
    return {"Parts": "0", "Directory": str(directory), "Epoch": epoch}


def address(submission_id: bytes) -> str:
    """Where an envelope is put."""
    return f"/submissions/{to_base64url(submission_id)}"


def code_of(answer: Response) -> str:
    """The code of a problem document."""
    code: str = json.loads(answer.data)["code"]
    return code
