"""What a focal point waits for at a desk whose vault is as large as is planned for: 50,000 cases, 200,000 messages.

Pages are HTTP requests to `review serve`, with its keeper behind it; the import is one request to a keeper.
"""

import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from review.passphrase import NEWEST_PROFILE, SALT_LENGTH, stretch
from review.process import KeeperProcess
from tests.bench.figure import Figure
from tests.bench.large_vault import ENVELOPES, OURS, RARE, kept
from tests.material import DAY
from tests.review.conftest import PASSPHRASE
from tests.review.test_memory import Browser, served

ROUNDS = 7
_LOOK_EVERY_SECONDS = 0.02
_PAGES = {
    "inbox": (("/", "/?show=overdue&language=ar", "/?show=all&vault=cat&page=500"), 200),
    "case page": (("/cases/cat/777", "/cases/cat/1", "/cases/cat/1?before=1500"), 150),
}
# A word of one message, of most messages, the beginning of many, two at once, a name in Han, and none.
_SEARCHES = (RARE, "lfg", "abc", "lfg mbg", "\u4e0b\u4e2d", "nowhere")


def measure() -> list[Figure]:
    """Seconds to unlock, milliseconds of each kind of page, seconds of an import, and the memory of the keeper."""
    large = kept()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "station"
        shutil.copytree(large.station, folder)
        return [*_pages(folder), *_import(folder, large.bundle)]


def _pages(folder: Path) -> list[Figure]:
    with served(folder, "--port", "0", "--with-network") as (process, browser):
        browser.get("/unlock")
        unlock = _seconds(lambda: _expect(browser.post("/unlock", **{"passphrase-cat": PASSPHRASE}), 303))
        stretching = _seconds(lambda: stretch(PASSPHRASE, bytes(SALT_LENGTH), NEWEST_PROFILE))
        with _watched(_keeper_of(process)) as memory:
            figures = [
                _figure(f"{what}, the slowest of {len(paths)} kinds", _slowest(browser, paths), "ms", target)
                for what, (paths, target) in _PAGES.items()
            ]
            figures.append(_figure(f"search, the slowest of {len(_SEARCHES)} kinds", _searching(browser), "ms", 300))
    return [
        _figure("unlock, with Argon2id", unlock, "s", 2),
        _figure("of it Argon2id", stretching, "s", None),
        *figures,
        _figure("most memory of the keeper while it is read", memory.most / 1e6, "MB", 300),
    ]


def _import(folder: Path, bundle: Path) -> list[Figure]:
    keeper = KeeperProcess(folder, "cat")
    try:
        keeper.open(PASSPHRASE, DAY)
        with _watched(psutil.Process(keeper.pid)) as memory:
            took = _seconds(lambda: keeper.ask_patiently("take", DAY, path=str(bundle)))
    finally:
        keeper.end()
    return [
        _figure(f"import of {ENVELOPES:,} envelopes, {OURS:,} of them ours", took, "s", 60),
        _figure("most memory of the keeper while it imports", memory.most / 1e6, "MB", 300),
    ]


def _searching(browser: Browser) -> float:
    slowest = 0.0
    for words in _SEARCHES:
        browser.get("/search")
        _expect(browser.post("/search", words=words), 303)
        slowest = max(slowest, _slowest(browser, ("/search",)))
    return slowest


def _slowest(browser: Browser, paths: tuple[str, ...]) -> float:
    """Milliseconds of the slowest of these pages, each the median of some requests after one that is not counted."""
    found = {path: statistics.median(_times(browser, path)) for path in paths}
    return max(found.values())


def _times(browser: Browser, path: str) -> list[float]:
    times = [_seconds(lambda: _expect(browser.get(path), 200)) * 1_000 for _ in range(ROUNDS + 1)]
    return times[1:]


def _seconds(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _expect(status: int, expected: int) -> None:
    if status != expected:
        raise RuntimeError(f"the desk answered with {status}")


def _keeper_of(process: psutil.Process) -> psutil.Process:
    return next(one for one in process.children(recursive=True) if "review.keeper" in " ".join(one.cmdline()))


@dataclass(slots=True)
class _Memory:
    most: int = 0


@contextmanager
def _watched(process: psutil.Process) -> Iterator[_Memory]:
    """Bytes that a process holds at most meanwhile. What Argon2id takes at the unlocking comes before."""
    memory, over = _Memory(), threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_EVERY_SECONDS):
            memory.most = max(memory.most, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield memory
    finally:
        over.set()
        watcher.join()


def _figure(what: str, value: float, unit: str, target: float | None) -> Figure:
    return Figure(metric=f"desk with 50,000 cases: {what}", value=value, unit=unit, target=target)
