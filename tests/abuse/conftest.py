"""A running intake that is abused and looked at afterwards, and one that is asked without a line between."""

from collections.abc import Iterator
from functools import cache

import pytest
from flask import Flask

from intake import config, create_app
from intake.store import Store
from templates import environment
from tests.abuse.wire import CANARY, holding
from tests.intake.conftest import SetClock, make_folder, site_of, take
from tests.material import Portal, make_portal
from tests.serving import Served, serving

LIMITS = """
head_seconds = 2
body_seconds = 2
silence_seconds = 2
threads = 4
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One process, so that whatever breaks is noticed; after all abuse, nothing that was sent stands anywhere."""
    with serving(tmp_path_factory.mktemp("abused"), workers=1, limits=LIMITS) as started:
        assert started.ask("GET", "/start").status == 200
        workers = started.workers()
        yield started
        assert started.workers() == workers
    assert holding(CANARY, started.folder, started.said()) == []
    assert started.said() == b""


@pytest.fixture(scope="module", autouse=True)
def words() -> Iterator[None]:
    """The words of a language are compiled once, not again for every application."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("intake.pages.environment", cache(environment))
        yield


@pytest.fixture(scope="module")
def portal() -> Portal:
    """A portal after its first ceremony."""
    return make_portal()


@pytest.fixture(scope="module")
def clock() -> SetClock:
    """Noon of the first day."""
    return SetClock()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, portal: Portal, clock: SetClock) -> Iterator[Flask]:
    """The application on SQLite, with the ceremony's file imported."""
    settings = config.load(make_folder(tmp_path_factory.mktemp("asked") / "intake", portal))
    store = Store.open(settings.database, settings.limits, portal.name)
    take(store, portal, portal.ceremony_file())
    store.close()
    app = create_app(settings, clock)
    yield app
    site_of(app).store.close()
