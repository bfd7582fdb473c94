"""A disk that is full or may only be read: nothing is half kept, nothing is lost, and it goes on by itself.

Who runs the tests as root has a small disk mounted; whoever they are, a running server is forbidden to write any more
(`prlimit`), which its system tells it like a disk that refuses.
"""

import json
import os
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from intake import config, create_app
from intake.closing import Signer, close_days
from intake.errors import FullError
from tests.intake.conftest import SetClock, address, code_of, headers, make_folder, site_of, take
from tests.intake.test_closing import NEXT, read
from tests.intake.test_parts import DATA, at, put
from tests.material import Portal
from tests.serving import TODAY, Served, sealed_with, serving

ROOT = os.geteuid() == 0
FULL = (507, "storage-full")
WORKERS = 2
BALLAST = 3_000_000


def numbered(number: int) -> bytes:
    """An identifier."""
    return b"\x0d" + number.to_bytes(15, "big")


def told(served: Served, method: str, path: str, body: bytes | None = None, **extra: str) -> tuple[int, str]:
    """Status and code of the answer; what says that there is no room says when to come back."""
    answer = served.ask(method, path, body, **extra)
    assert (answer.status == 507) == (answer.getheader("Retry-After") == "30")
    data: bytes = answer.body  # type: ignore[attr-defined]
    return answer.status, json.loads(data)["code"] if answer.status >= 400 else ""


def send(served: Served, number: int, envelope: bytes) -> tuple[int, str]:
    """An envelope."""
    return told(served, "PUT", address(numbered(number)), envelope, **sealed_with())


def send_part(served: Served, number: int) -> tuple[int, str]:
    """The part of a submission that never gets more."""
    return told(served, "PUT", at(1, numbered(number)), DATA)


def held(served: Served) -> dict[bytes, bytes]:
    """What intake holds, byte for byte, as its commands see it."""
    store = served.store()
    with store.look() as look:
        ids = [one.id for one in look.waiting(TODAY, 999)]
        found = {one: look.open_envelope(one) for one in ids}
    store.close()
    return {one: data for one, data in found.items() if data is not None}


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Path]:
    """A small disk."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def full_disk(served: Served, envelope: bytes) -> Iterator[list[bytes]]:
    """Fills it by sending until it is refused; what was taken."""
    ballast = served.folder.parent / "ballast"
    ballast.write_bytes(bytes(BALLAST))
    taken = []
    for number in range(100, 200):
        if send(served, number, envelope) == FULL:
            break
        taken.append(numbered(number))
    yield taken
    ballast.unlink()


@contextmanager
def forbidden(served: Served, _envelope: bytes) -> Iterator[list[bytes]]:
    """No file may grow beyond nothing: whatever is written, the system says no."""
    workers = served.workers()
    before = {one: resource.prlimit(one, resource.RLIMIT_FSIZE) for one in workers}
    for one in workers:
        resource.prlimit(one, resource.RLIMIT_FSIZE, (0, before[one][1]))
    yield []
    for one in workers:
        resource.prlimit(one, resource.RLIMIT_FSIZE, before[one])


WAYS = [pytest.param(forbidden, "", id="forbidden"), *([pytest.param(full_disk, "6m", id="full")] if ROOT else [])]


@pytest.fixture
def served(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Served]:
    """A running intake on a disk of this size, or on the ordinary one."""
    size: str = request.param
    if not size:
        with serving(tmp_path, workers=WORKERS, limits="retry_seconds = 30\n") as started:
            yield started
        return
    with (
        mounted(tmp_path / "disk", size) as disk,
        serving(disk, workers=WORKERS, limits="retry_seconds = 30\n") as started,
    ):
        yield started


@pytest.mark.parametrize(("trouble", "served"), WAYS, indirect=["served"])
def test_a_disk_that_takes_nothing_is_said_so_and_everything_goes_on_when_it_does(
    served: Served, trouble: object, portal: Portal
) -> None:
    envelope = served.portal.envelope(epoch=TODAY[:7])
    while len(workers := served.workers()) < WORKERS:
        time.sleep(0.02)
    assert send(served, 1, envelope) == (204, "")
    with trouble(served, envelope) as more:  # type: ignore[operator]
        for number in (2, 3, 2):
            assert send(served, number, envelope) == send_part(served, number) == FULL
        assert send(served, 1, envelope) in (FULL, (204, ""))  # it writes nothing, but has to ask for the lock
        assert told(served, "GET", "/start")[0] == told(served, "POST", "/mailbox", bytes(34))[0] == 200
        assert told(served, "GET", f"{address(numbered(2))}/parts")[0] == 200
        assert set(held(served)) == {numbered(1), *more}
    assert send(served, 2, envelope) == (204, "")
    assert send_part(served, 3) == (204, "")
    assert send(served, 1, envelope) == (204, "")
    assert held(served) == dict.fromkeys([numbered(1), *more, numbered(2)], envelope)
    answer = served.ask("GET", f"{address(numbered(2))}/parts")
    assert answer.body == b'{"parts":[],"v":1}'  # type: ignore[attr-defined]
    assert served.workers() == workers
    assert served.said() == b""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """One that can be made read-only: mounted for it by root, for others their own folder."""
    if ROOT:
        with mounted(tmp_path / "disk", "40m") as folder:
            yield folder
        return
    yield tmp_path


def set_writable(disk: Path, *, writable: bool) -> None:
    """The same disk, to be read only or not."""
    if ROOT:
        subprocess.run(["mount", "-o", f"remount,{'rw' if writable else 'ro'}", str(disk)], check=True)
        return
    folder = disk / "intake"
    for file in folder.iterdir():
        file.chmod(0o600 if writable else 0o400)
    folder.chmod(0o700 if writable else 0o500)


def test_a_disk_that_may_only_be_read_is_said_so_and_everything_goes_on_when_it_may_be_written(
    disk: Path, portal: Portal, clock: SetClock, signer: Signer
) -> None:
    settings = config.load(make_folder(disk / "intake", portal))
    app = create_app(settings, clock)
    client, store = app.test_client(), site_of(app).store
    take(store, portal, portal.ceremony_file())
    envelope = portal.envelope()
    assert [put(client, 1), end(client, bytes(16), envelope)] == [(204, "")] * 2
    store.engine.dispose()
    set_writable(disk, writable=False)
    for _ in range(2):
        assert put(client, 2) == end(client, b"\x01" * 16, envelope) == FULL
        assert code_of(client.post("/submissions/delete", data=bytes(16))) == FULL[1]
    clock.set(NEXT)
    with pytest.raises(FullError):
        close_days(store, signer, clock)
    store.engine.dispose()
    set_writable(disk, writable=True)
    assert [put(client, 2), end(client, b"\x01" * 16, envelope)] == [(204, "")] * 2
    (manifest,) = close_days(store, signer, clock)
    assert [entry.id for entry in read(manifest, portal).entries] == [bytes(16)]
    with store.look() as look:
        assert (look.count_staged(), len(look.waiting(NEXT, 9))) == (2, 1)
    store.close()


def end(client: FlaskClient, submission_id: bytes, envelope: bytes) -> tuple[int, str]:
    """Status and code of the answer to an envelope without parts."""
    answer = client.put(address(submission_id), data=envelope, headers=headers())
    return answer.status_code, code_of(answer) if answer.data else ""
