"""Words are found in the six languages, whatever somebody types is data, and what was searched is told to nobody."""

import logging

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from review.search.snippets import snippet
from review.search.words import MOST_SEARCHED, indexed, match, terms
from review.store import Store
from tests.material import Portal
from tests.review.carried import WORDS, Writer, bundle, close_day
from tests.review.conftest import ADDRESS, PASSPHRASE, Station
from tests.review.test_desk import get, post, unlock
from tests.review.test_replies import answer

SAID = {
    "ar": "جاؤوا إلى المَدْرَسَة وأخذوا أحمد عـــلى الفور.",
    "en": "They came to my sister's house and threatened her.",
    "es": "Mi hermano está en la prisión de Peñón, señora.",
    "fr": "On m'a convoqué à la préfecture, l'été dernier.",
    "ru": "Её брата увезли тёмной ночью в Королёв.",
    "zh": "他们在北京把我的姐姐带走了。",
}
FOUND = [
    ("ar", "المدرسه"), ("ar", "احمد"), ("ar", "علي"), ("ar", "الى"), ("ar", "المدرسة"),
    ("en", "THREATEN"), ("en", "sister house"), ("es", "prision"), ("es", "PEÑON"), ("fr", "prefecture"),
    ("fr", "éte"), ("ru", "темной"), ("ru", "её королев"), ("zh", "北京"), ("zh", "姐姐 北京"), ("zh", "带走"),
]  # fmt: skip
NOT_FOUND = [("ar", "المدارس"), ("en", "hreaten"), ("ru", "темен"), ("zh", "京北"), ("zh", "北京 上海"), ("en", "of")]
SYNTAX = [
    'house"', '"house', 'house" OR "nothing', "house OR nothing", "NOT house", "NEAR(house came)", "said:house",
    "{said}: house", "^house", "-house", "house*", "house AND", "(house", "house; DROP TABLE cases", "house\x00",
]  # fmt: skip


def hits(station: Station, words: str, vault: str = "cat") -> list[tuple[int, int]]:
    """Case and turn of all that a search finds, the newest first."""
    found = station.look(vault, lambda store: store.search(terms(words), skip=0, most=100) if terms(words) else [])
    return [(hit.number, hit.turn) for hit in found]


@pytest.fixture
def spoken(station: Station, portal: Portal) -> dict[str, int]:
    """A case in each language; which number it has."""
    writers = {language: Writer(portal=portal, language=language) for language in SAID}
    sealed = [writer.seal(writer.account(SAID[language])) for language, writer in writers.items()]
    ids = [bytes([place]) * 16 for place in range(len(SAID))]
    station.take("cat", bundle(portal, [close_day(portal, sealed, ids=ids)]))
    return {language: place for place, language in enumerate(SAID, 1)}


def test_words_are_found_in_six_languages_and_others_are_not(station: Station, spoken: dict[str, int]) -> None:
    for language, words in FOUND:
        assert hits(station, words) == [(spoken[language], 1)], words
    for _, words in NOT_FOUND:
        assert hits(station, words) == [], words


def test_what_somebody_types_never_reaches_the_index_as_syntax(station: Station, spoken: dict[str, int]) -> None:
    def raw(store: Store, words: str) -> list[object]:
        return list(store._db.execute(text("SELECT rowid FROM words WHERE words MATCH :match"), {"match": words}))

    for words in SYNTAX:
        plain = " ".join(token for term in terms(words) for token in term.tokens)
        assert hits(station, words) == hits(station, plain), words
    assert hits(station, "NEAR(house came)") == hits(station, "house OR nothing") == []
    assert station.look("cat", lambda store: raw(store, "house OR nothing")) != []
    with pytest.raises(OperationalError):
        station.look("cat", lambda store: raw(store, 'house"'))
    for words in SYNTAX:
        letters = {one for one in words.casefold() if one.isalnum()}
        assert set(match(terms(words))) <= letters | set('" *AND'), words


def test_a_search_is_a_form_with_its_token_and_without_a_word_or_with_too_many_it_finds_nothing(
    client: FlaskClient, spoken: dict[str, int]
) -> None:
    unlock(client)
    assert client.post("/search", base_url=ADDRESS, data={"words": "house"}).status_code == 400
    assert "<mark>" not in client.get("/search?words=house", base_url=ADDRESS).text
    for words in ("", "  ", '"', "!?", "،", "\u0640"):
        post(client, "/search", get(client, "/search"), words=words)
        assert "<mark>" not in get(client, "/search")
    status, page = post(client, "/search", get(client, "/search"), words="a" * (MOST_SEARCHED + 1))
    assert status == 422
    assert 'aria-invalid="true"' in page
    assert "Nothing was searched." in page
    assert post(client, "/search", page, words="a" * MOST_SEARCHED)[0] == 303
    post(client, "/search", get(client, "/search"), words="house")
    assert "<mark>house</mark>" in get(client, "/search")


def test_followups_replies_file_names_and_the_pseudonym_are_found(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    message, _ = writer.with_files(writer.account(), {"Aufnahme-März.ogg": b"words"})
    first = close_day(portal, [writer.seal(message)])
    station.take("cat", bundle(portal, [first]))
    assert [hits(station, one) for one in ("aufnahme marz", "papers", "persimmon")] == [[(1, 1)], [(1, 1)], []]
    second = close_day(portal, [writer.seal(writer.followup("Persimmon."))], [first])
    station.take("cat", bundle(portal, [first, second]))
    assert hits(station, "persimmon") == [(1, 2)]
    assert hits(station, "wheelbarrow") == []
    answer(station, text="Please think of a wheelbarrow.")
    assert hits(station, "wheelbarrow") == [(1, 3)]
    pseudonym = station.look("cat", lambda store: store.inbox()[0].case.pseudonym)
    assert (1, 0) in hits(station, pseudonym)


def test_the_code_of_a_choice_is_no_word_of_the_person(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    message = writer.account("Nothing yet.", answers={"danger": "hours", "state": "do_not_contact"})
    station.take("cat", bundle(portal, [close_day(portal, [writer.seal(message)])]))
    assert hits(station, "hours") == hits(station, "contact") == []
    assert hits(station, "nothing") == [(1, 1)]


def test_what_an_import_could_not_keep_cannot_be_found(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)

    def keep_and_fail() -> None:
        with station.vaults["cat"].transaction() as connection:
            store, message = Store(connection), writer.account("Persimmon.")
            number = store.add_case(message).number
            store.add_message(number, message, message.encode(), bytes(64), bytes(16), "2026-11-10")
            assert store.search(terms("persimmon"), skip=0, most=1) != []
            raise RuntimeError

    with pytest.raises(RuntimeError):
        keep_and_fail()
    assert hits(station, "persimmon") == []


def test_what_was_searched_stands_in_no_address_no_journal_and_no_log(
    client: FlaskClient, station: Station, spoken: dict[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    unlock(client)
    status, target = post(client, "/search", get(client, "/search"), words="threatened")
    assert (status, target) == (303, "/search")
    page = get(client, target)
    assert "<mark>threatened</mark>" in page
    assert 'autocomplete="off"' in page.split('name="words"')[1].split(">")[0]
    addresses = [part.split('"')[0] for name in ("href=", "action=") for part in page.split(f'{name}"')[1:]]
    assert len(addresses) > 5
    assert not any("threat" in one for one in addresses)
    kept = station.look("cat", lambda store: [f"{one.what} {one.about}" for one, _ in store.journal()])
    assert any(one.startswith("vault-opened") for one in kept)
    assert not any("threat" in one for one in kept)
    assert "threat" not in caplog.text


def test_the_desk_forgets_at_the_lock_what_was_searched(client: FlaskClient, spoken: dict[str, int]) -> None:
    unlock(client)
    post(client, "/search", get(client, "/search"), words="threatened")
    assert "threatened" in get(client, "/search")
    post(client, "/lock", get(client, "/"))
    unlock(client)
    assert "threatened" not in get(client, "/search")


def test_what_two_vaults_hold_stands_under_a_heading_each(
    client: FlaskClient, station: Station, portal: Portal
) -> None:
    station.add("ced")
    for vault, words in (("cat", "Persimmon here."), ("ced", "Persimmon there.")):
        writer = Writer(portal=portal, committees=(vault,))
        station.take(vault, bundle(portal, [close_day(portal, [writer.seal(writer.account(words))])]))
    page = get(client, "/unlock")
    assert 'id="passphrase-ced"' in page
    post(client, "/unlock", page, **{"passphrase-cat": PASSPHRASE, "passphrase-ced": PASSPHRASE})
    post(client, "/search", get(client, "/search"), words="persimmon")
    of_cat, of_ced = get(client, "/search").split('class="found"')[1:3]
    assert (" here." in of_cat, " there." in of_cat) == (True, False)
    assert (" here." in of_ced, " there." in of_ced) == (False, True)


def test_the_words_around_a_hit_are_text_and_no_markup(client: FlaskClient, station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    message = writer.account('<img src=x onerror="alert(1)"> persimmon <mark>no</mark>')
    station.take("cat", bundle(portal, [close_day(portal, [writer.seal(message)])]))
    unlock(client)
    post(client, "/search", get(client, "/search"), words="persimmon img")
    page = get(client, "/search")
    assert "<mark>persimmon</mark>" in page
    assert "&lt;<mark>img</mark> src=x" in page
    assert "<img" not in page
    assert "<mark>no" not in page


def test_a_hit_in_a_long_text_comes_with_a_few_words_around_it() -> None:
    parts = snippet(["x. " * 4_000 + "before the persimmon after it " + "y. " * 4_000], terms("persim"))
    assert [one for one, is_hit in parts if is_hit] == ["persimmon"]
    assert "before the " in parts[1][0]
    assert sum(len(one) for one, _ in parts) < 300
    assert snippet(["nothing"], terms("persimmon")) == []


def test_a_vault_of_an_older_release_is_indexed_when_it_opens(
    client: FlaskClient, station: Station, spoken: dict[str, int]
) -> None:
    with station.vaults["cat"].transaction() as connection:
        connection.execute(text("INSERT INTO words (words) VALUES ('delete-all')"))
        connection.execute(text("DELETE FROM searched"))
        connection.execute(text("UPDATE own SET indexed = 0"))
    assert hits(station, "threatened") == []
    unlock(client)
    assert hits(station, "threatened") == [(spoken["en"], 1)]
    again = station.look("cat", lambda store: store._db.scalar(text("SELECT count(*) FROM searched")))
    assert again == 2 * len(SAID)


def test_the_index_holds_no_text(station: Station, spoken: dict[str, int]) -> None:
    with station.vaults["cat"].transaction() as connection:
        assert connection.execute(text("SELECT said FROM words")).scalars().all() == [None] * 2 * len(SAID)
    assert indexed(WORDS).startswith("they came to my sister s house")


def test_a_page_of_hits_follows_the_other_without_doubles(
    client: FlaskClient, station: Station, portal: Portal
) -> None:
    writer = Writer(portal=portal)
    with station.vaults["cat"].transaction() as connection:
        store, first = Store(connection), writer.account("Persimmon.")
        number = store.add_case(first).number
        for message in (first, *(writer.followup(f"Persimmon {n}.") for n in range(44))):
            store.add_message(number, message, message.encode(), bytes(64), message.id, "2026-11-10")
    unlock(client)
    post(client, "/search", get(client, "/search"), words="persimmon")
    pages = [get(client, f"/search?vault=cat&page={page}") for page in (1, 2, 3)]
    turns = [part.split('"')[0] for page in pages for part in page.split("#turn-")[1:]]
    assert turns == [str(turn) for turn in range(45, 0, -1)]
    assert "places: 45" in pages[0]
    assert "/cases/cat/1?before=25#turn-25" in pages[1]
    assert 'id="turn-25"' in get(client, "/cases/cat/1?before=25")
