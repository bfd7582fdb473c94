"""A focal point at the desk, who does nothing that a focal point could not do there."""

from collections.abc import Callable, Mapping

from playwright.sync_api import Page


class Desk:
    """The station's pages, entered by the one-time link."""

    def __init__(self, page: Page, link: str) -> None:
        self.page = page
        self._link = link
        self._site = link.split("/enter/")[0]
        self._look: Callable[[str], None] = lambda name: None

    def after_each_page(self, look: Callable[[str], None]) -> None:
        """From now on looks at each page that comes up; `look` is given a name for it."""
        self._look = look

    def unlock(self, passphrases: Mapping[str, str]) -> None:
        """Enters by the link and opens these vaults."""
        self.page.goto(self._link)
        self._look("unlock")
        for vault, passphrase in passphrases.items():
            self.page.get_by_label(vault, exact=True).fill(passphrase)
        self.page.locator("form[action='/unlock'] button").click()
        self.page.locator("nav.list").wait_for()

    def cases(self) -> set[str]:
        """The addresses of all cases on the list, read anew."""
        self.page.goto(f"{self._site}/")
        self._look("inbox")
        return {link.get_attribute("href") or "" for link in self.page.locator("nav.list li a").all()}

    def open(self, case: str) -> None:
        """Opens a case of the list."""
        self.page.locator(f"nav.list a[href='{case}']").click()
        self.page.locator("ol.conversation").wait_for()
        self._look("case")

    def open_anew(self, case: str) -> None:
        """Opens a case by its address."""
        self.page.goto(f"{self._site}{case}")
        self.page.locator("ol.conversation").wait_for()

    def words_of_the_person(self) -> list[str]:
        """Everything the person wrote in their own words, oldest first."""
        return self.page.locator(".turn.theirs .words").all_text_contents()

    def choices_of_the_person(self) -> list[str]:
        """What the person chose, in the words of the form."""
        return self.page.locator(".turn.theirs .chosen dd > span:first-child").all_text_contents()

    def files_of_the_person(self) -> list[str]:
        """What the person calls the files that came."""
        return self.page.locator(".turn.theirs .files li bdi.file-name").all_text_contents()

    def save_files(self) -> str:
        """Saves the files of the only message that has some, after the warning; the folder where they lie."""
        self.page.locator(".turn.theirs .files a.button").click()
        self._look("before files are saved")
        self.page.locator("main form.buttons button.primary").click()
        folder = self.page.locator("p.file-name bdi")
        folder.wait_for()
        self._look("files saved")
        return folder.text_content() or ""

    def acknowledge(self) -> str:
        """Prepares, looks at and seals the acknowledgment; its words."""
        self.page.locator("form.step:has([value=acknowledgment]) button").click()
        return self._seal()

    def answer(self, text: str) -> None:
        """Writes an answer in own words, looks at it and seals it."""
        self.page.locator("aside a[href$='/write#draft']").click()
        self.page.locator("#draft textarea").fill(text)
        self._look("writing")
        self.page.locator("#draft button.primary").click()
        self._seal()

    def _seal(self) -> str:
        words = self.page.locator("#draft blockquote").text_content() or ""
        self._look(f"what leaves: {words[:20]}")
        self.page.locator("button[formaction$='/seal']").click()
        self.page.locator("#last").wait_for()
        self._look(f"sealed: {words[:20]}")
        return words
