"""The verification record on its pages, as a browser without script has them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import get_args

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

import templates
from crypto.errors import FormatError
from review.app import create_app
from review.config import Config
from review.desk import Desk
from review.door import Door
from review.verification.kinds import Code, Codes, Number, named
from review.verification.links import Cells, File, LinkedFile
from review.verification.record import Verification
from review.verification.rules import FaultCode
from templates import environment, languages, translations
from tests.material import Portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import ADDRESS, HOST, PASSPHRASE, SetClock, Station
from tests.review.test_desk import get, token
from tests.review.test_verification import WHOLE

CASES = 16
NEVER = re.compile(
    r"\b(unfounded|false|untrue|baseless|unproven|fabricated|invented|lies|liars?|lying|infondée?s?|fausses?|faux|mensong\w*|"
    r"inventée?s?|sans fondement)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Open:
    """A desk with two open vaults: `cat` with many cases, `ced` with one; a test takes a case that no other has."""

    app: Flask
    client: FlaskClient
    station: Station
    numbers: Iterator[int] = field(default_factory=lambda: count(2))

    def page(self) -> str:
        """The address of the record of a case of `cat` that nothing was done with."""
        number = next(self.numbers)
        assert number <= CASES
        return f"/cases/cat/{number}/verification"


@pytest.fixture(scope="module")
def opened(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    station = Station(tmp_path_factory.mktemp("verification") / "station", portal)
    for vault in ("cat", "ced"):
        station.add(vault)
    writers = [Writer(portal=portal) for _ in range(CASES)] + [Writer(portal=portal, committees=("ced",))]
    made = [writer.with_files(writer.account("<b>Their words.</b>"), {"a letter.txt": b"x"}) for writer in writers]
    envelopes = [writer.seal(message) for writer, (message, _) in zip(writers, made, strict=True)]
    file = bundle(portal, [close_day(portal, envelopes, parts=[parts for _, parts in made])])
    for vault in ("cat", "ced"):
        station.take(vault, file)
    door, clock = Door(), SetClock()
    door.host = HOST
    app = create_app(Config(door=door, station=station.folder, today=clock.today, moment=clock.moment))
    client = app.test_client()
    client.get(f"/enter/{door.link}", base_url=ADDRESS)
    form = {"csrf_token": token(get(client, "/unlock")), "passphrase-cat": PASSPHRASE, "passphrase-ced": PASSPHRASE}
    assert client.post("/unlock", base_url=ADDRESS, data=form).status_code == 303
    yield Open(app, client, station)
    desk: Desk = app.extensions["desk"]
    desk.lock()


# --- what a page sends


def fields_of(record: Verification) -> list[tuple[str, str]]:
    """The fields of the form, filled with this record, as a browser sends them."""
    sent: list[tuple[str, str]] = []

    def put(name: str, kind: object, value: object) -> None:
        if isinstance(kind, Codes):
            assert isinstance(value, tuple)
            sent.extend((name, one) for one in value)
        elif isinstance(kind, Cells):
            assert isinstance(value, dict)
            sent.extend((f"{name}-{source.row}", value.get(source.row, kind.codes[0])) for source in record.sources)
        elif isinstance(kind, File):
            sent.append((name, value.code if isinstance(value, LinkedFile) else ""))
        else:
            sent.append((name, str(value)))

    for name, kind in named(Verification):
        first, _, rest = name.partition("-")
        whole = getattr(record, first)
        if isinstance(whole, tuple) and rest:
            for row in whole:
                if isinstance(kind, Number):
                    sent.append((first, str(row.row)))
                put(f"{first}-{row.row}-{rest}", kind, getattr(row, rest))
        else:
            put(name, kind, getattr(whole, rest) if rest else whole)
    return sent


def send(
    opened: Open, page: str, record: Verification, *, step: str = "keep", counter: int | None = None
) -> tuple[int, str]:
    """Status, and target or page, of the form with this record in it."""
    shown = get(opened.client, f"{page}/write")
    data = MultiDict(fields_of(record))
    data["csrf_token"], data["step"] = token(shown), step
    data["counter"] = str(counter_of(shown) if counter is None else counter)
    answer = opened.client.post(f"{page}/write", base_url=ADDRESS, data=data)
    return answer.status_code, answer.location or answer.text


def counter_of(shown: str) -> int:
    """Of the draft that a page started from."""
    found = re.search(r'name="counter" value="(\d+)"', shown)
    assert found is not None
    return int(found[1])


def text_of(shown: str, name: str) -> str:
    """What stands in a large field."""
    found = re.search(rf'<textarea id="{name}"[^>]*>\n?([^<]*)</textarea>', shown)
    assert found is not None
    return found[1]


# --- the form


def test_a_form_that_is_sent_is_the_record_it_was_filled_with() -> None:
    linked = replace(WHOLE.items[0], file=LinkedFile(turn=1, place=2, sha256=bytes(32)))
    for record in (Verification(), WHOLE, replace(WHOLE, items=(linked,))):
        assert Verification.sent(MultiDict(fields_of(record))) == record
    lines = replace(WHOLE, summary="one\ntwo")
    sent = MultiDict([(name, value.replace("\n", "\r\n")) for name, value in fields_of(lines)])
    assert Verification.sent(sent) == lines


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "crime"), ("acts", "arson"), ("finding", "false"), ("summary", "x" * 20_001), ("sources", "01"),
        ("sources", "7"), ("sources", "1"), ("facts-1-says-1", "perhaps"), ("second_reader_day", "tomorrow"),
        ("items-1-file", "1.1"), ("highest-sources", "1"), ("highest-sources", "-1"), ("sources-1-row", "x"),
    ],
)  # fmt: skip
def test_what_no_form_of_ours_sends_is_refused(name: str, value: str) -> None:
    whole = fields_of(WHOLE)
    assert Verification.sent(MultiDict(whole)) == WHOLE
    kept = [(one, said) for one, said in whole if one != name or name in ("acts", "sources")]
    with pytest.raises(FormatError):
        Verification.sent(MultiDict([*kept, (name, value)]))


def test_a_strange_request_is_answered_400_and_keeps_nothing(opened: Open) -> None:
    page = opened.page()
    shown = get(opened.client, page)
    for extra in ({"step": "burn"}, {"step": "add-people"}, {"counter": "x"}, {"type": "crime"}):
        data = MultiDict(fields_of(WHOLE))
        data["csrf_token"], data["counter"] = token(shown), "0"
        for name, value in extra.items():
            data.setlist(name, [value])
        assert opened.client.post(f"{page}/write", base_url=ADDRESS, data=data).status_code == 400
    assert counter_of(get(opened.client, page)) == 0
    assert send(opened, page, WHOLE)[0] == 303


def test_an_empty_record_is_a_form_with_everything_at_its_neutral_start(opened: Open) -> None:
    shown = get(opened.client, opened.page())
    checked = re.findall(r'name="([\w-]+)" value="(\w+)" checked', shown)
    assert dict(checked) == {
        "type": "not_coded", "actor": "unknown", "correlation-finding": "undetermined", "finding": "undetermined",
        "confidence": "cannot_be_judged",
    }  # fmt: skip
    assert re.findall(r'<option value="(\w+)" selected', shown.split('id="record"')[1].split("</form>")[0]) == [
        "cannot_be_judged"
    ]
    assert "Kept in the vault" not in shown.split('id="kept"')[1].split("</span>")[0]


def test_rows_come_and_go_and_everything_that_was_typed_stays(opened: Open) -> None:
    page = opened.page()
    typed = Verification(summary="Two men came.", acts=("threat",))
    status, target = send(opened, page, typed, step="add-sources")
    assert (status, target) == (303, f"{page}/write#sources-1")
    shown = get(opened.client, page)
    assert text_of(shown, "summary") == "Two men came."
    assert 'value="threat" checked' in shown
    assert 'id="sources-1-name"' in shown
    record = typed.with_row("sources")
    filled = replace(record, sources=(replace(record.sources[0], name="The writer"),)).with_row("facts")
    send(opened, page, filled, step="add-facts")
    shown = get(opened.client, page)
    assert 'value="The writer"' in shown
    assert all(f'name="facts-{n}-says-1"' in shown for n in (1, 2))


def test_an_empty_row_goes_at_once_and_one_with_words_only_after_a_question(opened: Open) -> None:
    page = opened.page()
    record = Verification().with_row("sources").with_row("sources")
    record = replace(record, sources=(replace(record.sources[0], name="The writer"), record.sources[1]))
    assert send(opened, page, record, step="remove-sources-2") == (303, f"{page}/write#sources")
    assert 'id="sources-2-name"' not in get(opened.client, page)
    left = record.without_row("sources", 2)
    status, target = send(opened, page, left, step="remove-sources-1")
    assert (status, target) == (303, f"{page}/write?remove=sources-1#sources-1")
    asked = get(opened.client, target.split("#")[0])
    assert "Remove Source 1 with everything that stands in it?" in asked
    assert 'id="sources-1-name"' in asked
    send(opened, page, left, step="drop-sources-1")
    assert 'id="sources-1-name"' not in get(opened.client, page)


# --- two pages of one draft


def test_a_stale_page_overwrites_nothing_until_it_is_told_to(opened: Open) -> None:
    page = opened.page()
    send(opened, page, Verification(summary="First."), counter=0)
    status, shown = send(opened, page, Verification(summary="Second."), counter=0)
    assert status == 409
    assert "Nothing was overwritten" in shown
    assert text_of(shown, "summary") == "Second."
    assert all(words in shown.split("What is different")[1].split("</details>")[0] for words in ("First.", "Second."))
    assert counter_of(shown) == 0
    assert text_of(get(opened.client, page), "summary") == "First."
    step = re.search(r'value="(overwrite-\d+)"', shown)
    assert step is not None
    send(opened, page, Verification(summary="Third."))
    assert send(opened, page, Verification(summary="Second."), step=step[1], counter=0)[0] == 409
    assert text_of(get(opened.client, page), "summary") == "Third."
    assert send(opened, page, Verification(summary="Second."), step="overwrite-2", counter=0)[0] == 303
    assert text_of(get(opened.client, page), "summary") == "Second."


def test_what_the_script_sends_is_kept_or_refused_in_words(opened: Open) -> None:
    page = opened.page()
    shown = get(opened.client, page)
    data = MultiDict(
        [*fields_of(Verification(summary="Typed.")), ("csrf_token", token(shown)), ("counter", "0"), ("next", "9")]
    )
    answer = opened.client.post(f"{page}/draft", base_url=ADDRESS, data=data)
    assert (answer.status_code, json.loads(answer.text)) == (200, {"counter": 9, "draft": True})
    again = opened.client.post(f"{page}/draft", base_url=ADDRESS, data=data)
    assert again.status_code == 409
    assert json.loads(again.text)["differs"]
    assert "Nothing was overwritten" in json.loads(again.text)["refused"]
    assert text_of(get(opened.client, page), "summary") == "Typed."
    data["counter"], data["csrf_token"] = "1", "wrong"
    assert opened.client.post(f"{page}/draft", base_url=ADDRESS, data=data).status_code == 400


# --- a finished version


def test_what_is_missing_is_said_beside_its_field_and_the_draft_is_kept(opened: Open) -> None:
    page = opened.page()
    status, shown = send(opened, page, replace(WHOLE, author="", confidence="cannot_be_judged"), step="finish")
    assert status == 422
    summary = shown.split('id="faults"')[1].split("</ul>")[0]
    assert re.findall(r'href="#([\w-]+)"', summary) == ["confidence", "author"]
    assert 'aria-describedby="author-wrong" aria-invalid="true"' in shown
    assert "Say who writes this." in shown.split('id="author-wrong"')[1][:80]
    assert text_of(get(opened.client, page), "summary") == "Two men came."
    assert send(opened, page, WHOLE, step="finish")[0] == 303


def test_a_finished_version_is_read_only_and_a_new_one_starts_from_it(opened: Open) -> None:
    page = opened.page()
    send(opened, page, WHOLE, step="finish")
    shown = get(opened.client, page)
    assert "<textarea" not in shown
    assert '<input type="text"' not in shown
    assert all(words in shown for words in ("version 1", "10 November 2026", "Write a new version", "Two men came."))
    (stored,) = opened.station.look("cat", lambda store: store.verification_versions(int(page.split("/")[3])))
    assert Verification.parse(stored.version.data) == WHOLE
    assert text_of(get(opened.client, f"{page}/write"), "summary") == "Two men came."
    send(opened, page, replace(WHOLE, summary="Three men came."))
    draft = get(opened.client, page)
    assert "draft of version 2" in draft
    assert 'href="' + page + '/versions/1"' in draft
    assert "Two men came." in get(opened.client, f"{page}/versions/1")


def test_whoever_looks_at_a_version_sees_what_it_changed(opened: Open) -> None:
    page = opened.page()
    send(opened, page, WHOLE, step="finish")
    send(opened, page, replace(WHOLE, confidence="high").without_row("items", 1), step="finish")
    send(opened, page, replace(WHOLE, gravity="Grave."), step="finish")
    changed = get(opened.client, f"{page}/versions/2").split("What changed from version 1 to version 2")[1]
    told = changed.split("</dl>")[0]
    assert re.search(r"<dt>Item 1</dt>\s*<dd>removed.*<dt>Confidence</dt>.*medium.*high", told, re.DOTALL)
    other = get(opened.client, f"{page}/versions/3?against=1")
    assert "What changed from version 1 to version 3" in other
    assert "Item 1" not in other.split("What changed from version 1 to version 3")[1].split("</dl>")[0]
    assert opened.client.get(f"{page}/versions/4", base_url=ADDRESS).status_code == 404
    assert opened.client.get(f"{page}/versions/3?against=9", base_url=ADDRESS).status_code == 404


def test_what_was_not_found_is_said_without_a_word_against_anybody(opened: Open) -> None:
    page = opened.page()
    missing = replace(
        WHOLE,
        finding="not_verified",
        correlation=replace(WHOLE.correlation, finding="not_established"),
        sources=(replace(WHOLE.sources[0], name="S"),),
        facts=(),
    )
    send(opened, page, missing, step="finish")
    for address in (page, page.removesuffix("/verification")):
        shown = get(opened.client, address)
        assert "not verified" in shown
        assert "It says nothing against the person" in shown
        assert not NEVER.search(re.sub(r"<[^>]+>", " ", shown))
    outcome = get(opened.client, page).split('class="outcome"')[1].split("</section>")[0]
    assert not re.search(r'class="[^"]*(refusal|pressing|care)', outcome)
    assert "a grave case can still be followed on humanitarian grounds" in outcome


def test_the_case_says_in_words_where_its_record_stands(opened: Open) -> None:
    page = opened.page()
    case = page.removesuffix("/verification")

    def side() -> str:
        return get(opened.client, case).split('class="verification-side"')[1].split("</section>")[0]

    assert "Not begun. Nothing has been judged." in side()
    assert f'href="{page}"' in side()
    send(opened, page, WHOLE)
    assert "A draft is kept at this desk, of 10 November 2026." in side()
    send(opened, page, WHOLE, step="finish")
    assert "Finding: verified. Confidence: medium." in side()
    assert "Correlation: established." in side()
    assert "draft" not in side()


def test_versions_that_were_touched_are_said_to_be(opened: Open) -> None:
    page = opened.page()
    send(opened, page, WHOLE, step="finish")
    assert "do not fit together" not in get(opened.client, page)
    with opened.station.vaults["cat"].transaction() as connection:
        connection.exec_driver_sql(
            f"update verification_versions set day = '2026-11-01' where number = {int(page.split('/')[3])}"  # noqa: S608
        )
    assert "The versions of this record do not fit together." in get(opened.client, page)
    assert send(opened, page, replace(WHOLE, reason="x"), step="finish")[0] == 409


def test_words_cannot_become_markup_and_the_persons_words_stand_beside(opened: Open) -> None:
    page = opened.page()
    nasty = '</textarea><script>alert(1)</script>" onfocus=alert(1) {{ 7 * 7 }} %(n)s'
    record = replace(WHOLE, summary=nasty, author=nasty[:90], facts=(replace(WHOLE.facts[0], words=nasty),))
    send(opened, page, replace(record, reason=""))
    for shown in (get(opened.client, page), send(opened, page, record, step="finish") and get(opened.client, page)):
        assert isinstance(shown, str)
        assert "<script>alert" not in shown
        assert '" onfocus' not in shown
        assert "{{ 7 * 7 }} %(n)s" in shown
        assert "&lt;b&gt;Their words.&lt;/b&gt;" in shown.split('id="their-words"')[1]


# --- whose case it is


def test_a_record_belongs_to_the_vault_of_its_address_alone(opened: Open) -> None:
    send(opened, "/cases/cat/1/verification", replace(WHOLE, summary="Of cat alone."))
    shown = get(opened.client, "/cases/ced/1/verification")
    assert "Of cat alone." not in shown
    send(opened, "/cases/ced/1/verification", replace(WHOLE, summary="Of ced alone."), step="finish")
    assert opened.station.look("cat", lambda store: store.verification_versions(1)) == []
    assert "Of ced alone." in get(opened.client, "/cases/ced/1/verification")
    for path in ("/cases/ced/2/verification", "/cases/cmw-1/1/verification", "/cases/cat/1/verification/versions/1"):
        assert opened.client.get(path, base_url=ADDRESS).status_code == 404


def test_nobody_but_the_open_desk_sees_or_writes_a_record(opened: Open) -> None:
    stranger = opened.app.test_client()
    for path in (
        "/cases/cat/1/verification",
        "/cases/cat/1/verification/write",
        "/cases/cat/1/verification/versions/1",
    ):
        assert stranger.get(path, base_url=ADDRESS).status_code == 403
    for path in ("/cases/cat/1/verification/write", "/cases/cat/1/verification/draft"):
        assert stranger.post(path, base_url=ADDRESS, data=MultiDict(fields_of(WHOLE))).status_code in (400, 403)


# --- words


SOURCES = Path(templates.__file__).parent / "review"


def sentences(language: str) -> list[str]:
    """Every sentence of the pages of a record."""
    known = translations("review", language) if language != "en" else {}
    found = [
        words
        for file in sorted(SOURCES.glob("verification*.html"))
        for words in re.findall(r'_\("([^"]+)"', file.read_text("utf-8"))
    ]
    assert len(found) > 200
    return [known.get(words, words) for words in found]


@pytest.mark.parametrize("language", languages("review"))
def test_no_sentence_of_a_record_calls_anything_untrue(language: str) -> None:
    assert [words for words in sentences(language) if NEVER.search(words)] == []


def test_a_sentence_that_calls_something_untrue_would_be_found() -> None:
    for words in (
        "The allegation is unfounded.",
        "It is false",
        "Lies.",
        "Allégation infondée",
        "C’est faux.",
        "sans fondement",
    ):
        assert NEVER.search(words)


@pytest.mark.parametrize("language", languages("review"))
def test_every_code_field_and_fault_has_words(language: str) -> None:
    words = environment("review", language).get_template("verification_words.html").module
    for name, kind in named(Verification):
        if not name.startswith("highest"):
            assert len(str(words.label(name))) > 1  # type: ignore[attr-defined]
        if isinstance(kind, Code | Codes | Cells):
            said = [str(words.word(name, code)) for code in kind.codes]  # type: ignore[attr-defined]
            assert len(set(said)) == len(said)
    for code in get_args(FaultCode):
        assert str(words.fault(code)).endswith((".", "。"))  # type: ignore[attr-defined]
