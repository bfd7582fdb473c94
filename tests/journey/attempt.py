"""One person tries to write through a line that may be faulty; then it is judged what left, and what the page said."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError

from crypto.errors import AgeError, CryptoError
from crypto.public.verify import verify
from crypto.secret.unseal import unseal
from crypto.wire.age import check_envelope
from crypto.wire.frame import MESSAGE_FRAMES, Frame
from crypto.wire.message import AccountBody, Message
from tests.journey.canaries import find
from tests.journey.faulty import Asked, Kind, Proxy
from tests.journey.looks import looking
from tests.material import Portal

COMMITTEE = "cat"
ACCOUNT = "The copper heron of the seventh mill, 4711"
UNSAFE = "Never beside the burnt windmill"
CANARIES: Mapping[str, str | bytes] = {"account": "copper heron of the seventh mill", "unsafe": "the burnt windmill"}

_STEP_MS = 2_500
_SETTLED_WITHIN = 12.0
_QUIET = 0.5
_PAUSE_MS = 40
_LOOK = """() => {
  const shown = (query) => Array.from(document.querySelectorAll(query)).some(
    (one) => one.checkVisibility() && one.innerText.trim() !== "");
  return {
    ready: document.readyState === "complete",
    ours: document.getElementById("screen") !== null && document.querySelector("footer") !== null,
    open: document.querySelector("#screen fieldset.options") !== null,
    fields: document.querySelectorAll("textarea, select, form, [contenteditable], input:not([inputmode])").length,
    opening: shown("[data-screen=opening] h1"),
    said: shown(["reason", "untouched", "device", "trouble-words"].map((name) => `#screen [data-slot=${name}]`).join()),
    stored: shown("#screen [data-line=stored]"),
    receipt: shown("#screen [data-slot=digits] li"),
    words: document.body ? document.body.innerText : "",
  };
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an attempt ended. `reached`: the form had opened; `seen`: the page as it was looked at last."""

    reached: bool
    seen: Mapping[str, Any]
    stuck: str = field(default="", repr=False)

    @property
    def says_so(self) -> bool:
        """Words of ours say that nothing was sent, or why it could not be; a page not ours, or not whole, need not."""
        return bool(self.seen["said"] or (self.seen["opening"] and not self.reached) or not self.seen["ours"])

    @property
    def says_stored(self) -> bool:
        """The page says that the message is kept."""
        return bool(self.seen["stored"] or self.seen["receipt"])


def attempt(browser: Browser, proxy: Proxy, *, to_receipt: bool = False, patience: float = _SETTLED_WITHIN) -> Ending:
    """Opens the form, answers everything, sends; as far as the page lets a person go. `patience`: seconds to open."""
    with looking(browser) as page:
        page.set_default_timeout(_STEP_MS)
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("requestfailed", lambda asked: broken.append(asked.url) if asked.resource_type != "fetch" else None)
        with suppress(BrowserError):
            page.goto(f"{proxy.address}/en/write", wait_until="commit", timeout=_SETTLED_WITHIN * 1000)
        seen = _until_settled(page, proxy, broken, patience)
        if not seen["open"]:
            return Ending(reached=False, seen=seen)
        stuck = ""
        try:
            _answer(page)
        except BrowserError as error:
            stuck = str(error)
        else:
            seen = _until_sent(page, "receipt" if to_receipt else "stored")
        return Ending(reached=True, seen=_look(page) if stuck else seen, stuck=stuck)


def judge(ending: Ending, proxy: Proxy, portal: Portal, answers: Mapping[str, Any] | None) -> list[str]:
    """What is wrong: empty when sealing was right, or nothing left and the page says so. `answers`: the right ones."""
    sent = [one for one in proxy.asked if one.method != "GET"]
    wrong = [f"{hit.canary} left as {hit.encoding}" for hit in find(CANARIES, _requests(proxy))]
    wrong += [why for one in sent for why in [wrong_with(one, portal, answers)] if why]
    if not ending.reached and ending.seen["fields"]:
        wrong.append("a field before belief")
    if not sent and not ending.says_so:
        wrong.append("nothing left, and nothing is said")
    if sent and not (ending.says_stored or ending.seen["said"]):
        wrong.append("something left, and nothing is said about it")
    if ending.says_stored and 204 not in [one.status for one in sent]:
        wrong.append("said to be stored, and is not")
    return wrong


def wrong_with(one: Asked, portal: Portal, answers: Mapping[str, Any] | None) -> str:
    """Why what left is no right envelope: one that exactly the committee's reader opens, with exactly these answers."""
    if one.kind != "put":
        return f"{one.method} {one.path}"
    try:
        check_envelope(one.body)
        message = opened(one.body, portal)
    except CryptoError as error:
        return f"no right envelope: {error}"
    if message.routing.committees != (COMMITTEE,) or message.directory not in (1, 2):
        return "another routing"
    if (one.headers["directory"], one.headers["epoch"]) != (str(message.directory), message.epoch):
        return "headers of another message"
    if not isinstance(message.body, AccountBody) or answers not in (None, dict(message.body.answers)):
        return "other answers"
    return ""


def answers_in(envelope: bytes, portal: Portal) -> Mapping[str, Any]:
    """The answers of a first message."""
    body = opened(envelope, portal).body
    assert isinstance(body, AccountBody)
    return dict(body.answers)


def opened(envelope: bytes, portal: Portal) -> Message:
    """The message, which only the committee's vault can open; its signature holds."""
    epoch = portal.directory.epochs[0].id
    readers = {}
    for vault, secrets in portal.vaults.items():
        with suppress(AgeError):
            readers[vault] = unseal(envelope, [secrets.seeds[epoch]])
    if set(readers) != {COMMITTEE}:
        raise AgeError("no-match", f"opened by {sorted(readers)}")
    frame = Frame.parse(readers[COMMITTEE], MESSAGE_FRAMES)
    message = Message.parse(frame.message)
    verify("message", portal.name, frame.message, frame.signature, message.thread.key)
    return message


def _answer(page: Page) -> None:
    """As `Person` does, but by what a person sees: each screen's first button, whatever it is called inside."""
    page.get_by_role("checkbox", name=COMMITTEE).check()
    _go_on(page)
    for answer in (ACCOUNT, 1, 0, 0, UNSAFE):
        if isinstance(answer, str):
            page.locator("#screen textarea").fill(answer)
        else:
            page.locator("#screen input[type=radio]").nth(answer).check()
        _go_on(page)
        if _look(page)["said"]:  # closed: its first button would begin anew
            return
    _go_on(page, "#screen button.primary ~ button:visible")  # no files
    page.locator("#screen button.primary").click()


def _go_on(page: Page, button: str = "#screen button.primary") -> None:
    screen = page.locator("#screen > section").element_handle()
    page.locator(button).first.click()
    screen.wait_for_element_state("hidden")


def _requests(proxy: Proxy) -> dict[str, bytes]:
    return {f"{number} {one.kind}": one.whole for number, one in enumerate(proxy.asked)}


def _until_settled(page: Page, proxy: Proxy, broken: list[str], patience: float) -> Mapping[str, Any]:
    """Until the form is open, or says why not, or nothing goes on any more."""
    end, quiet = time.monotonic() + patience, None
    while True:
        seen = _look(page)
        now = time.monotonic()
        if seen["open"] or seen["said"] or now > end:
            return seen
        still = broken or (seen["ready"] and not proxy.asked_for("start"))
        quiet = (quiet or now) if still else None
        if quiet is not None and now - quiet > _QUIET:
            return seen
        page.wait_for_timeout(_PAUSE_MS)


def _until_sent(page: Page, last: Kind | str) -> Mapping[str, Any]:
    """Until the page says that the message is stored, or what is wrong."""
    end = time.monotonic() + _SETTLED_WITHIN
    while True:
        seen = _look(page)
        if seen[last] or seen["said"] or time.monotonic() > end:
            return seen
        page.wait_for_timeout(_PAUSE_MS)


def _look(page: Page) -> Mapping[str, Any]:
    for _ in range(20):
        with suppress(BrowserError):
            seen: Mapping[str, Any] = page.evaluate(_LOOK)
            return seen
        page.wait_for_timeout(_PAUSE_MS)
    raise AssertionError("the page cannot be looked at")
