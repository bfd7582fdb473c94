"""Firefox without a screen, spoken to through its own Marionette protocol."""

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
# Talks to nobody but us: no updates, no studies, no portal detection, no safe browsing lists.
PREFERENCES: Mapping[str, bool | str] = {
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
_SECONDS = 30


@contextmanager
def firefox(preferences: Mapping[str, bool | str] = MappingProxyType({})) -> Iterator["Firefox"]:
    """A browser with a new profile and these further preferences, until the block is left."""
    port = choose_port(0)
    with tempfile.TemporaryDirectory() as profile:
        lines = (f"user_pref({_js(name)}, {_js(value)});" for name, value in {**PREFERENCES, **preferences}.items())
        own = f'user_pref("marionette.port", {port});'
        Path(profile, "user.js").write_text("\n".join((*lines, own)))
        words = [FIREFOX, "--marionette", "--headless", "--no-remote", "--profile", profile]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _wait_until_it_listens(port)
                driver = Marionette(host=HOST, port=port)
                driver.start_session(timeout=_SECONDS)
                yield Firefox(driver)
                driver.delete_session()
            finally:
                process.terminate()


class Firefox:
    """Its one page."""

    def __init__(self, driver: Marionette) -> None:
        self._driver = driver

    def goto(self, address: str) -> None:
        """Loads a page."""
        self._driver.navigate(address)

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


def _js(value: bool | str) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
