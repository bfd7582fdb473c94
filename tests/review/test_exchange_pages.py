"""The pages of the exchange: choose, look, begin, look on, read what came of it; and none of it keeps the desk open."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from review import sticks
from review.config import IDLE_SECONDS
from review.exchange import Reading, Report
from review.exchange_run import ExchangeRun
from review.recording import Recorded
from review.refusals import Refused
from tests.journey.looks import SCHEMES, WIDTHS, faults, look_like
from tests.material import DAY, Portal, make_portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import ADDRESS, PASSPHRASE, SetClock, Station
from tests.review.test_desk import desk, get, post, unlock
from tests.review.test_import import hostile
from tests.review.test_memory import served_link, utc_day, wait_until


@pytest.fixture
def stick(station: Station, portal: Portal, tmp_path: Path) -> Path:
    """A bundle with one message, and one that is misdirected."""
    writer = Writer(portal=portal)
    day = close_day(portal, [writer.seal(writer.account()), hostile(portal)["misdirected"]])
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "bundle.tar").write_bytes(bundle(portal, [day]))
    return tmp_path / "stick"


def named(page: str) -> str:
    """The name of the plan that a page shows."""
    return str(re.findall(r'name="plan" value="([0-9a-f]{32})"', page)[0])


def words_of(page: str) -> str:
    """What a person reads, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main")[1]).split())


def test_from_choosing_to_taking_the_stick_out(client: FlaskClient, station: Station, stick: Path) -> None:
    station.add("ced")
    unlock(client)
    assert 'href="/exchange"' in get(client, "/")
    assert client.get("/exchange/plan", base_url=ADDRESS).location == "/exchange"
    assert post(client, "/exchange", get(client, "/exchange"), folder=str(stick)) == (303, "/exchange/plan")
    page = get(client, "/exchange/plan")
    plan = words_of(page)
    assert "bundle.tar bundle from intake, lists from 1" in plan
    assert "In this order, by: cat." in plan
    assert "Not open now: ced." in plan
    assert f"records-{DAY}.tar What these vaults have kept, signed by each: cat." in plan
    assert "No answer waits." in plan
    assert "There is room" in plan
    for other in ({}, {"plan": "0" * 32}):
        assert post(client, "/exchange/begin", page, records="here", **other) == (303, "/exchange/plan")
    assert client.get("/exchange/progress", base_url=ADDRESS).location == "/exchange"
    assert post(client, "/exchange/begin", page, records="here", plan=named(page)) == (303, "/exchange/progress")
    wait_until(lambda: "refresh" not in get(client, "/exchange/progress"))
    page = get(client, "/exchange/progress")
    said = words_of(page)
    assert "Everything is written. You can take the stick out." in said
    assert "1 new, 0 later messages, 1 set aside, 0 answers leaving." in said
    assert '<a href="/aside">' in page
    assert sorted(path.name for path in stick.iterdir()) == ["bundle.tar", f"records-{DAY}.tar"]
    assert "1 new" not in words_of(get(client, "/exchange"))


def test_what_was_refused_is_said_with_what_to_do_and_records_can_be_left_out(
    app: Flask, client: FlaskClient, station: Station, stick: Path
) -> None:
    unlock(client)
    status, page = post(client, "/exchange", get(client, "/exchange"), folder=str(station.folder))
    assert (status, "lies inside the station" in page) == (422, True)
    whole = (stick / "bundle.tar").read_bytes()
    (stick / "bundle.tar").write_bytes(whole[:-512])
    post(client, "/exchange", get(client, "/exchange"), folder=str(stick))
    page = get(client, "/exchange/plan")
    post(client, "/exchange/begin", page, plan=named(page))
    wait_until(lambda: "refresh" not in get(client, "/exchange/progress"))
    said = words_of(get(client, "/exchange/progress"))
    assert "Not everything went well. You can take the stick out." in said
    assert "Nothing of it was kept. Have it carried again." in said
    assert "waits for another stick" in said
    assert [path.name for path in stick.iterdir()] == ["bundle.tar"]
    run_of = desk(app).exchanging.run
    assert run_of is not None
    # A file's own fault is said of it, also when it is named like what is written.
    left_out = {"cat": Refused("not-active", vault="cat")}
    run_of.report = Report(
        readings=[Reading(vault="cat", name="record", figures={}, refused=Refused("other-portal"))],
        recorded=Recorded(path=stick / "records.tar", written=("ced",), left_out=left_out),
    )
    was_read, was_written = words_of(get(client, "/exchange/progress")).split("What was written")
    assert ("another portal" in was_read, "another portal" in was_written) == (True, False)
    assert ("as active" in was_read, "as active" in was_written) == (False, True)


def test_a_stick_that_is_plugged_in_can_be_chosen_here_and_for_a_backup(
    client: FlaskClient, stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted = tmp_path / "mounts"
    mounted.write_text(f"50 1 65:145 / {stick} rw,relatime - vfat /dev/sdz1 rw\n")
    monkeypatch.setattr(sticks, "_MOUNTS", mounted)
    monkeypatch.setattr(sticks, "_PLUGGED_IN", (str(tmp_path),))
    unlock(client)
    page = get(client, "/exchange")
    assert f'name="stick" value="{stick}" required checked' in page
    assert post(client, "/exchange", page, stick=str(stick), folder="") == (303, "/exchange/plan")
    page = get(client, "/backup")
    assert f'value="{stick}"' in page
    # The control: where none is plugged in, the field is all there is.
    mounted.write_text("")
    assert "No stick is plugged in" in get(client, "/exchange")


def test_pages_that_look_again_by_themselves_do_not_keep_the_desk_open(
    app: Flask, client: FlaskClient, clock: SetClock, stick: Path
) -> None:
    unlock(client)
    post(client, "/exchange", get(client, "/exchange"), folder=str(stick))
    plan = desk(app).exchanging.plan
    assert plan is not None
    desk(app).exchanging.run = ExchangeRun(plan)
    given = {"stick": str(stick), "folder": "", "passphrase": PASSPHRASE}
    assert post(client, "/backup/cat", get(client, "/backup"), **given) == (303, "/backup/cat")
    wait_until(lambda: "refresh" not in get(client, "/backup/cat"))
    assert [path.name for path in stick.glob("*.backup")] == [f"cat-{DAY}.backup"]
    paths = ("/exchange/progress", "/backup/cat")
    for path in paths:
        for _ in range(9):
            clock.seconds += 60
            assert [client.get(one, base_url=ADDRESS).status_code for one in paths] == [200, 200]
        # The control: somebody who looks by hand is there.
        assert client.get(f"{path}?here=1", base_url=ADDRESS).status_code == 200
    clock.seconds += IDLE_SECONDS - 1
    assert [client.get(one, base_url=ADDRESS).status_code for one in paths] == [200, 200]
    clock.seconds += 1
    answer = client.get(paths[0], base_url=ADDRESS)
    assert (answer.status_code, answer.location) == (303, "/unlock")


def test_nothing_of_an_exchange_is_told_or_done_while_the_desk_is_locked(client: FlaskClient, stick: Path) -> None:
    unlock(client)
    post(client, "/exchange", get(client, "/exchange"), folder=str(stick))
    page = get(client, "/exchange/plan")
    post(client, "/lock", page)
    for path in ("/exchange", "/exchange/plan", "/exchange/progress"):
        assert client.get(path, base_url=ADDRESS).location == "/unlock"
    for path in ("/exchange", "/exchange/begin", "/exchange/stop"):
        assert client.post(path, base_url=ADDRESS, data={"folder": str(stick)}).status_code in (303, 400)
    unlock(client)
    assert client.get("/exchange/plan", base_url=ADDRESS).location == "/exchange"
    assert client.get("/exchange/progress", base_url=ADDRESS).location == "/exchange"
    assert [path.name for path in stick.iterdir()] == ["bundle.tar"]


def test_what_stands_aside_is_told_apart_and_counted(client: FlaskClient, station: Station, portal: Portal) -> None:
    kinds = hostile(portal)
    station.take("cat", bundle(portal, [close_day(portal, list(kinds.values()))]))
    unlock(client)
    page = get(client, "/aside")
    counted = {name: int(count) for name, count in re.findall(r'<h2 id="(\w+)">[^<]+<span class="count">(\d+)', page)}
    assert counted == {"misdirected": 2, "forged": 1, "damaged": 3, "newer": 1}
    assert page.count("What to do:") == 4
    assert "kept unharmed" in page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The link of a desk, and a stick for it."""
    today, folder = utc_day(), tmp_path_factory.mktemp("exchange")
    portal = make_portal(day=today, epochs=[today[:7]])
    station = Station(folder / "station", portal)
    station.add_untold("cat")
    station.trust("cat")
    writer = Writer(portal=portal)
    day = close_day(portal, [writer.seal(writer.account(), epoch=today[:7])], day=today)
    (folder / "stick").mkdir()
    (folder / "stick" / "a-bundle-of-last-week.tar").write_bytes(bundle(portal, [day]))
    (folder / "stick" / "notes.txt").write_text("Nothing for the desk.")
    with served_link(station.folder) as (_process, link):
        yield link, folder / "stick"


def looks(page: Page) -> dict[str, list[str]]:
    """What is wrong with the page, at each width and in each scheme."""
    found = {}
    for width in WIDTHS:
        for scheme in SCHEMES:
            look_like(page, width, scheme)
            found[f"{width} px, {scheme}"] = faults(page)
    return {look: wrong for look, wrong in found.items() if wrong}


def test_the_pages_look_well_and_a_keyboard_is_enough(served: tuple[str, Path], chromium: Browser) -> None:
    link, stick = served
    page = chromium.new_page()
    page.goto(link)
    page.fill("#passphrase-cat", PASSPHRASE)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Exchange").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/exchange")
    found = {"choose": looks(page)}
    page.locator("#folder-exchange").focus()
    page.keyboard.type(str(stick))
    page.keyboard.press("Enter")
    page.wait_for_url("**/exchange/plan")
    found["plan"] = looks(page)
    page.get_by_role("checkbox").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Everything is written.").wait_for()
    found["result"] = looks(page)
    page.goto(f"{link.split('/enter/')[0]}/backup")
    found["backup"] = looks(page)
    page.close()
    assert found == {"choose": {}, "plan": {}, "result": {}, "backup": {}}
