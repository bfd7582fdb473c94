"""How deep the proof goes (`make test` for every commit, `make prove` for the long variants), and a shared portal."""

import fcntl
import json
import os
import shutil
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings

from deploy.commands import Commands
from deploy.rehearsal import Rehearsal, prepare

PROVE = os.environ.get("SEALED_INTAKE_PROVE") == "1"

# Two cores are shared by browsers, servers and Argon2: no example is judged by its time.
settings.register_profile("test", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("prove", settings.get_profile("test"), max_examples=5_000)
settings.load_profile("prove" if PROVE else "test")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves the long variants to `make prove`."""
    if PROVE:
        return
    for item in items:
        if item.get_closest_marker("prove"):
            item.add_marker(pytest.mark.skip(reason="runs in make prove"))


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
