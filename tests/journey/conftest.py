"""A rehearsed portal with its servers, and browsers to walk through it."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, sync_playwright

from deploy.commands import Commands
from deploy.rehearsal import Rehearsal, prepare
from deploy.serving import Serving, choose_port, serving

CHROMIUM = "/usr/bin/chromium"
# Nothing but what is tested: no sandbox, since tests may run as root; no talk with the browser's maker.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """A portal after its ceremony, before anything was sent. Modules take copies of it."""
    folder = tmp_path_factory.mktemp("prepared")
    return prepare(Commands(folder=folder), datetime.now(UTC).date())


@pytest.fixture(scope="module")
def rehearsal(prepared: Rehearsal, tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """The module's own portal."""
    folder = tmp_path_factory.mktemp("journey")
    shutil.copytree(prepared.folder, folder, dirs_exist_ok=True)
    return Rehearsal(commands=Commands(folder=folder), passphrases=prepared.passphrases)


@pytest.fixture(scope="module")
def served(rehearsal: Rehearsal) -> Iterator[Serving]:
    """The module's own servers."""
    with serving(rehearsal, choose_port(0), choose_port(0)) as addresses:
        yield addresses
