"""A question for consent in the mailbox of a real intake, as a station would put it there, and what is answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Locator, Page

from crypto.public.seal import seal_slot
from crypto.secret import identity
from crypto.secret.receipt_keys import ReceiptKeys
from crypto.sign.sign import public, sign
from crypto.wire.frame import REPLY_FRAMES, fill
from crypto.wire.message import Consent, ConsentAnswerBody, Message, Routing
from crypto.wire.receipt import format_digits, parse_digits
from crypto.wire.reply import ConsentRequestBody, Reply, ReplyBody, fragments
from tests.intake.conftest import take
from tests.journey.sender import Intake
from tests.serving import TODAY, Served

PROPOSAL = "We write that a person was threatened after a meeting.\nWe give no name, no place and no day."
RECIPIENT = "The Permanent Mission of State XA"
EXPLAINED = "They would learn that somebody spoke.\n\nIt could help. It could also go wrong."
COMMITTEES = ("cat",)
ALL: Sequence[Consent] = ("yes", "no", "change", "not-now", "questions")
WITHIN_MS = 20_000


def day(ahead: int) -> str:
    """So many days from today."""
    return (date.fromisoformat(TODAY) + timedelta(days=ahead)).isoformat()


@dataclass(slots=True, kw_only=True)
class Thread:
    """One thread at an intake, seen from the station: asks, and reads what is answered."""

    served: Served
    intake: Intake
    keys: ReceiptKeys = field(repr=False)

    @classmethod
    def of(cls, intake: Intake, receipt: str | None = None) -> "Thread":
        """The thread of this receipt, or of one that nobody has used yet."""
        name = intake.served.portal.name
        raw = identity.new_seed()[:16] if receipt is None else parse_digits(receipt)
        return cls(served=intake.served, intake=intake, keys=ReceiptKeys(receipt=raw, portal=name))

    @property
    def receipt(self) -> str:
        """As the person writes it down."""
        return format_digits(self.keys.receipt)

    def ask(self, *, signer: str = "cat", **changes: Any) -> bytes:
        """Puts a request by `cat` into the mailbox; `signer` may be somebody else. Its whole frame."""
        body = ConsentRequestBody(
            language="en",
            text=EXPLAINED,
            measure="letter-to-state",
            proposal=PROPOSAL,
            recipient=RECIPIENT,
            identity="no-detail",
            expires=day(30),
        )
        return self._put("consent-request", replace(body, **changes), signer)

    def tell(self, text: str) -> None:
        """Puts an ordinary answer there."""
        self._put("text", ReplyBody(language="en", text=text), "cat")

    def said(self) -> Sequence[Message]:
        """The consent answers that have come, in no order."""
        arrived = [one.message for one in self.intake.arrived()]
        mine = [one for one in arrived if one.thread.key == public(self.keys.sign_seed())]
        return [one for one in mine if isinstance(one.body, ConsentAnswerBody)]

    def _put(self, kind: str, body: Any, signer: str) -> bytes:
        routing = Routing(committees=COMMITTEES, excluded=(), conflicts=(), tag=bytes(32))
        reply = Reply(
            id=identity.new_seed()[:16],
            kind=kind,
            portal=self.served.portal.name,
            thread=public(self.keys.sign_seed()),
            committee="cat",
            vault="cat",
            routing=replace(routing, tag=self.keys.routing_tag(routing)),
            day=TODAY,
            body=body,
        )
        data = reply.encode()
        seed = self.served.portal.vaults[signer].sign_seed
        frame = fill(data, sign("reply", self.served.portal.name, data, seed), REPLY_FRAMES)
        recipient = identity.public_key(self.keys.reply_seed())
        slots = [(self.keys.mailbox_address(), seal_slot(piece, recipient)) for piece in fragments(frame, reply.id)]
        store = self.served.store()
        take(store, self.served.portal, self.served.portal.post(slots, TODAY), TODAY)
        store.close()
        return frame


def request(page: Page) -> Locator:
    """The questions among the answers."""
    return page.locator("article.request")


def press(page: Page, act: str) -> None:
    """Presses the button at the end of the screen, and waits until the screen has gone."""
    screen = page.locator("#screen > section").element_handle()
    page.locator(f"#screen .buttons button[data-act={act}]:visible, #screen .further button[data-act={act}]").click()
    screen.wait_for_element_state("hidden")


def begin(page: Page) -> None:
    """From the newest question to its answers."""
    press(page, "more-0")


def choose(page: Page, answer: Consent, text: str = "") -> None:
    """Chooses an answer and writes something with it."""
    page.get_by_role("radio").nth(radios(page).index(answer)).check()
    page.locator("#screen textarea").fill(text)


def radios(page: Page) -> list[str]:
    """The names of the answers that are offered."""
    ids = page.locator("#screen .option span:not(.hint)").evaluate_all("(all) => all.map((one) => one.id)")
    return [each.removeprefix("option-") for each in ids]


def answer(page: Page, says: Consent, text: str = "") -> None:
    """All of it, until it is stored."""
    begin(page)
    choose(page, says, text)
    press(page, "continue")
    if says == "yes":
        press(page, "continue")
    page.locator("[data-slot=sent]").wait_for(timeout=WITHIN_MS)
