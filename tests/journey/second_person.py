"""The same person at Firefox, key by key: what `Person` does in Chromium, by the same names."""

from collections.abc import Sequence
from pathlib import Path

from marionette_driver.marionette import WebElement

from tests.journey.firefox import Firefox
from tests.journey.person import Answer


class SecondPerson:
    """Writes, returns, reads and writes more, in one language."""

    def __init__(self, browser: Firefox, site: str, language: str) -> None:
        self._browser = browser
        self._site = f"{site}/{language}"

    def open_form(self) -> None:
        """Waits until the form has taken off its lock: the first question is there."""
        self._browser.goto(f"{self._site}/write")
        self._browser.wait_for("fieldset.options")

    def choose(self, committee: str) -> None:
        """Answers the first question with the committee of this name."""
        labels = self._browser.all("fieldset.options label")
        next(label for label in labels if committee in label.text).click()
        self._browser.press("continue")

    def draft(self, text: str) -> None:
        """Writes into the field that is there, and does not go on."""
        field = self._browser.wait_for("#screen textarea")
        field.clear()
        field.send_keys(text)

    def tell(self, account: str, unsafe: str) -> None:
        """Tells what happened; danger soon; ask me first; answer here; and when an answer would be unsafe."""
        self._write(account)
        for choice in (1, 0, 0):
            self._radio(choice).click()
            self._browser.press("continue")
        self._write(unsafe)

    def choose_files(self, files: Sequence[Path]) -> None:
        """Adds these, or says that there are none."""
        if not files:
            self._browser.press("skip")
            return
        self._browser.press("continue")
        for file in files:
            self._browser.wait_for("#files-field").send_keys(str(file))
        self._browser.press("continue")

    def send(self) -> str:
        """Sends what was checked; the receipt as it is shown, in groups."""
        self._browser.press("continue")
        self._browser.wait_for("[data-slot=digits] li")
        return " ".join(group.text for group in self._browser.all("[data-slot=digits] li"))

    def clear(self) -> None:
        """Says that the number is kept."""
        self._browser.press("clear")

    def come_back(self, receipt: str) -> None:
        """Goes to the return page and enters the receipt."""
        self._browser.goto(f"{self._site}/return")
        self._browser.wait_for("textarea.digits-field").send_keys(receipt)
        self._browser.press("continue")
        self._browser.wait_for("[data-slot=answers]")

    def answers(self) -> list[Answer]:
        """All answers on the page, newest first."""
        verdicts = [article.get_attribute("data-verdict") for article in self._browser.all("article.answer")]
        texts = [text.get_property("textContent") for text in self._browser.all("article.answer [data-slot=text]")]
        return [Answer(verdict=verdict, text=text) for verdict, text in zip(verdicts, texts, strict=True)]

    def draft_more(self, text: str) -> None:
        """Writes something more to those who could read what the newest answer follows, and does not send it."""
        self._browser.press("more-0")
        self.draft(text)

    def send_more(self) -> None:
        """Sends it."""
        self._browser.press("continue")
        self._browser.wait_for("[data-slot=sent]")

    def _write(self, text: str) -> None:
        self.draft(text)
        self._browser.press("continue")

    def _radio(self, choice: int) -> WebElement:
        self._browser.wait_for("#screen input[type=radio]")
        return self._browser.all("#screen input[type=radio]")[choice]
