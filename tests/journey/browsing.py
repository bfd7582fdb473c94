"""Browsers as people have them, which write down what they can below one folder; and a person in front of each."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import psutil
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import ARGUMENTS, CHROMIUM
from tests.journey.canaries import find
from tests.journey.evidence import below, removed_files
from tests.journey.firefox import REMEMBERING, Firefox, Preferences, firefox
from tests.journey.person import Answer, Person
from tests.journey.second_person import SecondPerson

_ORDINARY = f"data:text/html,{quote('<textarea id=ordinary></textarea><input type=file>')}"
_WRITTEN_WITHIN_SECONDS = 60
_SENT_WITHIN_MS = 20_000


class AtThePages(Protocol):
    """What a person does, in either browser."""

    def open_form(self) -> None: ...
    def choose(self, committee: str) -> None: ...
    def draft(self, text: str) -> None: ...
    def tell(self, account: str, unsafe: str) -> None: ...
    def choose_files(self, files: Sequence[Path]) -> None: ...
    def send(self) -> str: ...
    def clear(self) -> None: ...
    def come_back(self, receipt: str) -> None: ...
    def answers(self) -> list[Answer]: ...
    def draft_more(self, text: str) -> None: ...
    def send_more(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Browsing:
    """A running browser: who sits there, where it writes, and how to write into a page that protects nothing.

    `said`: the addresses that it asked for and the lines of its console, where it tells them.
    """

    person: AtThePages
    folder: Path
    process: psutil.Process
    write_elsewhere: Callable[[str, Path], None]
    said: Sequence[str] = ()

    def traces(self) -> dict[str, bytes]:
        """What it has written so far, also into files whose names are gone."""
        return {**below(self.folder, self.folder), **dict(removed_files(self.process, self.folder))}

    def kept_after(self, words: str, file: Path) -> dict[str, bytes]:
        """Its traces, once it has kept these words of an ordinary page, where this file was chosen before.

        Then it has kept all else that it wants to keep, too.
        """
        self.write_elsewhere(words, file)
        end = time.monotonic() + _WRITTEN_WITHIN_SECONDS
        while not find({"words": words}, _of_sessions(traces := self.traces())):
            assert time.monotonic() < end, "the browser does not keep what is written"
            time.sleep(0.3)
        return traces


def _of_sessions(traces: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in traces.items() if "session" in name.lower()}


class PersonWithFiles(Person):
    """Also chooses files, and writes without going on."""

    def choose_files(self, files: Sequence[Path]) -> None:
        """Adds these, or says that there are none."""
        if not files:
            self._press("skip")
            return
        self._go_on()
        self.page.locator("#files-field").set_input_files(files)
        self._go_on()

    def draft(self, text: str) -> None:
        """Writes into the field that is there."""
        self.page.locator("#screen textarea").fill(text)

    def draft_more(self, text: str) -> None:
        """Writes something more, and does not send it."""
        self._press("more-0")
        self.draft(text)

    def send_more(self) -> None:
        """Sends it."""
        self._go_on()
        self.page.locator("[data-slot=sent]").wait_for(timeout=_SENT_WITHIN_MS)


@contextmanager
def in_chromium(chromium: Browser, folder: Path, site: str, language: str) -> Iterator[Browsing]:
    """With a profile of its own."""
    said: list[str] = []
    home = {"HOME": str(folder), "TMPDIR": str(folder), "XDG_CACHE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    context = chromium.browser_type.launch_persistent_context(
        folder / "profile", executable_path=CHROMIUM, args=ARGUMENTS, env={**os.environ, **home}
    )
    try:
        page = context.pages[0]
        listen(page, said)
        yield Browsing(
            person=PersonWithFiles(page, site, language),
            folder=folder,
            process=_process_of(folder),
            write_elsewhere=lambda text, file: _write_in_another_tab(context, text, file),
            said=said,
        )
    finally:
        context.close()


def listen(page: Page, said: list[str]) -> None:
    """What the page asks for, and what it says to the console."""
    page.on("request", lambda request: said.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))


def _process_of(folder: Path) -> psutil.Process:
    own = f"--user-data-dir={folder / 'profile'}"
    everybody = psutil.Process().children(recursive=True)
    return next(
        one for one in everybody if own in one.cmdline() and not any("--type=" in word for word in one.cmdline())
    )


def _write_in_another_tab(context: BrowserContext, text: str, file: Path) -> None:
    page = context.new_page()
    page.goto(_ORDINARY)
    page.set_input_files("input", file)
    page.fill("#ordinary", text)


@contextmanager
def in_firefox(folder: Path, site: str, language: str, preferences: Preferences) -> Iterator[Browsing]:
    """With a profile of its own, and these preferences besides those that most people have."""
    with firefox({**REMEMBERING, **preferences}, kept=folder) as browser:
        yield Browsing(
            person=SecondPerson(browser, site, language),
            folder=folder,
            process=psutil.Process(browser.process),
            write_elsewhere=lambda text, file: _write_beside(browser, text, file),
        )


def _write_beside(browser: Firefox, text: str, file: Path) -> None:
    with browser.beside():
        browser.goto(_ORDINARY)
        browser.wait_for("input").send_keys(str(file))
        browser.wait_for("#ordinary").send_keys(text)
