"""A verification record: its neutral start, its document, what a finished version needs, and what a keeper keeps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from crypto.errors import FormatError
from crypto.wire.fields import Members, encode_json, parse_json
from review import views
from review.actions import ACTIONS, Answer
from review.cipher import empty
from review.refusals import Refused
from review.store import Store
from review.tables import upgrade
from review.verification.changes import Change, changes
from review.verification.kinds import MOST_ROWS, Code, Codes, named
from review.verification.links import LinkedFile
from review.verification.record import (
    CANNOT,
    MOST_BYTES,
    ROWS,
    SAYS,
    Correlation,
    Fact,
    Highest,
    Item,
    Source,
    Verification,
    When,
)
from review.verification.rules import faults
from review.verification.versions import StoredVersion, Version, is_whole
from tests.material import DAY, Portal
from tests.review.carried import Writer

T = TypeVar("T")

WHOLE = Verification(
    highest=Highest(dates=3, sources=2, items=1, facts=2),
    type="reprisal",
    acts=("threat", "other"),
    other_act="A visit at night",
    actor="state",
    summary="Two men came.",
    dates=(When(row=3, what="The visit", date="2026-11-05", precision="day"),),
    sources=(
        Source(row=1, name="The writer", kind="writer", received="thread", proximity="saw"),
        Source(
            row=2, name="A neighbour", reliability="mostly_reliable", reason="Knew details.", safety="Not by phone."
        ),
    ),
    items=(Item(row=1, name="A letter", shows="That they were summoned.", validity="possible", reason="A copy."),),
    facts=(Fact(row=1, words="They came.", says={1: "supports", 2: "contradicts"}), Fact(row=2, words="At night.")),
    correlation=Correlation(contact="A briefing.", finding="established", reason="They asked for the papers."),
    finding="verified",
    confidence="medium",
    reason="Two sources agree.",
    author="A. Point",
    second_reader="B. Reader",
    second_reader_day="2026-11-09",
)


def changed(**given: Any) -> Verification:
    """A whole record, but for these."""
    return replace(WHOLE, **given)


# --- the neutral start and the document


def test_everything_starts_neutral_and_nothing_starts_as_a_judgement() -> None:
    start = Verification()
    of_row = {table: row(row=1) for table, row in ROWS.items()}
    assert {start.finding, start.correlation.finding} == {"undetermined"}
    judged = (of_row["sources"].reliability, of_row["sources"].proximity, of_row["sources"].independence)
    assert {*judged, of_row["items"].validity, start.confidence, start.correlation.known, SAYS[0]} == {CANNOT}
    assert (start.type, start.actor, start.acts) == ("not_coded", "unknown", ())


def test_a_record_without_any_judgement_can_be_finished() -> None:
    neutral = Verification(type="report", summary="A report.", author="A. Point")
    assert faults(neutral) == ()
    assert {fault.code for fault in faults(Verification())} == {"no-type", "no-summary", "no-author"}


def test_a_record_is_the_same_after_its_document() -> None:
    linked = LinkedFile(turn=1, place=2, sha256=bytes(range(32)))
    record = changed(items=(replace(WHOLE.items[0], file=linked),))
    assert Verification.parse(record.encode()) == record
    assert Verification.parse(Verification().encode()) == Verification()


@settings(max_examples=60)
@given(st.data())
def test_any_choice_and_any_words_survive_the_document(data: st.DataObject) -> None:
    drawn: dict[str, Any] = {}
    for name, kind in named(Verification):
        if name in {one.name for one in fields(Verification)}:
            if isinstance(kind, Code):
                drawn[name] = data.draw(st.sampled_from(kind.codes))
            elif isinstance(kind, Codes):
                chosen = data.draw(st.sets(st.sampled_from(kind.codes)))
                drawn[name] = tuple(one for one in kind.codes if one in chosen)
    drawn["summary"] = data.draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
    record = changed(**drawn)
    assert Verification.parse(record.encode()) == record


def spoilt(**members: object) -> bytes:
    return encode_json({**parse_json(WHOLE.encode(), most=MOST_BYTES), **members})


@pytest.mark.parametrize(
    "data",
    [
        spoilt(v=2),
        spoilt(opinion="x"),
        spoilt(finding="unfounded"),
        spoilt(finding="false"),
        spoilt(acts=["other", "threat"]),
        spoilt(acts=["threat", "threat"]),
        spoilt(summary="x" * 20_001),
        spoilt(second_reader_day="2026-02-30"),
        spoilt(facts=[{"row": 1, "words": "", "says": [{"source": 9, "says": "supports"}]}]),
        spoilt(facts=[{"row": 1, "words": "", "says": [{"source": 1, "says": CANNOT}]}]),
        spoilt(facts=[{"row": 1, "words": "", "says": []}] * 2),
        spoilt(facts=[{"row": 3, "words": "", "says": []}]),
        spoilt(sources=[{"row": 1}]),
        WHOLE.encode() + b" ",
        b"{}",
    ],
)
def test_what_is_no_record_is_refused(data: bytes) -> None:
    assert Verification.parse(spoilt()) == WHOLE
    with pytest.raises(FormatError):
        Verification.parse(data)


def test_a_table_has_room_for_so_many_rows_and_no_number_is_given_twice() -> None:
    record = Verification().with_row("sources").without_row("sources", 1).with_row("sources")
    assert [source.row for source in record.sources] == [2]
    for _ in range(MOST_ROWS + 3):
        record = record.with_row("sources")
    assert len(record.sources) == MOST_ROWS
    assert Verification.parse(record.encode()) == record
    with pytest.raises(FormatError):
        Verification.parse(replace(record, sources=(*record.sources, Source(row=1))).encode())


def test_with_a_source_goes_what_it_said_and_nothing_else() -> None:
    left = WHOLE.without_row("sources", 2)
    assert [source.row for source in left.sources] == [1]
    assert [dict(fact.says) for fact in left.facts] == [{1: "supports"}, {}]
    assert left.items == WHOLE.items


# --- what a finished version needs


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({"type": "not_coded"}, ("type", "no-type")),
        ({"acts": ()}, ("acts", "no-act")),
        ({"other_act": " "}, ("other_act", "no-other-act")),
        ({"summary": "\n"}, ("summary", "no-summary")),
        ({"dates": (When(row=1),)}, ("dates-1-date", "no-date")),
        ({"dates": (When(row=1, date="May"),)}, ("dates-1-precision", "no-precision")),
        ({"dates": (When(row=1, date="2026-02-30", precision="day"),)}, ("dates-1-date", "date-is-no-day")),
        ({"dates": (When(row=1, date="2026-13", precision="month"),)}, ("dates-1-date", "date-is-no-month")),
        ({"dates": (When(row=1, date="spring", precision="year"),)}, ("dates-1-date", "date-is-no-year")),
        ({"sources": (Source(row=1), WHOLE.sources[1])}, ("sources-1-name", "no-name")),
        (
            {"sources": (Source(row=1, name="x", reliability="doubtful"), WHOLE.sources[1])},
            ("sources-1-reason", "no-reliability-reason"),
        ),
        (
            {"sources": (Source(row=1, name="x", independence="not_independent"), WHOLE.sources[1])},
            ("sources-1-relation", "no-relation"),
        ),
        ({"items": (Item(row=1),)}, ("items-1-shows", "no-item")),
        ({"items": (Item(row=1, shows="x", validity="doubtful"),)}, ("items-1-reason", "no-validity-reason")),
        ({"facts": (Fact(row=1),)}, ("facts-1-words", "no-fact")),
        ({"correlation": replace(WHOLE.correlation, contact="")}, ("correlation-contact", "no-contact")),
        (
            {"correlation": Correlation(finding="not_established")},
            ("correlation-reason", "no-correlation-reason"),
        ),
        ({"sources": (), "items": (), "facts": ()}, ("finding", "no-ground")),
        ({"confidence": CANNOT}, ("confidence", "no-confidence")),
        ({"reason": ""}, ("reason", "no-finding-reason")),
        ({"finding": "not_verified", "reason": ""}, ("reason", "no-finding-reason")),
        ({"author": ""}, ("author", "no-author")),
        ({"second_reader": "a. point"}, ("second_reader", "reader-is-author")),
        ({"second_reader": ""}, ("second_reader", "no-reader")),
        ({"second_reader_day": ""}, ("second_reader_day", "no-reader-day")),
    ],
)
def test_a_version_is_not_finished_while_this_is_missing(given: dict[str, Any], lacks: tuple[str, str]) -> None:
    assert faults(WHOLE) == ()
    assert [(fault.field, fault.code) for fault in faults(changed(**given))] == [lacks]


@pytest.mark.parametrize(
    "given",
    [
        {"type": "chilling_effect", "acts": ()},
        {"finding": "undetermined", "confidence": CANNOT, "reason": ""},
        {"finding": "not_verified", "confidence": "low", "sources": (), "items": (), "facts": ()},
        {"correlation": Correlation(finding="not_established", reason="Nothing links them.")},
        {"correlation": Correlation()},
        {"second_reader": "", "second_reader_day": ""},
        {"dates": (When(row=1, date="after the meeting", precision="about"),)},
    ],
)
def test_what_is_not_known_does_not_stand_in_the_way(given: dict[str, Any]) -> None:
    assert faults(changed(**given)) == ()


# --- differences


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (changed(reason="Three."), Change(what="changed", name="reason", before="Two sources agree.", after="Three.")),
        (
            changed(acts=("threat",)),
            Change(what="changed", name="acts", before=("threat", "other"), after=("threat",)),
        ),
        (
            changed(correlation=replace(WHOLE.correlation, timing="Two days")),
            Change(what="changed", name="correlation-timing", before="", after="Two days"),
        ),
        (
            changed(dates=()),
            Change(what="removed", table="dates", row=3, before=WHOLE.dates[0], after=None),
        ),
        (
            WHOLE.with_row("items"),
            Change(what="added", table="items", row=2, before=None, after=Item(row=2)),
        ),
        (
            changed(sources=(replace(WHOLE.sources[0], proximity="was_told"), WHOLE.sources[1])),
            Change(what="changed", table="sources", row=1, name="proximity", before="saw", after="was_told"),
        ),
        (
            changed(facts=(WHOLE.facts[0], replace(WHOLE.facts[1], says={2: "supports"}))),
            Change(what="changed", table="facts", row=2, name="says", source=2, before=CANNOT, after="supports"),
        ),
    ],
)
def test_one_difference_is_told_as_one(after: Verification, expected: Change) -> None:
    assert changes(WHOLE, after) == (expected,)
    assert changes(after, after) == ()


def test_a_row_that_went_and_another_that_came_are_two_differences() -> None:
    after = WHOLE.without_row("items", 1).with_row("items")
    assert [(one.what, one.row) for one in changes(WHOLE, after)] == [("removed", 1), ("added", 2)]


# --- versions


def chain(thread: bytes, *texts: bytes) -> list[StoredVersion]:
    made: list[StoredVersion] = []
    for n, data in enumerate(texts, 1):
        version = Version(n=n, day=DAY, prev=made[-1].hash if made else None, data=data)
        made.append(StoredVersion(version=version, hash=version.hash(thread)))
    return made


def test_a_version_that_was_edited_cut_out_or_comes_from_another_case_is_noticed() -> None:
    one, two, three = chain(b"t", b"a", b"b", b"c")
    assert is_whole([], b"t")
    assert is_whole([one, two, three], b"t")
    edited = replace(two, version=replace(two.version, data=b"B"))
    hashed = replace(edited, hash=edited.version.hash(b"t"))
    redated = replace(two, version=replace(two.version, day="2026-11-11"))
    for wrong in ([one, edited, three], [one, hashed, three], [one, redated, three], [one, three], [two, three]):
        assert not is_whole(wrong, b"t")
    assert not is_whole([one, two, three], b"another thread")


# --- what a keeper does


@dataclass(frozen=True, slots=True)
class Memory:
    """The tables of a vault in memory."""

    engine: Engine

    def look(self, ask: Callable[[Store], T]) -> T:
        """In one transaction: all or nothing."""
        with self.engine.begin() as connection:
            return ask(Store(connection))


@pytest.fixture
def cases(portal: Portal) -> Memory:
    """Two cases; a file came with each."""
    memory = Memory(empty())
    with memory.engine.begin() as connection:
        upgrade(connection)
    for n in range(2):
        writer = Writer(portal=portal)
        message, _ = writer.with_files(writer.account(f"Words {n}."), {"a.txt": bytes([n])})
        with memory.engine.begin() as connection:
            store = Store(connection)
            number = store.add_case(message).number
            store.add_message(number, message, message.encode(), bytes(64), message.id, DAY)
    return memory


def ask(memory: Memory, action: str, day: str = DAY, **given: Any) -> Answer:
    """As a keeper does."""
    return memory.look(lambda store: ACTIONS[action](store, Members(given, "with"), day))


def kept(record: Verification, counter: int, number: int = 1) -> Mapping[str, Any]:
    return {"number": number, "counter": counter, "next": 0, "document": record.encode().decode("utf-8")}


def draft_of(memory: Memory, number: int = 1) -> Verification | None:
    draft = ask(memory, "verification", number=number)["draft"]
    return None if draft is None else Verification.parse(draft["document"].encode())


def refused(memory: Memory, action: str, **given: Any) -> str:
    with pytest.raises(Refused) as caught:
        ask(memory, action, **given)
    return caught.value.code


def test_a_draft_is_kept_and_one_that_started_from_an_older_one_does_not_replace_it(cases: Memory) -> None:
    one, other = changed(reason="One."), changed(reason="Other.")
    assert ask(cases, "keep_verification", **kept(one, 0))["counter"] == 1
    assert refused(cases, "keep_verification", **kept(other, 0)) == "draft-differs"
    assert refused(cases, "finish_verification", **kept(other, 0)) == "draft-differs"
    assert draft_of(cases) == one
    assert ask(cases, "keep_verification", **kept(other, 1))["counter"] == 2
    assert draft_of(cases) == other


def test_a_draft_that_is_on_its_way_is_followed_by_its_own_page_alone(cases: Memory) -> None:
    """A page that is left while its draft is on its way goes on from there, and never from another tab's."""
    mine, others = changed(reason="Mine."), changed(reason="Of another tab.")
    assert ask(cases, "keep_verification", **{**kept(mine, 0), "next": 700_001})["counter"] == 700_001
    assert ask(cases, "keep_verification", **{**kept(changed(reason="Mine, whole."), 700_001), "next": 3})["draft"]
    # The other tab was quicker with its first draft; mine on its way was refused, and so is what follows it.
    assert ask(cases, "keep_verification", **{**kept(others, 0, 2), "next": 41})["counter"] == 41
    for counter in (0, 1, 52):
        given = {**kept(mine, counter, 2), "next": 52}
        assert refused(cases, "keep_verification", **given) == "draft-differs"
    assert ask(cases, "keep_verification", **{**kept(others, 41, 2), "next": 41})["counter"] == 42


def test_a_page_from_before_a_version_was_finished_replaces_nothing(cases: Memory) -> None:
    ask(cases, "keep_verification", **kept(WHOLE, 0))
    ask(cases, "finish_verification", **kept(WHOLE, 1))
    assert draft_of(cases) is None
    for counter in (0, 1):
        assert refused(cases, "keep_verification", **kept(changed(reason="Late."), counter)) == "draft-differs"
    assert draft_of(cases) is None
    assert ask(cases, "keep_verification", **kept(changed(reason="Next."), 2))["draft"]


def test_a_draft_that_says_what_the_newest_version_says_is_none(cases: Memory) -> None:
    assert not ask(cases, "keep_verification", **kept(Verification(), 0))["draft"]
    ask(cases, "finish_verification", **kept(WHOLE, 1))
    assert ask(cases, "keep_verification", **kept(changed(reason="x"), 2))["draft"]
    assert not ask(cases, "keep_verification", **kept(WHOLE, 3))["draft"]
    assert draft_of(cases) is None


def test_versions_are_numbered_chained_and_never_change(cases: Memory) -> None:
    assert ask(cases, "finish_verification", **kept(WHOLE, 0)) == {"n": 1}
    first = cases.look(lambda store: store.verification_versions(1))
    assert refused(cases, "finish_verification", **kept(WHOLE, 1)) == "verification-same"
    assert ask(cases, "finish_verification", "2026-11-12", **kept(changed(reason="More."), 1)) == {"n": 2}
    both = cases.look(lambda store: store.verification_versions(1))
    assert both[:1] == first
    assert both[1].version.prev == first[0].hash
    assert [one.version.day for one in both] == [DAY, "2026-11-12"]
    assert Verification.parse(both[0].version.data) == WHOLE
    thread = cases.look(lambda store: views.find_case(store, 1)).thread.key
    assert is_whole(both, thread)


def test_an_unfinished_record_becomes_no_version(cases: Memory) -> None:
    assert refused(cases, "finish_verification", **kept(changed(author=""), 0)) == "verification-unfinished"
    assert ask(cases, "verification", number=1)["versions"] == []


def test_no_version_follows_one_that_was_edited_in_the_vault(cases: Memory) -> None:
    ask(cases, "finish_verification", **kept(WHOLE, 0))
    assert ask(cases, "verification", number=1)["whole"]
    with cases.engine.begin() as connection:
        connection.exec_driver_sql("update verification_versions set day = '2026-11-01'")
    assert not ask(cases, "verification", number=1)["whole"]
    assert refused(cases, "finish_verification", **kept(changed(reason="x"), 1)) == "versions-broken"


def test_the_journal_has_the_pseudonym_and_the_number_of_a_version_and_no_word_of_it(cases: Memory) -> None:
    ask(cases, "keep_verification", **kept(WHOLE, 0))
    ask(cases, "finish_verification", **kept(WHOLE, 1))
    pseudonym = cases.look(lambda store: views.find_case(store, 1)).pseudonym
    entries = cases.look(lambda store: [(entry.what, entry.about) for entry, _ in store.journal()])
    assert [one for one in entries if "verification" in one[0]] == [("verification-kept", f"{pseudonym} 1")]


def test_an_item_names_a_file_of_its_own_case_alone(cases: Memory) -> None:
    own, others = (ask(cases, "verification", number=number) for number in (1, 2))
    for found, is_taken in ((own, True), (others, False)):
        turn, place = (int(part) for part in found["files"][0]["code"].split(".")[:2])
        linked = LinkedFile(turn=turn, place=place, sha256=bytes.fromhex(found["files"][0]["sha256"]))
        record = changed(items=(replace(WHOLE.items[0], file=linked),))
        if is_taken:
            assert ask(cases, "keep_verification", **kept(record, 0))["draft"]
        else:
            with pytest.raises(FormatError):
                ask(cases, "keep_verification", **kept(record, 1))


def test_a_record_that_is_too_long_is_refused_and_the_draft_stays(cases: Memory) -> None:
    ask(cases, "keep_verification", **kept(WHOLE, 0))
    rows = tuple(
        Source(row=n, name="x", reason="y" * 2_000, safety="z" * 2_000, relation="a" * 2_000) for n in range(1, 51)
    )
    long = changed(sources=rows, highest=replace(WHOLE.highest, sources=50), facts=())
    assert len(long.encode()) > MOST_BYTES
    assert refused(cases, "keep_verification", **kept(long, 1)) == "verification-too-long"
    assert draft_of(cases) == WHOLE


def test_each_case_has_a_record_of_its_own_and_what_is_no_case_has_none(cases: Memory) -> None:
    ask(cases, "finish_verification", **kept(WHOLE, 0))
    assert ask(cases, "verification", number=2)["versions"] == []
    assert refused(cases, "verification_version", number=2, n=1) == "no-version"
    assert refused(cases, "verification_version", number=1, n=2) == "no-version"
    for action, request in (
        ("verification", {"number": 3}),
        ("verification_version", {"number": 3, "n": 1}),
        ("keep_verification", kept(WHOLE, 0, 3)),
        ("finish_verification", kept(WHOLE, 0, 3)),
    ):
        assert refused(cases, action, **request) == "no-case"


def test_nothing_of_a_record_is_shown_by_its_values(cases: Memory) -> None:
    assert "Two men came" not in repr(WHOLE)
    assert "Knew details" not in repr(changes(Verification(), WHOLE))
    ask(cases, "keep_verification", **kept(WHOLE, 0))
    assert "Two men came" not in cases.look(lambda store: repr(store.verification_draft(1)))
