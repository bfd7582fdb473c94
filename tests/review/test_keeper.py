"""The one process that holds an open vault: what it answers, and that it ends."""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from crypto.wire.fields import encode_json, parse_json
from crypto.wire.reply import Reply, ReplyBody
from review.actions import ACTIONS
from review.keeper import serve
from review.passphrase import MOST_CHARACTERS
from review.pipe import MOST_LINE
from review.process import KeeperProcess
from review.records import OutgoingSlot
from review.refusals import Refused
from review.store import Store
from tests.material import DAY
from tests.review.carried import Writer
from tests.review.conftest import PASSPHRASE, Station


@pytest.fixture
def keeper(station: Station) -> Iterator[KeeperProcess]:
    """A keeper that has opened `cat`."""
    made = KeeperProcess(station.folder, "cat")
    made.open(PASSPHRASE, DAY)
    yield made
    made.end()


def lives(pid: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_keeper_answers_from_a_process_of_its_own(keeper: KeeperProcess) -> None:
    assert keeper.pid != os.getpid()
    assert keeper.ask("state", DAY)["vault"] == "cat"


def test_ending_a_keeper_ends_its_process(keeper: KeeperProcess) -> None:
    assert lives(keeper.pid)
    keeper.end()
    assert not lives(keeper.pid)
    with pytest.raises(Refused) as caught:
        keeper.ask("state", DAY)
    assert caught.value.code == "keeper-gone"


def test_a_wrong_passphrase_leaves_no_process(station: Station) -> None:
    keeper = KeeperProcess(station.folder, "cat")
    with pytest.raises(Refused) as caught:
        keeper.open("wrong", DAY)
    assert caught.value.code == "wrong-passphrase"
    assert not lives(keeper.pid)


def test_a_too_long_passphrase_is_refused_by_the_keeper_itself(station: Station) -> None:
    keeper = KeeperProcess(station.folder, "cat")
    with pytest.raises(Refused) as caught:
        keeper.open("x" * (MOST_CHARACTERS + 1), DAY)
    assert caught.value.code == "passphrase-too-long"


@pytest.mark.parametrize(
    ("action", "given"),
    [
        ("dump", {}),
        ("open", {}),
        ("create", {}),
        ("state", {"more": 1}),
        ("case", {}),
        ("case", {"number": "1"}),
        ("case", {"number": 0}),
        ("take", {"path": ["a"]}),
        ("reply", {"number": 1, "kind": "letter", "language": "en", "text": "x"}),
        ("left", {"slots": ["short"]}),
    ],
)
def test_what_is_not_on_the_list_or_not_exact_is_not_understood(
    keeper: KeeperProcess, action: str, given: dict[str, object]
) -> None:
    with pytest.raises(Refused) as caught:
        keeper.ask(action, DAY, **given)
    assert caught.value.code == "not-understood"
    assert keeper.ask("state", DAY)["vault"] == "cat"


def test_no_action_hands_out_a_seed_or_a_key(keeper: KeeperProcess, station: Station) -> None:
    secrets = station.portal.vaults["cat"]
    said = encode_json({action: keeper.ask(action, DAY) for action in ("state", "aside", "waiting")})
    said += encode_json(keeper.ask("inbox", DAY, show="all", language="", page=1))
    for seed in (secrets.sign_seed, *secrets.seeds.values()):
        assert seed not in said
    assert not {"seeds", "export", "query", "dump"} & set(ACTIONS)


def test_nothing_is_answered_before_a_vault_is_open() -> None:
    asked = b"".join(encode_json({"do": action, "day": DAY, "with": {}}) + b"\n" for action in ACTIONS)
    out = BytesIO()
    serve(BytesIO(asked), out)
    answers = [parse_json(line, most=1_000) for line in out.getvalue().splitlines()]
    assert answers == [{"refused": "not-understood", "detail": {}}] * len(ACTIONS)


def test_a_keeper_ends_when_nobody_speaks_to_it_any_more() -> None:
    serve(BytesIO(b""), BytesIO())
    serve(BytesIO(b'{"do":"state"'), BytesIO())


def test_what_is_too_long_for_the_pipe_is_a_refusal_and_the_keeper_stays(
    keeper: KeeperProcess, station: Station
) -> None:
    mebibyte, writer = 1024 * 1024, Writer(portal=station.portal)
    slots = [OutgoingSlot(mailbox=bytes(32), sha256=bytes([n]) * 32, slot=bytes(mebibyte)) for n in range(50)]
    with station.vaults["cat"].transaction() as connection:
        store = Store(connection)
        message = writer.account()
        reply = Reply(
            id=bytes(16), kind="text", portal=message.portal, thread=message.thread.key, committee="cat", vault="cat",
            routing=message.routing, day=DAY, body=ReplyBody(language="en", text="Hello."),
        )  # fmt: skip
        store.add_reply(store.add_case(message).number, reply.id, reply.encode(), b"", slots)
    for action, given in (("waiting", {}), ("trust", {"pin": "x" * (MOST_LINE + 1)})):
        with pytest.raises(Refused) as caught:
            keeper.ask(action, DAY, **given)
        assert caught.value.code == "too-much"
        assert keeper.ask("state", DAY)["vault"] == "cat"


@pytest.mark.parametrize("kind", ["link", "pipe", "device", "folder"])
def test_what_is_no_file_is_refused_at_once(keeper: KeeperProcess, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "bundle.tar"
    if kind == "link":
        (tmp_path / "real.tar").write_bytes(b"")
        file.symlink_to(tmp_path / "real.tar")
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    with pytest.raises(Refused) as caught:
        keeper.ask("take", DAY, path="/dev/zero" if kind == "device" else str(file))
    assert caught.value.code == "file-unreadable"
    assert caught.value.detail["path"] == ("'zero'" if kind == "device" else "'bundle.tar'")


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o702])
def test_a_vault_in_a_folder_that_others_may_enter_is_not_opened(station: Station, mode: int) -> None:
    station.folder.chmod(mode)
    with pytest.raises(Refused) as caught:
        KeeperProcess(station.folder, "cat").open(PASSPHRASE, DAY)
    assert caught.value.code == "station-open"
    with pytest.raises(Refused) as caught:
        KeeperProcess(station.folder, "ced").create(PASSPHRASE, DAY)
    assert caught.value.code == "station-open"
    assert [path.name for path in station.folder.iterdir() if path.name.startswith("ced")] == []


def test_a_fault_of_ours_is_said_by_its_kind_and_place_alone(keeper: KeeperProcess, station: Station) -> None:
    with station.vaults["cat"].transaction() as connection:
        connection.exec_driver_sql("drop table outgoing")
    with pytest.raises(Refused) as caught:
        keeper.ask("waiting", DAY)
    assert caught.value.code == "broken"
    assert str(caught.value.detail["where"]).startswith("OperationalError at ")


def test_a_file_that_is_not_there_is_refused_and_the_refusal_is_remembered(
    keeper: KeeperProcess, station: Station, tmp_path: Path
) -> None:
    with pytest.raises(Refused) as caught:
        keeper.ask("take", DAY, path=str(tmp_path / "nothing.tar"))
    assert caught.value.code == "file-unreadable"
    last = station.look("cat", lambda store: list(store.journal()))[-1][0]
    assert (last.what, last.about) == ("file-refused", "file-unreadable")


def test_the_keeper_cannot_be_read_by_other_programs_of_its_user(keeper: KeeperProcess) -> None:
    limits = Path(f"/proc/{keeper.pid}/limits").read_text()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]
    assert Path(f"/proc/{keeper.pid}/mem").stat().st_uid == 0
