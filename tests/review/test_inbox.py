"""The list of cases: its order, its filters and pages, what is unread; and that a page costs the same in any vault."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, inspect, text

import review
from crypto.wire.message import Message, Thread
from review import lists, views
from review.aims import aims
from review.cipher import empty
from review.inbox import Filter
from review.places import SHOWS, place
from review.process import KeeperProcess
from review.store import Store
from tests.material import DAY, Portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import ADDRESS, PASSPHRASE, Station
from tests.review.test_desk import get, post, unlock
from tests.review.test_pages import fill_case
from tests.review.test_replies import answer

TODAY = "2026-11-20"
LANGUAGES = ("ar", "en", "zh")


def fill(station: Station, count: int, *, seed: int = 1) -> None:
    """So many cases of chance, each with one message, some answered, in danger, with a veto, without a mailbox."""
    chance, first = random.Random(seed), Writer(portal=station.portal).account()
    with station.vaults["cat"].transaction() as connection:
        store = Store(connection)
        for _ in range(count):
            mailbox = (chance.randbytes(1_216), chance.randbytes(32)) if chance.random() < 0.8 else (None, None)
            thread = Thread(key=chance.randbytes(32), recipient=mailbox[0], mailbox=mailbox[1])
            language, day = chance.choice(LANGUAGES), _day(chance.randrange(20))
            message = replace(first, id=chance.randbytes(16), thread=thread, language=language)
            number = store.add_case(message).number
            store.add_message(number, message, message.encode(), bytes(64), message.id, day)
            if chance.random() < 0.3:
                store.mark_danger(number)
            if chance.random() < 0.3:
                store.mark_state_veto(number, day)
            if chance.random() < 0.3:
                store.mark_read(number, [1])
            if chance.random() < 0.4:
                store.answer_in_row(number, day)


def _day(number: int) -> str:
    return (date(2026, 11, 1) + timedelta(days=number)).isoformat()


def shown(station: Station, **wanted: Any) -> list[int]:
    """The cases of a filter, all pages after each other."""
    page, found = 1, list[int]()
    while True:
        ask = Filter(day=TODAY, **wanted)
        view = station.look("cat", partial(lists.inbox_page, wanted=ask, page=page))
        found += [row["number"] for row in view["cases"]]
        if page == view["pages"]:
            assert len(found) == view["counts"][ask.show]
            return found
        assert len(view["cases"]) == lists.CASES_ON_A_PAGE
        page += 1


def test_danger_stands_first_then_who_has_waited_longest_then_who_wrote_last() -> None:
    order = [
        place("2026-11-01", "2026-11-09", in_danger=True),
        place("2026-11-02", "2026-11-02", in_danger=True),
        place("2025-01-01", "2026-11-09", in_danger=False),
        place("2026-11-09", "2026-11-09", in_danger=False),
        place(None, "2026-11-09", in_danger=False),
        place(None, "2026-11-01", in_danger=True),
        place(None, None, in_danger=False),
    ]
    assert order == sorted(set(order))


def test_pages_hold_every_case_once_and_each_filter_exactly_its_cases(station: Station) -> None:
    fill(station, 130)
    rows = {row.case.number: row for row in station.look("cat", lambda store: store.inbox())}
    expected = {
        "waiting": {number for number, row in rows.items() if row.waits_since},
        "answered": {number for number, row in rows.items() if not row.waits_since},
        "unread": {number for number, row in rows.items() if row.unread},
        "danger": {number for number, row in rows.items() if row.case.in_danger},
        "veto": {number for number, row in rows.items() if row.case.state_veto_day},
        "overdue": {number for number, row in rows.items() if row.due is not None and row.due < TODAY},
        "all": set(range(1, 131)),
    }
    assert {show: 0 < len(numbers) < 130 for show, numbers in expected.items() if show != "all"} == dict.fromkeys(
        set(SHOWS) - {"all"}, True
    )
    for show in SHOWS:
        found = shown(station, show=show)
        assert len(found) == len(set(found))
        assert set(found) == expected[show], show
        in_arabic = shown(station, show=show, language="ar")
        assert set(in_arabic) == {number for number in expected[show] if rows[number].case.language == "ar"}


def test_an_answer_is_overdue_by_the_aims_and_only_where_one_is_wanted(station: Station, portal: Portal) -> None:
    first, second = Writer(portal=portal), Writer(portal=portal, wants_reply=False)
    sealed = [first.seal(first.account()), second.seal(second.account())]
    station.take("cat", bundle(portal, [close_day(portal, sealed, ids=[bytes(16), b"\x80" * 16])]))

    def overdue(day: str) -> list[int]:
        page = station.look("cat", lambda store: store.inbox(Filter(show="overdue", day=day)))
        return [row.case.number for row in page]

    assert [overdue(day) for day in ("2026-11-17", "2026-11-18")] == [[], [1]]
    assert aims(DAY, []).acknowledge_by == "2026-11-17"
    answer(station)
    assert [overdue(day) for day in ("2026-11-18", "2027-02-10", "2027-02-11")] == [[], [], [1]]


@contextmanager
def counted(connection: Connection) -> Iterator[list[str]]:
    """The statements meanwhile."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield said
    event.remove(connection, "before_cursor_execute", note)


def cost(station: Station) -> tuple[int, int]:
    """How many statements a page of the list needs, and how many rows of cases it shows."""
    with station.vaults["cat"].transaction() as connection, counted(connection) as said:
        view = lists.inbox_page(Store(connection), Filter(day=TODAY), 1)
    return len(said), len(view["cases"])


def test_a_page_of_the_list_costs_the_same_however_many_cases_there_are(station: Station) -> None:
    fill(station, 60)
    few = cost(station)
    fill(station, 120, seed=2)
    assert cost(station) == few == (few[0], lists.CASES_ON_A_PAGE)
    with station.vaults["cat"].transaction() as connection, counted(connection) as said:
        store = Store(connection)
        for row in store.inbox():
            store.summary(row.case.number)
    assert len(said) > few[0] * 10


def test_the_counts_of_a_page_come_from_an_index_alone(station: Station) -> None:
    fill(station, 3)
    with station.vaults["cat"].transaction() as connection, counted(connection) as said:
        Store(connection).count_cases(None, TODAY)
        Store(connection).count_languages()
        asked = [_plain(one) for one in said]
        plans = [str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}").all()) for one in asked]
    assert len(plans) == 2
    assert all("USING COVERING INDEX ix_cases_list" in one for one in plans)


def _plain(statement: str) -> str:
    """With a day in the place of every value."""
    return statement.replace("?", "'2026-11-20'")


def test_each_desk_page_asks_for_one_page_of_cases(client: FlaskClient, station: Station) -> None:
    fill(station, 120)
    unlock(client)
    pages = [get(client, f"/?show=all&vault=cat&page={page}") for page in (1, 2, 3)]
    listed = [page.split("</section>")[0].split('href="/cases/cat/')[1:] for page in pages]
    numbers = [part.split('"')[0] for part in chain(*listed)]
    assert [len(one) for one in listed] == [50, 50, 20]
    assert len(set(numbers)) == 120
    assert "page 2 of 3" in pages[1]
    assert 'page=1"' not in pages[1]
    assert 'rel="next"' not in pages[2]
    assert "page 3 of 3" in get(client, "/?vault=cat&page=99")


def test_the_figures_of_the_desk_are_of_any_language_whichever_the_list_shows(station: Station) -> None:
    fill(station, 40)
    of_any, arabic = (
        station.look("cat", partial(lists.inbox_page, wanted=Filter(language=language, day=TODAY), page=1))
        for language in (None, "ar")
    )
    assert arabic["of_any"] == of_any["of_any"] == of_any["counts"]
    assert 0 < arabic["counts"]["waiting"] < of_any["counts"]["waiting"]


def test_the_list_that_was_chosen_stands_beside_a_case_until_another_is(client: FlaskClient, station: Station) -> None:
    fill(station, 3)
    unlock(client)
    get(client, "/?show=danger")
    beside = get(client, "/cases/cat/1").split('<details class="filter"')[1].split("</details>")[0]
    assert "<strong>in danger</strong>" in beside
    get(client, "/")
    assert "<strong>all cases</strong>" in get(client, "/cases/cat/1")
    post(client, "/lock", get(client, "/?show=danger"))
    unlock(client)
    assert "<strong>all cases</strong>" in get(client, "/cases/cat/1")


WRONG = ("show=nothing", "language=xx", "page=0", "page=-1", "page=9999999", "show=waiting' OR 1", "language=ar'--")


def test_an_empty_list_says_what_will_stand_there_and_one_is_asked_for_by_codes_alone(
    client: FlaskClient, station: Station
) -> None:
    unlock(client)
    assert "Messages will stand here once a bundle" in get(client, "/")
    fill_case(station, 1, 0)
    assert "No case is like this now." in get(client, "/?show=danger")
    assert "No case is like this now." not in get(client, "/?show=waiting")
    for asked in WRONG:
        assert client.get(f"/?{asked}", base_url=ADDRESS).status_code == 400, asked
    assert client.get("/?show=waiting&language=ar&page=1", base_url=ADDRESS).status_code == 200


def test_a_page_of_a_long_case_marks_as_read_what_it_shows_and_leads_to_the_rest(
    client: FlaskClient, station: Station
) -> None:
    fill_case(station, 45, 10)
    unlock(client)

    def unread() -> int:
        return station.look("cat", lambda store: store.summary(1).unread)

    assert unread() == 45
    newest = get(client, "/cases/cat/1")
    assert unread() == 25
    assert "Unread on other pages of this case: 25." in newest
    assert 'href="/cases/cat/1?before=5">Go to the oldest' in newest
    oldest = get(client, "/cases/cat/1?before=5")
    assert unread() == 20
    assert 'href="/cases/cat/1?before=25">Go to the oldest' in oldest
    last = get(client, "/cases/cat/1?before=25")
    assert unread() == 0
    assert "Go to the oldest" not in last
    opened = station.look("cat", lambda store: [one.what for one, _ in store.journal()].count("case-opened"))
    assert opened == 3


def test_a_page_of_a_long_case_reads_the_words_of_its_turns_alone(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_case(station, 90, 10)
    parsed: list[int] = []
    parse = Message.parse

    def counting(data: bytes) -> Message:
        parsed.append(len(data))
        return parse(data)

    monkeypatch.setattr(Message, "parse", counting)
    assert len(station.look("cat", lambda store: views.case(store, 1))["turns"]) == views.TURNS_ON_A_PAGE
    assert len(parsed) == views.TURNS_ON_A_PAGE
    station.look("cat", lambda store: [Message.parse(one.data) for one in store.messages(1)])
    assert len(parsed) == views.TURNS_ON_A_PAGE + 90


def test_the_account_stands_first_though_it_came_after_a_followup(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    with station.vaults["cat"].transaction() as connection:
        store, late = Store(connection), writer.account("The account.")
        number = store.add_case(late).number
        for message in (*(writer.followup(f"no. {n}.") for n in range(30)), late):
            store.add_message(number, message, message.encode(), bytes(64), message.id, DAY)
    newest, oldest = (station.look("cat", partial(views.case, number=1, before=before)) for before in (0, 11))
    assert [turn["turn"] for turn in oldest["turns"]] == [31, *range(1, 11)]
    assert [turn["turn"] for turn in newest["turns"]] == list(range(11, 31))
    pages = station.look("cat", lambda store: [views.page_of(store, 1, turn) for turn in (31, 1, 10, 11, 30)])
    assert pages == [11, 11, 11, 31, 31]


def sums(connection: Connection) -> list[dict[str, Any]]:
    """What the rows of all cases sum up, and what stands beside each message and reply."""
    said = [
        "SELECT messages, unread, first_arrived, arrived, waits_since, replied, due, place FROM cases ORDER BY number",
        "SELECT number, turn, kind FROM messages ORDER BY number, turn",
        "SELECT number, turn, kind, day, seen FROM replies ORDER BY number, turn",
    ]
    return [dict(row) for one in said for row in connection.execute(text(one)).mappings()]


def test_an_upgrade_sums_up_what_a_vault_held_before(station: Station, portal: Portal) -> None:
    writer, quiet = Writer(portal=portal), Writer(portal=portal, wants_reply=False)
    danger = Writer(portal=portal)
    first = close_day(
        portal,
        [
            writer.seal(writer.account()),
            quiet.seal(quiet.account()),
            danger.seal(danger.account(answers={"danger": "hours"})),
        ],
        ids=[bytes([n]) * 16 for n in range(3)],
    )
    station.take("cat", bundle(portal, [first]))
    answer(station)
    reply = station.look("cat", lambda store: store._db.scalar(text("SELECT id FROM replies")))
    more = close_day(portal, [writer.seal(writer.followup("Yes.", answers_to=reply, seen=(reply,)))], [first])
    station.take("cat", bundle(portal, [first, more]))
    station.look("cat", lambda store: store.mark_read(2, [1]))
    with station.vaults["cat"].transaction() as connection:
        before = sums(connection)
        _take_back(connection)
        _migrate(connection, "head")
        assert sums(connection) == before
    assert [row["kind"] for row in before if "kind" in row] == ["account", "followup", "account", "account", "text"]
    assert before[-1]["seen"] == 1
    keeper = KeeperProcess(station.folder, "cat")
    keeper.open(PASSPHRASE, DAY)
    assert keeper.ask("search", DAY, words="papers", page=1)["count"] == 3
    keeper.end()


def _migrate(connection: Connection, release: str) -> None:
    config = Config()
    config.set_main_option("script_location", f"{Path(review.__file__).parent}/migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, release)


def _take_back(connection: Connection) -> None:
    """To the tables of release 0005, by taking away what later ones added."""
    with empty().begin() as other:
        _migrate(other, "0005")
        there = inspect(other)
        columns = {table: {one["name"] for one in there.get_columns(table)} for table in there.get_table_names()}
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'index' AND sql NOT NULL")).all():
        connection.execute(text(f"DROP INDEX {name[0]}"))
    for table in inspect(connection).get_table_names():
        if table not in columns:
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
            continue
        for one in inspect(connection).get_columns(table):
            if one["name"] not in columns[table]:
                connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {one['name']}"))
    connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
