"""The desk where it belongs, on a machine without a way out, and what it does on another."""

from pathlib import Path

import pytest

from review.network import ways_out
from review.refusals import Refused
from tests.material import make_portal
from tests.review.alone import alone
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import Station
from tests.review.test_memory import utc_day

HEAD = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
NONE6 = "0" * 32
LOOP = f"{NONE6} 00 {NONE6} 00 {NONE6} ffffffff 00000001 00000000 00200200 lo\n"
FOUR = {
    "a default route": ("eth0 00000000 010200C0 0003 0 0 0 00000000 0 0 0", ("eth0",)),
    "half of everything": ("tun0 00000080 010200C0 0003 0 0 0 00000080 0 0 0", ("tun0",)),
    "a default route that is down": ("eth0 00000000 010200C0 0002 0 0 0 00000000 0 0 0", ()),
    "a default route that refuses": ("* 00000000 00000000 0201 0 0 0 00000000 0 0 0", ()),
    "the neighbours": ("eth0 000200C0 00000000 0001 0 0 0 00FFFFFF 0 0 0", ()),
    "a private network": ("eth0 0000000A 00000000 0001 0 0 0 000000FF 0 0 0", ()),
    "itself": ("lo 00000000 00000000 0001 0 0 0 00000000 0 0 0", ()),
}
SIX = {
    "a default route": (f"{NONE6} 00 {NONE6} 00 {NONE6[:-1]}1 00000400 00000003 0 00000003 wlan0\n", ("wlan0",)),
    "all that is in use": (f"2{NONE6[1:]} 03 {NONE6} 00 {NONE6} 00000400 00000003 0 00000001 wlan0\n", ("wlan0",)),
    "the neighbours": (f"fe80{NONE6[4:]} 40 {NONE6} 00 {NONE6} 00000100 00000002 0 00000001 wlan0\n", ()),
    "many at once": (f"ff{NONE6[2:]} 08 {NONE6} 00 {NONE6} 00000100 00000003 0 00000001 wlan0\n", ()),
    "none at all": ("", ()),
}


def tables(folder: Path, four: str, six: str | None) -> Path:
    """The kernel's tables."""
    (folder / "route").write_text(HEAD + four)
    if six is not None:
        (folder / "ipv6_route").write_text(six)
    return folder


@pytest.mark.parametrize("name", FOUR)
def test_a_way_out_is_known_by_its_route(name: str, tmp_path: Path) -> None:
    line, expected = FOUR[name]
    assert ways_out(tables(tmp_path, line + "\n", LOOP)) == expected


@pytest.mark.parametrize("name", SIX)
def test_a_way_out_by_ipv6_is_one_too(name: str, tmp_path: Path) -> None:
    lines, expected = SIX[name]
    assert ways_out(tables(tmp_path, "", lines + LOOP)) == expected


def test_a_kernel_without_ipv6_has_no_way_out_by_it(tmp_path: Path) -> None:
    assert ways_out(tables(tmp_path, "", None)) == ()


def test_where_the_system_shows_no_routes_the_desk_does_not_guess(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="network-unknown"):
        ways_out(tmp_path)


@pytest.fixture(scope="module")
def read_today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station with one message."""
    today = utc_day()
    portal = make_portal(day=today, epochs=[today[:7]])
    station, writer = Station(tmp_path_factory.mktemp("alone") / "station", portal), Writer(portal=portal)
    station.add_untold("cat")
    station.trust("cat")
    day = close_day(portal, [writer.seal(writer.account("Some words."), epoch=today[:7])], day=today)
    station.take("cat", bundle(portal, [day]), today)
    return station.folder


def test_a_days_work_needs_no_network_and_asks_for_none(read_today: Path) -> None:
    assert alone(read_today, "a_days_work") == {
        "statuses": [303, 200, 200, 200, 200, 200, 200, 200, 303, 303],
        "calls": 0,
    }


def test_a_program_that_called_anybody_would_be_counted(read_today: Path) -> None:
    counted = alone(read_today, "calling_out")["counted"]
    assert counted == sorted(set(counted))
    assert counted[0] > 0


def test_a_desk_does_not_start_where_something_leads_out(read_today: Path) -> None:
    found = alone(read_today, "starting_with_a_network")
    assert (found["status"], found["said"]) == (1, "")
    assert found["complained"].startswith("review: This machine can reach a network (out).")


def test_a_network_that_comes_up_locks_the_desk_until_it_is_gone(read_today: Path) -> None:
    found = alone(read_today, "a_network_comes_up")
    assert found["statuses"] == [200, 409, 409, 303, 200]
    assert "can reach a network (out)" in found["said"]
    assert "Some words." not in found["said"]
