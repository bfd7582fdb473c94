"""The same exchange as a command."""

from pathlib import Path

from tests.material import make_portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import PASSPHRASE, Station
from tests.review.test_commands import review
from tests.review.test_memory import utc_day


def test_a_command_reads_a_stick_and_writes_it_and_a_second_time_finds_nothing_new(tmp_path: Path) -> None:
    today, stick = utc_day(), tmp_path / "stick"
    portal = make_portal(day=today, epochs=[today[:7]])
    station = Station(tmp_path / "station", portal)
    for name in ("cat", "ced"):
        station.add_untold(name)
        station.trust(name)
    writer = Writer(portal=portal)
    day = close_day(portal, [writer.seal(writer.account(), epoch=today[:7])], day=today)
    stick.mkdir()
    (stick / "b.tar").write_bytes(bundle(portal, [day]))
    (stick / "notes.txt").write_text("Nothing for the desk.")
    asked = ("exchange", station.folder, stick, "--vault", "cat")

    status, said, _ = review(*asked, "--no-records", answers=[PASSPHRASE], cwd=tmp_path)
    assert status == 0
    assert said == [
        "1 files to read; 1 other files are left alone",
        "not open, their mail stays on the stick for them: ced",
        "cat: 'b.tar': directory 1 believed; 1 lists, 1 new, 0 follow-ups",
        "1 new, 0 follow-ups, 0 set aside",
        "everything is written; the stick can be taken out",
    ]
    status, said, _ = review(*asked, answers=[PASSPHRASE], cwd=tmp_path)
    assert (status, said[-3:]) == (
        0,
        [
            f"'records-{today}.tar': records of cat",
            "0 new, 0 follow-ups, 0 set aside",
            "everything is written; the stick can be taken out",
        ],
    )
    (stick / "b.tar").write_bytes(bundle(portal, [day])[:-512])
    status, said, complained = review(*asked, answers=[PASSPHRASE], cwd=tmp_path)
    assert (status, said[-1].startswith("not everything was done")) == (1, True)
    assert "Nothing of it was kept." in complained
