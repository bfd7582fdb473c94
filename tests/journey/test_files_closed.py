"""What cannot be locked or taken is said in words, and nothing leaves without the files that the person chose."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from crypto.wire.message import AccountBody
from tests.journey.sender import THREE, WITHIN_MS, Files, Intake, Sender, at_part, file, refuse


def cut(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.body()[:-1])


def altered(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text() + " ")


@pytest.mark.parametrize(
    "spoil",
    [cut, altered, lambda route: route.fulfill(status=404), lambda route: route.abort("connectionreset")],
    ids=["cut", "altered", "missing", "line broken"],
)
def test_without_its_whole_script_no_file_is_taken_and_the_message_can_go_without(
    sender: Sender, intake: Intake, spoil: Callable[[Route], None]
) -> None:
    sender.page.route("**/static/files.js", spoil)
    sender.reach_files()
    sender.press("continue")
    expect(sender.page.locator("#error")).to_be_visible()
    assert sender.page.locator("input[type=file]").count() == 0
    sender.press("skip")
    sender.press("continue")
    sender.finish()
    (arrived,) = intake.arrived()
    assert arrived.message.attachments is None


def test_a_script_that_came_broken_once_can_be_asked_for_again(sender: Sender, intake: Intake) -> None:
    sender.page.route("**/static/files.js", cut)
    sender.reach_files()
    sender.press("continue")
    expect(sender.page.locator("#error")).to_be_visible()
    sender.page.unroute("**/static/files.js")
    sender.choose(THREE)
    sender.press("continue")
    sender.press("continue")
    sender.finish()
    assert [one.payloads() for one in intake.arrived()] == [list(THREE)]


WORKERS = {
    "none": "window.Worker = undefined",
    "one that does not start": "window.Worker = class { constructor() { throw new Error('no') } }",
    "one that dies": (
        "const Real = Worker; window.Worker = class extends Real {"
        "constructor() { super(URL.createObjectURL(new Blob(['onmessage = () => { throw 1 }']))) } }"
    ),
    "one that never answers": (
        "window.Worker = class { postMessage() {} terminate() {} };"
        "const later = setTimeout; window.setTimeout = (run, time) => later(run, time === 120_000 ? 50 : time)"
    ),
}


@pytest.mark.parametrize("worker", WORKERS.values(), ids=WORKERS)
def test_without_a_worker_that_works_nothing_is_sent_until_the_person_takes_the_files_out(
    sender: Sender, intake: Intake, worker: str
) -> None:
    sender.page.add_init_script(worker)
    sender.begin()
    expect(sender.page.locator("#error")).to_contain_text("could not be locked", timeout=WITHIN_MS)
    assert sender.parts == []
    assert intake.arrived() == []
    sender.press("skip")
    sender.press("continue")
    sender.finish()
    (arrived,) = intake.arrived()
    assert arrived.message.attachments is None


SPOILED = """
const Real = Blob, later = window.setTimeout;
let scripts = 0;
window.Blob = class extends Real {
  constructor(parts, options) {
    super(options?.type === "text/javascript" && ++scripts === 1 ? [`SPOIL`, ...parts] : parts, options);
  }
};
window.setTimeout = (run, time) => later(run, time === PATIENCE ? 8_000 : time);
"""
ANSWERS = """
let answers = 0;
const post = MessagePort.prototype.postMessage;
MessagePort.prototype.postMessage = function (said, given) {
  if (++answers > 3) WRONG;
  post.call(this, said, given);
};
"""
HASHING = {
    "dies": ("throw new Error('no')", -1),
    "falls silent": ("return", 120_000),
    "hashes another number of bytes": ("said = { ...said, hashed: said.hashed + 1 }", -1),
}


@pytest.mark.parametrize(("wrong", "patience"), HASHING.values(), ids=HASHING)
def test_hashing_that_breaks_in_the_middle_is_said_and_the_words_go_without_files(
    sender: Sender, intake: Intake, wrong: str, patience: int
) -> None:
    spoil = ANSWERS.replace("WRONG", wrong)
    script = SPOILED.replace("SPOIL", spoil).replace("PATIENCE", str(patience))
    sender.page.add_init_script(script)
    sender.begin()
    expect(sender.page.locator("#error")).to_contain_text("could not be locked", timeout=WITHIN_MS)
    assert sender.page.workers == []
    assert intake.arrived() == []
    sender.press("skip")
    sender.press("continue")
    sender.finish()
    (arrived,) = intake.arrived()
    assert arrived.message.attachments is None
    assert isinstance(arrived.message.body, AccountBody)
    assert "A few words." in arrived.message.body.answers.values()


def test_a_file_that_is_no_longer_what_it_was_is_named(sender: Sender, intake: Intake, tmp_path: Path) -> None:
    steady, changing = tmp_path / "steady.bin", tmp_path / "changing.bin"
    steady.write_bytes(bytes(1_000_000))
    changing.write_bytes(bytes(500_000))
    sender.reach_files()
    sender.choose([steady, changing])
    changing.write_bytes(bytes(400_000))
    sender.press("continue")
    sender.press("continue")
    expect(sender.page.locator("#error")).to_contain_text("changing.bin", timeout=WITHIN_MS)
    assert intake.arrived() == []
    sender.press("remove-1")
    sender.press("continue")
    sender.press("continue")
    sender.finish()
    assert [one.payloads()[0]["buffer"] for one in intake.arrived()] == [bytes(1_000_000)]


@pytest.mark.parametrize(
    "files",
    [[file("large", 25_000_001)], [file(str(number), 1) for number in range(65)]],
    ids=["25 MB and a byte", "65 files"],
)
def test_what_does_not_fit_is_not_taken_and_what_was_there_stays(sender: Sender, files: Files) -> None:
    sender.reach_files()
    sender.choose([file("first", 5)])
    sender.give(files)
    expect(sender.page.locator("#error")).to_contain_text("None of them was added")
    expect(sender.page.locator("#screen .files li")).to_have_count(1)


def test_too_many_parts_for_the_server_are_said_in_words(sender: Sender, intake: Intake) -> None:
    at_part(sender.page, 2, refuse("too-many-parts", 413))
    sender.begin()
    expect(sender.page.locator("#error")).to_contain_text("so many files", timeout=WITHIN_MS)
    assert intake.arrived() == []
