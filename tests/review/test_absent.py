"""What a bundle leaves out: no record says that it is kept, and what intake then deletes is a fault that stays."""

import pytest
from flask.testing import FlaskClient

from crypto.wire.note import Note
from crypto.wire.record import NamedManifest
from review import views
from tests.material import DAY, Portal, container
from tests.review.carried import Day, Writer, bundle, bundle_members, close_day
from tests.review.conftest import Station
from tests.review.test_desk import get, unlock
from tests.review.test_parts import with_files

WORDS = "Submissions that intake deleted before this vault had them: 1."


def three_days(portal: Portal) -> list[Day]:
    """One message on each."""
    writer, days = Writer(portal=portal), list[Day]()
    for words in ("First.", "Second.", "Third."):
        days.append(close_day(portal, [writer.seal(writer.account(words))], days))
    return days


def without(portal: Portal, days: list[Day], *left_out: int, gone: list[bytes] | None = None, why: str = "") -> bytes:
    """A bundle without the envelopes of these days, with this list of what is gone."""
    names = tuple(f"envelope/{n:08d}/" for n in left_out)
    members = bundle_members(portal, days, gone or [], reason=why or "author")
    return container([one for one in members if not one[0].startswith(names)])


def named(station: Station) -> NamedManifest | None:
    """The manifest that a record of the vault would name now."""
    return station.look("cat", lambda store: views.record(store, views.belief_of(store, DAY), DAY, 1)).manifest


def lost(station: Station) -> int:
    """How many entries the vault says that intake deleted before it had them."""
    count: int = station.look("cat", lambda store: views.state(store, DAY))["lost"]
    return count


@pytest.mark.parametrize(("left_out", "last"), [((), 3), ((3,), 2), ((2,), 1), ((2, 3), 1), ((1,), 0)])
def test_a_record_names_the_last_day_before_which_nothing_is_absent(
    station: Station, portal: Portal, left_out: tuple[int, ...], last: int
) -> None:
    days = three_days(portal)
    station.take("cat", without(portal, days, *left_out))
    right = NamedManifest(n=last, hash=Note.parse(days[last - 1].note).hash()) if last else None
    assert named(station) == right
    station.take("cat", bundle(portal, days))
    assert named(station) == NamedManifest(n=3, hash=Note.parse(days[2].note).hash())


def test_a_record_does_not_name_the_day_of_a_message_that_is_kept_but_lacks_a_part(
    station: Station, portal: Portal
) -> None:
    _, envelope, parts = with_files(portal)
    day = close_day(portal, [envelope], parts=[parts])
    members = bundle_members(portal, [day])
    assert station.take("cat", container(members[:-1])).figures["new"] == 1
    assert named(station) is None
    station.take("cat", container(members))
    assert named(station) is not None


@pytest.mark.parametrize("why", ["purged", "limit"])
def test_what_was_absent_until_intake_deleted_it_is_lost_and_stays_so(
    station: Station, portal: Portal, why: str
) -> None:
    days = three_days(portal)
    gone = list(days[1].envelopes)
    assert station.take("cat", without(portal, days, 2)).figures["absent"] == 1
    for _ in range(2):
        figures = station.take("cat", without(portal, days, gone=gone, why=why)).figures
        assert (figures["lost"], figures["absent"], figures["gone"]) == (1, 0, 0)
    days.append(close_day(portal, [], days))
    assert station.take("cat", bundle(portal, days[3:])).figures["lost"] == 1
    assert station.take("cat", without(portal, days, 2)).figures["lost"] == 1
    assert (lost(station), station.look("cat", lambda store: store.absent())) == (1, set())
    last = named(station)
    assert last is not None
    assert last.n == 4


def test_only_its_author_or_its_arrival_ends_what_is_lost(station: Station, portal: Portal) -> None:
    days = three_days(portal)
    gone = [*days[0].envelopes, *days[1].envelopes]
    station.take("cat", without(portal, days, 1, 2))
    assert station.take("cat", without(portal, days, gone=gone, why="purged")).figures["lost"] == 2
    figures = station.take("cat", bundle(portal, days, gone[:1])).figures
    assert (figures["gone"], figures["lost"], figures["new"] + figures["followup"] + figures["double"]) == (1, 0, 1)
    assert lost(station) == 0


def test_what_its_author_deleted_is_not_lost_nor_what_was_gone_before_this_vault_read_the_day(
    station: Station, portal: Portal
) -> None:
    days = three_days(portal)
    station.take("cat", without(portal, days[:1], 1))
    report = station.take("cat", without(portal, days[:1], gone=list(days[0].envelopes)))
    assert (report.figures["gone"], report.figures["lost"]) == (1, 0)
    report = station.take("cat", without(portal, days, gone=list(days[2].envelopes), why="purged"))
    assert (report.figures["gone"], report.figures["lost"]) == (1, 0)


def test_what_is_lost_is_said_on_the_first_page_of_the_desk(
    client: FlaskClient, station: Station, portal: Portal
) -> None:
    days = three_days(portal)
    station.take("cat", without(portal, days, 2))
    unlock(client)
    assert WORDS not in get(client, "/")
    station.take("cat", without(portal, days, gone=list(days[1].envelopes), why="purged"))
    page = get(client, "/")
    assert WORDS in page
    assert "Ask the other vaults of the committee" in page
    assert "Submissions that are missing" not in page
