"""What can be told of a page by looking at it: what axe finds, and whether it must be scrolled sideways."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

AXE = Path(__file__).resolve().parents[2] / "intake/browser/node_modules/axe-core/axe.min.js"
WIDTHS = (360, 1280)
SCHEMES = ("light", "dark")

_FINDINGS = """async () => (await axe.run()).violations.map(
    (found) => `${found.id}: ${found.help}: ${found.nodes.map((node) => node.target.join(" ")).join(", ")}`
)"""


@contextmanager
def looking(browser: Browser, *, script: bool = True) -> Iterator[Page]:
    """A page of a browser that knows nothing yet, with or without script."""
    context = browser.new_context(java_script_enabled=script)
    try:
        yield context.new_page()
    finally:
        context.close()


def look_like(page: Page, width: int, scheme: str) -> None:
    """Gives the page this width and colour scheme."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")


def barriers(page: Page) -> list[str]:
    """What axe-core finds against people with disabilities. Its code comes from outside, past the page's CSP."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(_FINDINGS)
    return found


def sideways(page: Page) -> int:
    """So many pixels of the page lie beyond the side of the window."""
    beyond: int = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return beyond


def faults(page: Page) -> list[str]:
    """Everything wrong with how the page looks now."""
    beyond = sideways(page)
    return barriers(page) + ([f"{beyond} pixels to scroll sideways"] if beyond > 0 else [])
