"""What all tests share: how many examples are tried, a browser, and a portal after its ceremony."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from deploy.commands import Commands
from deploy.rehearsal import Rehearsal, prepare
from tests.chromium import started_chromium

# Two cores are shared by browsers, servers and Argon2: no example is judged by its time.
settings.register_profile("test", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("prove", settings.get_profile("test"), max_examples=5_000)
settings.load_profile("test")

# Where one file alone takes a minute or more. These begin first, or a worker is left alone with one of them at the end.
LONG = (
    *("tests/kills/", "tests/journey/", "tests/fuzz/", "tests/abuse/test_mailbox_timing.py"),
    *("tests/crypto/test_distinguishers.py", "tests/crypto/test_twins_age.py", "tests/intake/test_parallel.py"),
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In any order otherwise."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: who waits for a server, a browser or the disk leaves a core to somebody else."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of all tests of a worker; each opens its own context in it."""
    with started_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Rehearsal:
    """A portal after its ceremony, before anything was sent. All workers share it, and modules take copies."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    commands, written = Commands(folder=shared / "prepared"), shared / "prepared.json"
    with (shared / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not written.exists():
            commands.folder.mkdir()
            made = prepare(commands, datetime.now(UTC).date())
            written.write_text(json.dumps(dict(made.passphrases)))
    return Rehearsal(commands=commands, passphrases=json.loads(written.read_text()))


@pytest.fixture(scope="module")
def rehearsal(prepared: Rehearsal, tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """The module's own portal."""
    folder = tmp_path_factory.mktemp("portal")
    shutil.copytree(prepared.folder, folder, dirs_exist_ok=True)
    return Rehearsal(commands=Commands(folder=folder), passphrases=prepared.passphrases)
