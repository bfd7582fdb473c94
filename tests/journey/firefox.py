"""Firefox without a screen, spoken to through its own Marionette protocol."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marionette_driver.by import By
from marionette_driver.errors import NoSuchElementException
from marionette_driver.marionette import Marionette, WebElement
from marionette_driver.wait import Wait

from deploy.serving import HOST, choose_port

FIREFOX = "/usr/bin/firefox-esr"
Preferences = Mapping[str, bool | int | str]
# Talks to nobody but us: no updates, no studies, no portal detection, no safe browsing lists.
PREFERENCES: Preferences = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
# As people have it: what was typed is written down every second, to be there again after a crash or the next start.
REMEMBERING: Preferences = {
    "browser.cache.disk.enable": True,
    "browser.formfill.enable": True,
    "browser.sessionstore.interval": 1_000,
    "browser.sessionstore.interval.idle": 1_000,
    "browser.sessionstore.privacy_level": 0,
    "browser.sessionstore.resume_from_crash": True,
    "browser.startup.page": 3,
    "places.history.enabled": True,
    "signon.rememberSignons": True,
}
# What Tor Browser sets at its level Safer, as far as it concerns a script.
SAFER: Preferences = {
    "javascript.options.asmjs": False,
    "javascript.options.baselinejit": False,
    "javascript.options.ion": False,
    "javascript.options.native_regexp": False,
    "javascript.options.wasm": False,
}
_SECONDS = 90


@contextmanager
def firefox(preferences: Preferences = MappingProxyType({}), *, kept: Path | None = None) -> Iterator["Firefox"]:
    """A browser with a new profile and these further preferences, until the block is left; then it quits as by hand.

    All it writes lies below the folder `kept`, also what it says and what is temporary; without one, nothing stays.
    """
    port = choose_port(0)
    with tempfile.TemporaryDirectory() as passing:
        folder = passing if kept is None else str(kept)
        profile = Path(folder, "profile")
        profile.mkdir()
        lines = (f"user_pref({_js(name)}, {_js(value)});" for name, value in {**PREFERENCES, **preferences}.items())
        own = f'user_pref("marionette.port", {port});'
        (profile / "user.js").write_text("\n".join((*lines, own)))
        words = [FIREFOX, "--marionette", "--headless", "--no-remote", "--profile", str(profile)]
        environment = {**os.environ, "HOME": folder, "TMPDIR": folder}
        with (
            Path(folder, "said").open("wb") as said,
            subprocess.Popen(words, stdout=said, stderr=said, env=environment) as process,
        ):
            try:
                _wait_until_it_listens(port)
                driver = Marionette(host=HOST, port=port)
                driver.start_session(timeout=_SECONDS)
                yield Firefox(driver, process.pid)
                driver._send_message("Marionette:Quit", {"flags": ["eForceQuit"]})
                process.wait(_SECONDS)
            finally:
                process.kill()


class Firefox:
    """Its one page; `process` is the browser's own."""

    def __init__(self, driver: Marionette, process: int) -> None:
        self._driver = driver
        self.process = process

    def goto(self, address: str) -> None:
        """Loads a page."""
        self._driver.navigate(address)

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Another tab, until the block is left; it stays open."""
        first = self._driver.current_window_handle
        self._driver.switch_to_window(self._driver.open(type="tab", focus=True)["handle"])
        yield
        self._driver.switch_to_window(first)

    def wait_for(self, selector: str) -> WebElement:
        """The element, as soon as it is there."""
        ready = Wait(self._driver, timeout=_SECONDS, ignored_exceptions=(NoSuchElementException,))
        return ready.until(lambda driver: driver.find_element(By.CSS_SELECTOR, selector))

    def all(self, selector: str) -> list[WebElement]:
        """All elements that are there now."""
        found: list[WebElement] = self._driver.find_elements(By.CSS_SELECTOR, selector)
        return found

    def run(self, script: str, *words: str) -> Any:
        """What a script says, which sees the page as the browser's own code does."""
        return self._driver.execute_script(script, script_args=words)

    def press(self, act: str) -> None:
        """Presses a button of the shown screen and waits until the screen has gone."""
        screen = self.wait_for("#screen > section")
        screen.find_element(By.CSS_SELECTOR, f"button[data-act={act}]").click()
        Wait(self._driver, timeout=_SECONDS).until(lambda driver: self.wait_for("#screen > section") != screen)


def _wait_until_it_listens(port: int) -> None:
    """The driver would wait too, but leave a socket open for each time it asked."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        with suppress(ConnectionRefusedError), socket.create_connection((HOST, port)):
            return
        time.sleep(0.1)
    raise TimeoutError("Firefox does not answer")


def _js(value: bool | int | str) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
