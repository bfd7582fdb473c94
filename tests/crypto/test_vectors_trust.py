"""Vectors of trust, routing and verdicts in Python; `intake/browser/test/vectors_trust.test.ts` runs the same files."""

from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

import pytest

from crypto.errors import CryptoError, TrustCode, TrustError
from crypto.public.replies import judge
from crypto.public.routing import readers
from crypto.public.trust import MOST_CHANGES, Believed, Pin, agreed_day, believe, follows
from crypto.wire.directory import MOST_DIRECTORY, Directory, RootChange
from crypto.wire.fields import from_base64url as data
from crypto.wire.frame import Frame
from crypto.wire.note import Note, body, compose
from crypto.wire.reply import Reply
from tests.crypto.vectors import load, named
from tests.vectors.reader_cases import with_vault
from tests.vectors.trust_scene import DAY, FIRST, PIN, ROOTS, signed

Case = dict[str, Any]


TRUST = load("trust")


def note_text(name: str) -> str:
    return str(TRUST["notes"][name].replace("$", TRUST["common"]))


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def key_file(case: Case) -> bytes:
    whole = bytearray(data(TRUST["key_files"][case["key_file"]]))
    if "at" in case:
        whole[case["at"]] ^= 1
    length = case.get("length", len(whole))
    return bytes(whole[:length].ljust(length, b"\0"))


def decide(case: Case) -> Believed:
    """Everything a reader does with a start, a clock and a key file."""
    day = case["day"] if "day" in case else agreed_day(now(case), moment(case.get("server")), case.get("chosen"))
    pin = Pin.parse(TRUST["pins"][case["pin"]].encode("utf-8"))
    newest, *changes = [note_text(name) for name in (case["newest"], *case["changes"])]
    newest += case.get("behind_note", "")
    notes = [Note.parse(one.encode("utf-8"), MOST_DIRECTORY) for one in (newest, *changes)]
    believed = believe(pin, notes[0], notes[1:], day, case.get("min_seq", 1))
    if "behind" in case:
        kept = Note.parse(note_text(case["behind"]).encode("utf-8"))
        follows(Directory.parse(body(kept, "directory", pin.portal)), kept.hash(), believed.directory)
    if "key_file" in case:
        assert [*believed.vault_keys(key_file(case))] == [*believed.epoch.vaults]
    return believed


def now(case: Case) -> datetime:
    found = moment(case["now"])
    assert found
    return found


@pytest.mark.parametrize("case", TRUST["cases"], ids=named)
def test_trust(case: Case) -> None:
    if "seq" in case:
        believed = decide(case)
        assert (believed.directory.seq, believed.epoch.id) == (case["seq"], case["epoch"])
    else:
        with pytest.raises(CryptoError) as refusal:
            decide(case)
        assert refusal.value.code == case["code"]


def test_every_code_of_trust_has_a_row() -> None:
    codes = {case["code"] for case in TRUST["cases"] if "code" in case}
    assert codes == {*get_args(TrustCode), "bad-format", "bad-signature", "signer-twice", "root-counted-twice"}
    assert len(TRUST["cases"]) >= 40


@pytest.mark.parametrize("case", load("routing")["cases"])
def test_routing(case: Case) -> None:
    directory = Directory.parse(load("routing")["directory"].encode("utf-8"))
    vaults = tuple(
        replace(vault, status="revoked") if vault.id in case["revoked"] else vault for vault in directory.vaults
    )
    directory = replace(directory, vaults=vaults)
    epoch = directory.epoch(load("routing")["epoch"])
    assert epoch
    arguments = (directory, epoch, case["committees"], case["excluded"], case["conflicts"])
    if "vaults" in case:
        assert [*readers(*arguments)] == case["vaults"]
    else:
        with pytest.raises(CryptoError) as refusal:
            readers(*arguments)
        assert refusal.value.code == case["code"]


def judged(reply: Case, directory: Directory, day: str) -> str:
    frame = Frame(message=reply["json"].encode("utf-8"), signature=data(reply["signature"]))
    return judge(Reply.parse(frame.message), frame, directory, day)


@pytest.mark.parametrize("case", load("verdict")["cases"], ids=named)
def test_verdicts(case: Case) -> None:
    whole = load("verdict")
    directory = Directory.parse(whole["directory"].encode("utf-8"))
    directory = replace(directory, vaults=with_vault(case["status"], case["until"]))
    assert judged(whole["reply"], directory, case["day"]) == case["verdict"]


@pytest.mark.parametrize("lie", load("verdict")["lies"])
def test_a_reply_that_lies_is_not_genuine(lie: str) -> None:
    whole = load("verdict")
    directory = Directory.parse(whole["directory"].encode("utf-8"))
    assert judged(whole["lies"][lie], directory, "2026-11-24") == "not-genuine"


def test_a_reply_may_be_one_day_ahead() -> None:
    whole = load("verdict")
    directory = Directory.parse(whole["directory"].encode("utf-8"))
    assert judged(whole["ahead"], directory, "2026-11-24") == "genuine"


def test_a_walk_of_256_changes_is_followed_and_one_more_is_not() -> None:
    changes: list[Note] = []
    for at in range(MOST_CHANGES + 1):
        roots = replace(ROOTS, threshold=1 + at % 2)
        last = RootChange(seq=at + 1, hash=changes[-1].hash() if changes else bytes(32))
        directory = replace(FIRST.directory, seq=at + 2, prev=bytes(32), root_change=last, roots=roots)
        text = compose("directory", PIN.portal, directory.encode())
        changes.append(signed(text, "root-1", "root-2"))
    assert believe(PIN, changes[-2], changes[:-1], DAY).directory.seq == MOST_CHANGES + 1
    with pytest.raises(TrustError, match="broken-walk"):
        believe(PIN, changes[-1], changes, DAY)
