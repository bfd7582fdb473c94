"""An exchange: what is read and written, in which order, and that a step happens wholly or not at all."""

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from review.exchange import Progress, Reading, make_plan, run, steps_of
from review.exchange_files import look
from review.exchange_run import Exchanging
from review.refusals import Refused
from tests.material import DAY, make_portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import Station
from tests.review.exchanged import VAULTS, Desk, Near, content, lay_out, opened
from tests.review.reading import members
from tests.review.test_backups import refused
from tests.review.test_memory import wait_until


@pytest.fixture
def desk(station: Station, tmp_path: Path) -> Iterator[Desk]:
    """Both vaults open, and what a courier brings on the stick."""
    with opened(station, tmp_path / "stick") as desk:
        lay_out(desk)
        yield desk


def test_files_are_told_by_their_first_member_and_come_in_the_order_of_their_lists(desk: Desk) -> None:
    days = lay_out(desk)
    (desk.stick / "later.tar").write_bytes(bundle(desk.station.portal, days[1:]))
    (desk.stick / "folder.tar").mkdir()
    (desk.stick / "cut.tar").write_bytes((desk.stick / "aa.tar").read_bytes()[:600])
    found = look(desk.stick)
    assert [(one.path.name, one.kind, one.first) for one in found.incoming] == [
        ("photo.jpg", "ceremony", 0),
        ("zz.tar", "bundle", 1),
        ("aa.tar", "bundle", 1),
        ("later.tar", "bundle", 2),
    ]
    assert [one.bytes for one in found.incoming] == [one.path.stat().st_size for one in found.incoming]
    assert found.others == 3
    assert (found.posts, found.records) == ((), ())


def test_the_plan_says_what_will_be_read_and_written_and_looking_changes_nothing(desk: Desk) -> None:
    before = [content(desk.station, name) for name in VAULTS], desk.lying()
    plan = desk.plan("cat")
    assert (plan.vaults, plan.closed, dict(plan.replies)) == (("cat",), ("ced",), {"cat": 1})
    assert (plan.post, plan.records) == (desk.stick / f"post-{DAY}.tar", desk.stick / f"records-{DAY}.tar")
    assert [step.do for step in steps_of(plan)] == ["read"] * 3 + ["post", "records"]
    assert plan.to_read == sum(one.bytes for one in plan.lying.incoming)
    assert plan.has_room
    assert ([content(desk.station, name) for name in VAULTS], desk.lying()) == before


def test_an_exchange_reads_everything_and_then_writes_what_leaves(desk: Desk) -> None:
    before = desk.lying()
    report = desk.exchange()
    assert report.is_whole
    assert [(one.vault, one.name, one.figures["new"], one.figures["aside"]) for one in report.readings] == [
        ("cat", "photo.jpg", 0, 0),
        ("ced", "photo.jpg", 0, 0),
        ("cat", "zz.tar", 3, 1),
        ("ced", "zz.tar", 3, 0),
        ("cat", "aa.tar", 1, 0),
        ("ced", "aa.tar", 1, 0),
    ]
    assert (report.figures["new"], report.figures["followup"], report.figures["aside"]) == (8, 2, 1)
    assert report.recorded is not None
    assert (report.replies, report.untold, report.recorded.written) == (2, (), VAULTS)
    assert desk.lying() == sorted([*before, f"post-{DAY}.tar", f"records-{DAY}.tar"])
    written = members((desk.stick / f"records-{DAY}.tar").read_bytes())
    assert b'"n":3' in written["record/cat"]
    assert [keeper.ask("state", DAY)["replies_waiting"] for keeper in desk.keepers.values()] == [0, 0]


def test_the_same_exchange_again_changes_nothing_and_writes_nothing_twice(desk: Desk) -> None:
    desk.exchange()
    before = [content(desk.station, name) for name in VAULTS], desk.lying()
    report = desk.exchange()
    assert report.is_whole
    assert report.posts == []
    assert report.recorded is not None
    assert report.recorded.path.name == f"records-{DAY}.tar"
    assert ([content(desk.station, name) for name in VAULTS], desk.lying()) == before


def test_a_vault_that_is_not_open_is_left_as_it_is(desk: Desk) -> None:
    before = content(desk.station, "ced")
    report = desk.exchange("cat")
    assert report.is_whole
    assert content(desk.station, "ced") == before
    assert list(members((desk.stick / f"records-{DAY}.tar").read_bytes())) == ["format", "record/cat"]
    # The control: its turn comes, and then it changes.
    desk.exchange("ced")
    assert content(desk.station, "ced") != before
    assert f"post-{DAY}-2.tar" in desk.lying()


def test_records_can_be_left_for_another_stick(desk: Desk) -> None:
    plan = replace(desk.plan(), records=None)
    report = run(plan, desk.keepers, DAY, Progress())
    assert report.is_whole
    assert report.recorded is None
    assert [name for name in desk.lying() if name.startswith("records")] == []


def test_without_room_everything_is_read_and_nothing_leaves(desk: Desk) -> None:
    before = desk.lying()
    report = run(replace(desk.plan(), needed=2**62), desk.keepers, DAY, Progress())
    assert (report.figures["new"], report.is_whole) == (8, False)
    assert report.post_refused is not None
    assert report.records_refused is not None
    assert [report.post_refused.code, report.records_refused.code] == ["stick-full"] * 2
    assert desk.lying() == before
    assert [keeper.ask("state", DAY)["replies_waiting"] for keeper in desk.keepers.values()] == [1, 1]


def test_stopped_between_two_steps_it_keeps_what_was_read_and_goes_on_from_there(desk: Desk) -> None:
    progress, before = Progress(), content(desk.station, "ced")

    def stop_after_a_bundle(reading: Reading) -> None:
        if reading.name == "zz.tar":
            progress.stop()

    report = run(desk.plan(), desk.keepers, DAY, progress, stop_after_a_bundle)
    assert (report.is_stopped, report.is_whole, report.figures["new"]) == (True, False, 3)
    assert (report.posts, report.recorded) == ([], None)
    assert content(desk.station, "ced") == before
    again = desk.exchange()
    assert again.is_whole
    assert again.figures["new"] == 5


def test_a_file_that_is_refused_stops_no_other(desk: Desk) -> None:
    stranger = make_portal("other.sealed-intake")
    writer = Writer(portal=stranger)
    (desk.stick / "b.tar").write_bytes(bundle(stranger, [close_day(stranger, [writer.seal(writer.account())])]))
    whole = (desk.stick / "zz.tar").read_bytes()
    (desk.stick / "zz.tar").write_bytes(whole[:-512])
    report = desk.exchange()
    assert not report.is_whole
    codes = {(one.name, one.refused.code) for one in report.readings if one.refused}
    assert codes == {("b.tar", "other-portal"), ("zz.tar", "file-damaged")}
    assert (report.figures["new"], len(report.posts)) == (8, 1)
    said = desk.station.look("cat", lambda store: [entry.what for entry, _ in store.journal()])
    assert {"file-taken", "file-refused", "post-left", "record-signed"} <= set(said)


class Watching(Near):
    """Remembers what lay on the stick when it heard that its replies had left; and may die then."""

    def __init__(self, station: Path, vault: str, stick: Path, *, dies: bool = False) -> None:
        super().__init__(station, vault)
        self.stick = stick
        self.dies = dies
        self.lying: list[str] = []

    def ask_patiently(self, action: str, day: str, **given: object) -> dict[str, object]:
        """Looks first."""
        if action == "left":
            self.lying = sorted(path.name for path in self.stick.iterdir())
            if self.dies:
                self.end()
        return super().ask_patiently(action, day, **given)


def watch(desk: Desk, *, dies: bool) -> Watching:
    """`ced` under a keeper that looks on."""
    desk.keepers["ced"].end()
    watching = Watching(desk.station.folder, "ced", desk.stick, dies=dies)
    watching.enter(desk.station.vaults["ced"])
    desk.keepers["ced"] = watching
    return watching


def test_a_vault_hears_that_its_replies_left_when_the_post_stands_there(desk: Desk) -> None:
    watching = watch(desk, dies=False)
    assert desk.exchange().is_whole
    assert f"post-{DAY}.tar" in watching.lying
    assert [name for name in watching.lying if "unfinished" in name] == []


def test_a_vault_that_could_not_be_told_is_named_and_hears_it_the_next_time(desk: Desk) -> None:
    watch(desk, dies=True)
    report = desk.exchange()
    assert (report.replies, report.untold, report.is_whole) == (1, ("ced",), False)
    desk.open("ced")
    again = desk.exchange()
    assert [(one.replies, one.path.name) for one in again.posts] == [(1, f"post-{DAY}.tar")]
    assert len([name for name in desk.lying() if name.startswith("post")]) == 1


def test_a_post_that_lies_there_whole_is_not_written_twice(desk: Desk) -> None:
    desk.exchange()
    first = (desk.stick / f"post-{DAY}.tar").read_bytes()
    for change, names in ((b"", 1), (first[:-1024] + b"\1" * 1024, 2), (first[:512], 2)):
        for vault in desk.station.vaults.values():
            with vault.transaction() as connection:
                connection.exec_driver_sql('update replies set "left" = null')
        (desk.stick / f"post-{DAY}.tar").write_bytes(change or first)
        assert desk.exchange().is_whole
        assert [keeper.ask("state", DAY)["replies_waiting"] for keeper in desk.keepers.values()] == [0, 0]
        assert len([name for name in desk.lying() if name.startswith("post")]) == names
        (desk.stick / f"post-{DAY}-2.tar").unlink(missing_ok=True)


def test_what_was_left_half_written_is_swept_and_what_others_began_or_is_no_file_is_not(desk: Desk) -> None:
    (desk.stick / ".unfinished-exchange-0123456789abcdef").write_bytes(b"half")
    (desk.stick / ".unfinished-exchange-1123456789abcdef").mkdir()
    (desk.stick / ".unfinished-0123456789abcdef").write_bytes(b"half a backup")
    assert desk.exchange().is_whole
    left = [".unfinished-0123456789abcdef", ".unfinished-exchange-1123456789abcdef"]
    assert [name for name in desk.lying() if name.startswith(".")] == left


def test_a_folder_that_is_none_or_lies_in_the_station_is_refused(desk: Desk) -> None:
    station, keepers = desk.station.folder, desk.keepers
    (station / "below").mkdir()
    (desk.stick / "back").symlink_to(station / "below")
    for folder, code in (
        (Path("stick"), "no-folder"),
        (desk.stick / "aa.tar", "no-folder"),
        (station, "inside-station"),
        (desk.stick / "back", "inside-station"),
    ):
        assert refused(partial(make_plan, keepers, (), station, folder, DAY)) == code
    assert make_plan(keepers, (), station, desk.stick, DAY).folder == desk.stick


def test_a_pipe_or_a_name_that_is_no_text_stops_nobody(desk: Desk) -> None:
    os.mkfifo(desk.stick / "pipe.tar")
    (desk.stick / os.fsdecode(b"\xff.tar")).write_bytes((desk.stick / "aa.tar").read_bytes())
    before = look(desk.stick)
    assert before.others == 4
    assert desk.exchange().is_whole


def test_one_exchange_at_a_time_and_a_lock_ends_it(desk: Desk) -> None:
    exchanging = Exchanging(desk.station.folder)
    begin(exchanging, desk)
    is_begun = exchanging.is_going_on
    assert not is_begun
    exchanging.look(desk.keepers, (), desk.stick, DAY)
    with desk.keepers["cat"]._turn:
        begin(exchanging, desk)
        wait_until(lambda: exchanging.run is not None and exchanging.run.progress.step is not None)
        run_of = exchanging.run
        assert run_of is not None
        assert exchanging.is_going_on
        for again in (
            lambda: exchanging.look(desk.keepers, (), desk.stick, DAY),
            lambda: begin(exchanging, desk),
        ):
            assert refused(again) == "exchange-running"
        exchanging.forget()
    wait_until(lambda: run_of.is_over)
    assert run_of.report is not None
    assert (run_of.report.is_stopped, len(run_of.report.readings)) == (True, 1)
    assert (exchanging.plan, exchanging.run) == (None, None)


def begin(exchanging: Exchanging, desk: Desk) -> None:
    """Begins what was planned last, as its page does."""
    shown = "" if exchanging.plan is None else exchanging.plan.name
    exchanging.begin(desk.keepers, DAY, with_records=True, shown=shown)


def test_only_the_plan_that_was_shown_last_is_begun(desk: Desk) -> None:
    exchanging, shown = Exchanging(desk.station.folder), list[str]()
    for _ in range(2):
        exchanging.look(desk.keepers, (), desk.stick, DAY)
        assert exchanging.plan is not None
        shown.append(exchanging.plan.name)
    for other in (shown[0], ""):
        assert not exchanging.begin(desk.keepers, DAY, with_records=True, shown=other)
        assert exchanging.run is None
    assert exchanging.begin(desk.keepers, DAY, with_records=True, shown=shown[1])
    assert exchanging.run is not None
    wait_until(lambda: not exchanging.is_going_on)


def test_a_fault_that_is_no_refusal_ends_the_run_and_says_where(desk: Desk) -> None:
    exchanging = Exchanging(desk.station.folder)
    exchanging.look(desk.keepers, (), desk.stick, DAY)
    assert exchanging.plan is not None
    exchanging.plan = replace(exchanging.plan, post=Path("/"))
    begin(exchanging, desk)
    run_of = exchanging.run
    assert run_of is not None
    wait_until(lambda: run_of.is_over)
    assert run_of.report is not None
    assert isinstance(run_of.report.post_refused, Refused)
    assert run_of.report.recorded is not None
