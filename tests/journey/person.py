"""A person at the public pages, who does nothing that a person could not do there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playwright.sync_api import FilePayload, Locator, Page

_ANSWER_WITHIN_MS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as the page shows it: what it is said to be, and its words."""

    verdict: str
    text: str


class Person:
    """Writes, returns, reads and writes more, in one language, through one page of a browser."""

    def __init__(self, page: Page, site: str, language: str) -> None:
        self.page = page
        self._site = f"{site}/{language}"
        self._look: Callable[[str], None] = lambda name: None

    def after_each_screen(self, look: Callable[[str], None]) -> None:
        """From now on looks at each screen before leaving it; `look` is given its heading."""
        self._look = look

    def open_form(self) -> None:
        """Waits until the form has taken off its lock: the first question is there."""
        self.page.goto(f"{self._site}/write")
        self.page.locator("fieldset.options").wait_for()

    def choose(self, committee: str) -> None:
        """Answers the first question with the committee of this name."""
        self.page.get_by_role("checkbox", name=committee).check()
        self._go_on()

    def answer_questions(self, account: str, unsafe: str, *, files: Sequence[FilePayload] = ()) -> None:
        """All of them, from what happened to files, if there are any."""
        self.tell(account, unsafe)
        if files:
            self._add(files)
        else:
            self._press("skip")

    def tell(self, account: str, unsafe: str) -> None:
        """What happened; danger soon; ask me first; answer here; and when an answer would be unsafe."""
        self._write(account)
        for choice in (1, 0, 0):
            self.page.get_by_role("radio").nth(choice).check()
            self._go_on()
        self._write(unsafe)

    def summary(self) -> str:
        """What the check shows before anything is sent."""
        return self.page.locator("dl.summary").inner_text()

    def send(self) -> str:
        """Sends what was checked; the receipt as it is shown, in groups."""
        self._go_on()
        groups = self.page.locator("[data-slot=digits] li")
        groups.first.wait_for(timeout=_ANSWER_WITHIN_MS)
        return " ".join(groups.all_inner_texts())

    def clear(self) -> None:
        """Says that the number is kept."""
        self._press("clear")
        self._look(self.page.locator("h1").inner_text())

    def come_back(self, receipt: str) -> None:
        """Goes to the return page and enters the receipt."""
        self.page.goto(f"{self._site}/return")
        self.page.locator("textarea.digits-field").fill(receipt)
        self._go_on()
        self.page.locator("[data-slot=answers]").wait_for(state="attached", timeout=_ANSWER_WITHIN_MS)
        self._look(self.page.locator("h1").inner_text())

    def answers(self) -> list[Answer]:
        """All answers on the page, newest first."""
        return [
            Answer(
                verdict=article.get_attribute("data-verdict") or "",
                text=article.locator("[data-slot=text]").text_content() or "",
            )
            for article in self.page.locator("article.answer").all()
        ]

    def nothing_is_there(self) -> bool:
        """Whether the page says that there is no answer."""
        return self.page.locator("[data-slot=nothing]").is_visible()

    def add(self, text: str) -> None:
        """Writes something more to those who could read what the newest answer follows, and sends it."""
        self._press("more-0")
        self._write(text)
        self.page.locator("[data-slot=sent]").wait_for(timeout=_ANSWER_WITHIN_MS)

    def _add(self, files: Sequence[FilePayload]) -> None:
        self._press("continue")
        self.page.locator("#screen input[type=file]").set_input_files(files)
        self._go_on()

    def _write(self, text: str) -> None:
        self.page.locator("#screen textarea").fill(text)
        self._go_on()

    def _go_on(self) -> None:
        self._press("continue")

    def _press(self, act: str) -> None:
        """Presses the button and waits until its screen has gone."""
        self._look(self.page.locator("h1").inner_text())
        screen = self._screen().element_handle()
        self._screen().locator(f"button[data-act={act}]").click()
        screen.wait_for_element_state("hidden")

    def _screen(self) -> Locator:
        return self.page.locator("#screen > section")
