"""What a first visit to the form costs the person: bytes, requests, and the time to lock a message, in Chromium."""

import statistics
from pathlib import Path

from playwright.sync_api import Browser, Page

from deploy.rehearsal import Rehearsal
from deploy.serving import choose_port, server
from tests.bench.figure import Figure
from tests.journey.looks import looking
from tests.journey.person import Person
from tests.journey.tap import tap

LOCKINGS = 5
WORDS = "They came back, and nobody answered the door. " * 90

# The moment of the click, and the moment when the sealed envelope is handed to the network.
STOPWATCH = """
  addEventListener("click", () => { window.pressedAt = performance.now(); }, true);
  const send = window.fetch;
  window.fetch = (address, how) => {
    if (how && how.method === "PUT") window.lockedAt = performance.now();
    return send(address, how);
  };
"""


def measure(rehearsal: Rehearsal, fifteen: Path, browser: Browser) -> list[Figure]:
    """A first visit to the intake in `fifteen`, and the median of some sealings of about 4 KB."""
    port, large_port = choose_port(0), choose_port(0)
    with (
        server(rehearsal.commands, port, "intake", "serve", rehearsal.intake, "--port", port),
        server(rehearsal.commands, large_port, "intake", "serve", fifteen, "--port", large_port),
    ):
        return [*_first_visit(browser, large_port), _locking(browser, port)]


def _first_visit(browser: Browser, port: int) -> list[Figure]:
    with tap(port) as wire, looking(browser) as page:
        Person(page, wire.address, "en").open_form()
        page.wait_for_load_state("networkidle")
        sent = sum(len(data) for name, data in wire.recorded().items() if name.startswith("from server"))
        requests = len(wire.requests())
    return [
        Figure(
            metric="first visit to the form, all headers, keys and records of 15 vaults",
            value=sent / 1000,
            unit="KB",
            target=85,
            peer="GlobaLeaks 586 KB, Hush Line 237 KB",
        ),
        Figure(
            metric="requests of a first visit",
            value=requests,
            unit="requests",
            target=6,
            peer="GlobaLeaks 34, Hush Line 11",
        ),
    ]


def _locking(browser: Browser, port: int) -> Figure:
    times = []
    for _ in range(LOCKINGS):
        with looking(browser) as page:
            page.add_init_script(STOPWATCH)
            times.append(_one_locking(page, f"http://127.0.0.1:{port}"))
    return Figure(
        metric="from pressing Send to the sealed envelope on its way, Chromium",
        value=statistics.median(times),
        unit="ms",
        target=150,
    )


def _one_locking(page: Page, site: str) -> float:
    person = Person(page, site, "en")
    person.open_form()
    person.choose("Committee against Torture")
    person.answer_questions(WORDS, "")
    person.send()
    elapsed: float = page.evaluate("() => window.lockedAt - window.pressedAt")
    return elapsed
