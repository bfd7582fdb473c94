"""What a network sees of two people is the same, whatever they write, to whom, in which language, with how many files,
as long as the size classes are equal: the same requests in the same order, each as long as the other's, byte by byte.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from crypto.wire.age import SLOT_LENGTH
from deploy.serving import Serving
from tests.intake.conftest import take
from tests.journey.browsing import PersonWithFiles
from tests.journey.firefox import SAFER, firefox
from tests.journey.looks import looking
from tests.journey.second_person import SecondPerson
from tests.journey.tap import Exchange, tap
from tests.material import any_slot, receipt_keys
from tests.serving import TODAY, serving

MEBIBYTE = 1 << 20
ICON = "GET /static/icon.svg"
_NAME = re.compile(r"(?<=/)[A-Za-z0-9_-]{22,43}(?=/|$)")
_DATE = re.compile(rb"\r\nDate: [^\r]*")
_LANGUAGE = re.compile(r"(?<= /)(en|fr|ar)(?=/)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes what. `files`: their lengths."""

    language: str
    committee: str
    account: str
    unsafe: str
    files: tuple[int, ...] = ()


SHORT = Writer(language="en", committee="Committee against Torture", account="They came.", unsafe="Never")
LONGER = Writer(
    language="ar",
    committee="اللجنة المعنية بحالات الاختفاء القسري",
    account="جاؤوا ليلاً ولم يجب أحد. " * 90,
    unsafe="لا ترسلوا شيئاً يوم الجمعة",
)
TWO_VAULTS = Writer(
    language="fr",
    committee="Comité pour la protection des droits de tous les travailleurs migrants",
    account="Ils sont revenus, et personne n’a ouvert la porte. " * 60,
    unsafe="Jamais le vendredi",
)
BEYOND_THE_CLASS = Writer(
    language="en", committee="Committee against Torture", account="They came back. " * 2_500, unsafe="Never"
)
ONE_FILE = Writer(
    language="en", committee="Committee against Torture", account="Look.", unsafe="Never", files=(MEBIBYTE + 9,)
)
FIVE_FILES = Writer(
    language="ar",
    committee=LONGER.committee,
    account=LONGER.account,
    unsafe=LONGER.unsafe,
    files=(1, 700_000, 0, 60_000, 1_200_000),
)
ONE_MORE_PART = Writer(
    language="en", committee="Committee against Torture", account="Look.", unsafe="Never", files=(2 * MEBIBYTE,)
)

Watch = Callable[[Writer], list[Exchange]]


@pytest.fixture
def in_chromium(chromium: Browser, served: Serving, tmp_path: Path) -> Watch:
    """What goes over the wire when somebody writes, and comes back to see whether there is an answer."""

    def watch(writer: Writer) -> list[Exchange]:
        with tap(served.intake.port) as wire, looking(chromium) as page:
            go_through(PersonWithFiles(page, wire.address, writer.language), writer, tmp_path)
            return wire.exchanges()

    return watch


@pytest.fixture
def in_firefox(served: Serving, tmp_path: Path) -> Watch:
    """The same, at level Safer."""

    def watch(writer: Writer) -> list[Exchange]:
        with tap(served.intake.port) as wire, firefox(SAFER) as browser:
            go_through(SecondPerson(browser, wire.address, writer.language), writer, tmp_path)
            return wire.exchanges()

    return watch


def go_through(person: PersonWithFiles | SecondPerson, writer: Writer, folder: Path) -> None:
    """Writes, sends, and comes back."""
    person.open_form()
    person.choose(writer.committee)
    person.tell(writer.account, writer.unsafe)
    person.choose_files(made(writer.files, folder))
    receipt = person.send()
    person.clear()
    person.come_back(receipt)
    assert person.answers() == []


def made(lengths: Sequence[int], folder: Path) -> list[Path]:
    """Files of these lengths; their names have other lengths, too."""
    files = [folder / f"{'n' * number}{length}.bin" for number, length in enumerate(lengths)]
    for file, length in zip(files, lengths, strict=True):
        file.write_bytes(random.Random(length).randbytes(length))
    return files


def sent(exchanges: Sequence[Exchange]) -> list[tuple[str, int, int]]:
    """Everything that is not a page or a part of one, in its order: what was asked, how long it was, and the answer."""
    return [
        (shape(one), len(one.asked), len(one.answered))
        for one in exchanges
        if not one.line.startswith("GET /") or "/submissions/" in one.line
    ]


def loaded(exchanges: Sequence[Exchange]) -> list[tuple[str, int]]:
    """Every kind of request and its length. A browser loads what belongs to one page in any order, the icon at any
    time, and something once more when the server has just closed the connection that it asked on.
    """
    return sorted({(shape(one), len(one.asked)) for one in exchanges if one.line != ICON})


def shape(one: Exchange) -> str:
    """Method and path, without what is random or of a language."""
    return _LANGUAGE.sub("*", _NAME.sub("*", one.line))


def test_words_committee_readers_and_language_change_nothing_that_is_sent(in_chromium: Watch) -> None:
    first, *others = (in_chromium(writer) for writer in (SHORT, LONGER, TWO_VAULTS))
    assert [one[0] for one in sent(first)] == ["PUT /submissions/*", "POST /mailbox"]
    for other in others:
        assert sent(other) == sent(first)
        assert loaded(other) == loaded(first)


def test_the_number_of_files_their_lengths_and_names_change_nothing_that_is_sent(in_chromium: Watch) -> None:
    one, five, more = (in_chromium(writer) for writer in (ONE_FILE, FIVE_FILES, ONE_MORE_PART))
    parts = ["PUT /submissions/*/parts/*"] * 2
    assert [line for line, _, _ in sent(one)] == [*parts, "PUT /submissions/*", "POST /mailbox"]
    assert sent(five) == sent(one)
    assert loaded(five) == loaded(one)
    assert len(sent(more)) == len(sent(one)) + 1  # the control: one part more


def test_a_message_of_another_class_is_told_by_its_length(in_chromium: Watch) -> None:
    """The control: what is compared would show a difference."""
    usual, long = sent(in_chromium(SHORT)), sent(in_chromium(BEYOND_THE_CLASS))
    assert [one[0] for one in long] == [one[0] for one in usual]
    assert long[0][1] - usual[0][1] == 90_550 - 57_782


@pytest.mark.prove
@pytest.mark.timeout(900)
def test_firefox_sends_the_same_for_everybody_too(in_firefox: Watch) -> None:
    for first, second in ((SHORT, LONGER), (SHORT, TWO_VAULTS), (ONE_FILE, FIVE_FILES)):
        one, other = in_firefox(first), in_firefox(second)
        assert sent(one) == sent(other)
        assert loaded(one) == loaded(other)


def test_the_answer_of_a_mailbox_is_equally_long_whatever_is_in_it(tmp_path: Path) -> None:
    """Also its head, but for the moment that stands there."""
    keys, seen = receipt_keys(), list[bytes]()
    with serving(tmp_path, workers=1, limits="threads = 2") as served:
        head = f"POST /mailbox HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nContent-Length: 34\r\n"
        asked = (head + "Connection: close\r\n\r\n").encode("ascii")
        for more in (0, 1, 2, 1, 1):  # so that there are 0, 1, 3, 4 and 5
            slots = [(keys.mailbox_address(), any_slot(10 * len(seen) + number)) for number in range(more)]
            store = served.store()
            take(store, served.portal, served.portal.post(slots, TODAY), TODAY)
            store.close()
            seen.append(served.raw(asked + keys.mailbox_secret() + bytes(2)))
        seen.append(served.raw(asked + bytes(34)))
    heads = {_DATE.sub(b"", answer.partition(b"\r\n\r\n")[0]) for answer in seen}
    assert len(seen[0]) > 4 * SLOT_LENGTH
    assert ({len(answer) for answer in seen}, len(heads)) == ({len(seen[0])}, 1)
