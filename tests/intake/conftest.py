"""An intake in a temporary folder, with a real ceremony behind it and a clock that tests set.

Its database is a SQLite file. A test marked `ON_BOTH`, alone or with its module, runs again on a real PostgreSQL.
"""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from crypto.wire.fields import to_base64url
from intake import closing, config, create_app, files, imports, migrations
from intake.clock import days_later, midnight
from intake.config import Config
from intake.directories import Directories, Standing
from intake.limits import Limits
from intake.site import Site
from intake.store import Manifest, Store
from templates import environment
from tests.intake import postgres
from tests.intake.databases import POSTGRESQL, SQLITE, Databases, Kept, SqliteFiles
from tests.material import DAY, EPOCHS, Portal, make_portal

ON_BOTH = pytest.mark.databases(SQLITE, POSTGRESQL)
SQLITE_FILES = SqliteFiles()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that needs databases runs on each kind that its mark names; without a mark, on SQLite."""
    mark = metafunc.definition.get_closest_marker("databases")
    if mark is not None and "databases" in metafunc.fixturenames:
        metafunc.parametrize("databases", mark.args, indirect=True)


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
def cluster() -> Iterator[postgres.Cluster]:
    """The PostgreSQL of all tests of a worker."""
    with postgres.running() as cluster:
        yield cluster


@pytest.fixture
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """What makes the databases of a test."""
    if getattr(request, "param", SQLITE) == SQLITE:
        yield SQLITE_FILES
        return
    cluster: postgres.Cluster = request.getfixturevalue("cluster")
    yield cluster
    cluster.drop_made()


@pytest.fixture(scope="session")
def after_ceremony(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Databases], Kept]:
    """The database of an intake that has imported the ceremony's file: made once, and copied for every test."""

    made: dict[Databases, Kept] = {}

    def make(databases: Databases) -> Kept:
        if databases in made:
            return made[databases]
        settings = config.load(make_folder(tmp_path_factory.mktemp("after") / "intake", portal, databases=databases))
        store = Store.open(settings.database, settings.limits, portal.name)
        take(store, portal, portal.ceremony_file())
        store.close()
        made[databases] = databases.keep(settings.database)
        return made[databases]

    return make


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
def folder(
    tmp_path: Path,
    portal: Portal,
    databases: Databases,
    after_ceremony: Callable[[Databases], Kept],
    request: pytest.FixtureRequest,
) -> Path:
    """What `intake key` and `intake init` make; where the test has a store, the ceremony's file is imported too."""
    kept = after_ceremony(databases) if "store" in request.fixturenames else None
    return make_folder(tmp_path / "intake", portal, databases=databases, kept=kept)


@pytest.fixture
def settings(folder: Path) -> Config:
    """The settings of that folder."""
    return config.load(folder)


@pytest.fixture
def store(settings: Config, portal: Portal) -> Iterator[Store]:
    """The database of that folder, with the ceremony's file imported."""
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


@pytest.fixture(scope="session")
def arrivals() -> list[tuple[bytes, bytes]]:
    """Thirty submissions of all four sizes."""
    dice = random.Random(3)
    sizes = (57_782, 90_550, 156_102, 287_206)
    return [(dice.randbytes(16), dice.randbytes(dice.choice(sizes))) for _ in range(30)]


@pytest.fixture
def signer(portal: Portal) -> closing.Signer:
    """Intake's own key."""
    return closing.Signer(portal=portal.name, seed=portal.intake_seed)


def make_folder(
    folder: Path,
    portal: Portal,
    day: str = DAY,
    *,
    databases: Databases = SQLITE_FILES,
    kept: Kept | None = None,
    demo: bool = False,
) -> Path:
    """The folder of an intake that was opened on `day`; its database is new, or what was kept."""
    folder.mkdir(mode=0o700)
    files.create(folder / config.KEY, portal.intake_seed)
    url = databases.copy(new_database(databases, portal.name, day) if kept is None else kept, folder)
    config.write(folder, portal.pin_bytes(), url, demo=demo)
    return folder


@cache
def new_database(databases: Databases, portal: str, day: str) -> Kept:
    """The database that `intake init` makes on this day."""
    with TemporaryDirectory() as folder:
        url = databases.place(Path(folder))
        store = Store(url, Limits())
        migrations.create(store, portal, day)
        store.close()
        return databases.keep(url)


def jump(store: Store, signer: closing.Signer, clock: SetClock, day: str) -> list[Manifest]:
    """To noon of a day that may be far away: all before it are closed, three at a time, and nothing is deleted at the
    limit."""
    made = []
    with store.look() as look:
        today = look.open_from()
    while today < day:
        today = min(day, days_later(today, closing.MOST_GAP_DAYS))
        clock.set(today)
        made += closing.close_days(store, signer, clock, retention_days=10_000)
    return made


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
