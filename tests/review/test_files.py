"""The files of a message: listed with their case, saved whole after a warning, or not at all and why."""

import re
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from crypto.public.attachments import part_name
from crypto.wire.attachments import Attachments
from crypto.wire.digest import sha256
from crypto.wire.message import Message
from tests.material import Portal, container
from tests.review.carried import Parts, Writer, bundle, bundle_members, close_day
from tests.review.conftest import ADDRESS, Station
from tests.review.test_desk import get, post, unlock
from tests.review.test_upgrade import opened

FILES = {"letter <b>.pdf\u0645": b"first", "photo.jpg": b"x" * 1_500_000, "empty": b""}
PAGE = "/cases/cat/1/files/1"


def arrive(station: Station, message: Message, parts: Parts, writer: Writer, *, without: int = 0) -> None:
    """The message with its files, or without the last parts of them."""
    portal = station.portal
    members = bundle_members(portal, [close_day(portal, [writer.seal(message)], parts=[parts])])
    station.take("cat", container(members[: len(members) - without]))


def bring(station: Station, *, without: int = 0) -> Message:
    """Somebody's message with three files, in two parts."""
    writer = Writer(portal=station.portal)
    message, parts = writer.with_files(writer.account(), FILES)
    arrive(station, message, parts, writer, without=without)
    return message


def folder(station: Station) -> Path:
    """Where the files of the first message are saved."""
    pseudonym = station.look("cat", lambda store: store.inbox()[0].case.pseudonym)
    return station.folder / "opened" / f"{pseudonym.replace(' ', '-')}-1"


def remembered(station: Station) -> list[tuple[str, str]]:
    """What the journal says of files."""
    entries = station.look("cat", lambda store: [(one.what, one.about) for one, _ in store.journal()])
    return [one for one in entries if one[0].startswith("files-")]


def test_a_case_lists_the_files_of_its_messages(client: FlaskClient, station: Station) -> None:
    bring(station)
    unlock(client)
    page = get(client, "/cases/cat/1")
    assert '<bdi class="file-name">letter &lt;b&gt;.pdf\u0645</bdi>' in page
    assert [size in page for size in ("5 byte", "1.5 MB", "0 byte", "text/plain")] == [True] * 4
    assert f'<a class="button" href="{PAGE}">Save these files on this machine</a>' in page


def test_a_message_without_files_lists_none(client: FlaskClient, station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    station.take("cat", bundle(portal, [close_day(portal, [writer.seal(writer.account())])]))
    unlock(client)
    assert "Files that came with this message" not in get(client, "/cases/cat/1")
    for path in (PAGE, "/cases/cat/1/files/2", "/cases/cat/7/files/1"):
        assert client.get(path, base_url=ADDRESS).status_code == 404


def test_nothing_is_saved_before_the_warning_was_shown(client: FlaskClient, station: Station) -> None:
    bring(station)
    unlock(client)
    page = get(client, PAGE)
    for words in (
        "can carry a program",
        "can name the person",
        "readable on this disk",
        "Delete them when you are done",
    ):
        assert words in page
    assert not (station.folder / "opened").exists()


def test_files_are_saved_under_numbers_for_this_user_alone_with_a_list_which_is_which(
    client: FlaskClient, station: Station
) -> None:
    bring(station)
    unlock(client)
    assert post(client, PAGE, get(client, PAGE)) == (303, PAGE)
    saved = folder(station)
    assert sorted(path.name for path in saved.iterdir()) == ["1", "2", "3", "list.txt"]
    assert [(saved / str(at)).read_bytes() for at in (1, 2, 3)] == list(FILES.values())
    listed = [line.split("\t") for line in (saved / "list.txt").read_text().splitlines()]
    assert listed == [[str(at), "text/plain", name] for at, name in enumerate(FILES, 1)]
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (saved.parent, saved, saved / "1", saved / "list.txt")]
    assert modes == [0o700, 0o700, 0o600, 0o600]
    assert remembered(station) == [("files-saved", f"{saved.name[:-5]} {saved.name[-4:-2]} 1")]


def test_after_saving_the_page_says_where_they_lie_and_a_second_saving_that_they_are_there(
    client: FlaskClient, station: Station
) -> None:
    bring(station)
    unlock(client)
    before = get(client, PAGE)
    post(client, PAGE, before)
    page = get(client, PAGE)
    assert f"<bdi>{folder(station)}</bdi>" in page
    assert "Delete the folder when you are done." in page
    assert ">Save them<" not in page
    (folder(station) / "1").write_bytes(b"changed since")
    status, page = post(client, PAGE, before)
    assert status == 409
    assert "is there already. Nothing was written" in page
    assert (folder(station) / "1").read_bytes() == b"changed since"


def test_files_of_which_parts_are_missing_are_not_offered_and_not_saved(client: FlaskClient, station: Station) -> None:
    bring(station, without=1)
    unlock(client)
    case, page = get(client, "/cases/cat/1"), get(client, PAGE)
    for shown in (case, page):
        assert "1 of 2 parts of these files are missing." in shown
        assert "Save" not in re.sub(r"Saved as", "", shown.split('id="main"')[1])
    status, refused = post(client, PAGE, page if "csrf_token" in page else case)
    assert (status, "nothing was saved" in refused) == (409, True)
    assert not (station.folder / "opened").exists()


def lying(attachments: Attachments, how: str) -> Attachments:
    """The same, but for one thing that does not hold."""
    first, *others = attachments.files
    return {
        "stream-hash": replace(attachments, sha256=bytes(32)),
        "file-hash": replace(attachments, files=(replace(first, sha256=sha256(b"other")), *others)),
        "not-zeros": replace(attachments, files=(first,)),
        "no-match": replace(attachments, seed=b"k" * 32),
    }[how]


WORDS_FOR = {
    "stream-hash": "What came is not what the message names: it has another hash.",
    "file-hash": "One of the files is not the one that the message names: it has another hash.",
    "not-zeros": "Something is hidden behind the last file.",
    "no-match": "The key in the message does not open these files.",
}


@pytest.mark.parametrize("how", WORDS_FOR)
def test_a_stream_that_fails_a_check_is_not_saved_and_the_page_says_which(
    client: FlaskClient, station: Station, how: str
) -> None:
    writer = Writer(portal=station.portal)
    message, parts = writer.with_files(writer.account(), FILES)
    assert message.attachments is not None
    false = lying(message.attachments, how)
    renamed = dict(
        zip(_names(station.portal, false), _in_order(station.portal, message.attachments, parts), strict=True)
    )
    arrive(station, replace(message, attachments=false), renamed, writer)
    unlock(client)
    status, page = post(client, PAGE, get(client, PAGE))
    assert status == 409
    assert WORDS_FOR[how] in page
    assert list((station.folder / "opened").iterdir()) == []
    assert remembered(station) == [("files-refused", "files-unfit")]


def _names(portal: Portal, attachments: Attachments) -> list[bytes]:
    return [part_name(attachments.seed, portal.name, at) for at in range(attachments.mebibytes)]


def _in_order(portal: Portal, attachments: Attachments, parts: Parts) -> Sequence[bytes]:
    return [parts[name] for name in _names(portal, attachments)]


def test_what_a_saving_left_that_was_ended_in_its_midst_is_removed_when_a_vault_is_opened(station: Station) -> None:
    left, saved = station.folder / "opened" / ".unfinished-0123", station.folder / "opened" / "tern-slate-41-1"
    for one in (left, saved):
        one.mkdir(parents=True)
        (one / "1").write_bytes(b"words")
    opened(station)
    assert (left.exists(), (saved / "1").exists()) == (False, True)


def test_a_folder_that_cannot_be_written_is_said(client: FlaskClient, station: Station) -> None:
    bring(station)
    unlock(client)
    (station.folder / "opened").write_bytes(b"a file in its place")
    status, page = post(client, PAGE, get(client, PAGE))
    assert status == 409
    assert "The folder" in page or "cannot be written there" in page


def test_the_name_of_a_file_is_a_word_of_its_writer(client: FlaskClient, station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    name = "my brother in the blue house near the bridge.jpg"
    message, parts = writer.with_files(writer.account(), {name: b"x"})
    arrive(station, message, parts, writer)
    unlock(client)
    form = {"kind": "text", "language": "en", "text": f"We saw {name}."}
    status, page = post(client, "/cases/cat/1/draft", get(client, "/cases/cat/1/write"), **form)
    assert (status, "Rule 9" in page) == (422, True)
