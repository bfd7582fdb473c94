"""Locking a message in Firefox: as it comes, and without WebAssembly and JIT, as Tor Browser's level Safer has it."""

import statistics
import time
from collections.abc import Mapping

from deploy.rehearsal import Rehearsal
from deploy.serving import choose_port, server
from tests.bench.figure import Figure
from tests.bench.visit import WORDS
from tests.journey.firefox import Firefox, firefox

LOCKINGS = 3
# Decoys are made while the person reads and types: a person needs more than this for the form.
READING_SECONDS = 8
# What Tor Browser sets at its level Safer, as far as it concerns a script.
SAFER: Mapping[str, bool | str] = {
    "javascript.options.asmjs": False,
    "javascript.options.baselinejit": False,
    "javascript.options.ion": False,
    "javascript.options.native_regexp": False,
    "javascript.options.wasm": False,
}

_KNOWS_WEBASSEMBLY = "return window.wrappedJSObject.WebAssembly !== undefined"
_LOOP = """
  const start = performance.now();
  let sum = 0;
  for (let at = 0; at < 3e6; at++) sum = (sum + at * 7) % 65521;
  return performance.now() - start + sum * 0;
"""
_WATCH = """
  document.addEventListener("click", () => {
    document.documentElement.dataset.pressed = performance.now();
  }, true);
"""
_WRITE = """
  const field = document.querySelector("#screen textarea");
  field.value = arguments[0];
  field.dispatchEvent(new Event("input", { bubbles: true }));
"""
# The browser's own record of when the sealed envelope was handed to the network.
_LOCKED = """
  const sent = performance.getEntriesByType("resource").find((one) => one.name.includes("/submissions/"));
  return sent.startTime - Number(document.documentElement.dataset.pressed);
"""


def measure(rehearsal: Rehearsal) -> list[Figure]:
    """Both ways, and what shows that the second one really is without."""
    port = choose_port(0)
    with server(rehearsal.commands, port, "intake", "serve", rehearsal.intake, "--port", port):
        site = f"http://127.0.0.1:{port}"
        plain, loop = _lockings(site, {}, webassembly=True)
        safer, slow_loop = _lockings(site, SAFER, webassembly=False)
    pressed = "from pressing Send to the sealed envelope on its way, Firefox"
    return [
        Figure(metric=pressed, value=plain, unit="ms", target=250),
        Figure(metric=f"{pressed} as at level Safer", value=safer, unit="ms", target=1_000),
        Figure(
            metric="a loop at level Safer (no JIT) beside the same with JIT",
            value=slow_loop / loop,
            unit="times",
            target=4,
            better="higher",
        ),
    ]


def _lockings(site: str, preferences: Mapping[str, bool | str], *, webassembly: bool) -> tuple[float, float]:
    """Milliseconds of a locking and of the loop; the medians."""
    with firefox(preferences) as browser:
        browser.goto(f"{site}/en/write")
        if browser.run(_KNOWS_WEBASSEMBLY) is not webassembly:
            raise RuntimeError("Firefox does not follow its preferences")
        loops = [float(browser.run(_LOOP)) for _ in range(5)]
        return statistics.median(_one(browser, site) for _ in range(LOCKINGS)), statistics.median(loops)


def _one(browser: Firefox, site: str) -> float:
    browser.goto(f"{site}/en/write")
    browser.wait_for("fieldset.options input").click()
    browser.press("continue")
    browser.wait_for("#screen textarea")
    browser.run(_WRITE, WORDS)
    time.sleep(READING_SECONDS)
    browser.press("continue")
    for _ in range(5):
        browser.press("skip")
    browser.run(_WATCH)
    browser.press("continue")
    browser.wait_for("[data-slot=digits] li")
    return float(browser.run(_LOCKED))
