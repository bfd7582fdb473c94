"""Vectors of what is signed as a note and of freshness; `intake/browser/test/vectors_notes.test.ts` runs the same."""

import json
from collections.abc import Callable
from typing import Any, Protocol

import pytest

from crypto.errors import CryptoError
from crypto.public.freshness import freshness
from crypto.public.keys import check_key_file
from crypto.public.trust import MOST_PIN, Pin, believe
from crypto.public.verify import note_signers, verify_note
from crypto.wire.day import MOST_MANIFEST, DayManifest, Gone
from crypto.wire.directory import MOST_DIRECTORY, Directory, Epoch, NamedKey
from crypto.wire.fields import from_base64url as data
from crypto.wire.note import MOST_NOTE, Note, body
from crypto.wire.post import MOST_POST, Post
from crypto.wire.record import MOST_RECORD, Record
from tests.crypto.vectors import changed, load, named

Case = dict[str, Any]


class Encoded(Protocol):
    """What a note says."""

    def encode(self) -> bytes: ...


NOTES, KEY_FILE, FRESHNESS = load("note"), load("keyfile"), load("freshness")
PARSERS: dict[str, tuple[Callable[[bytes], Encoded], int]] = {
    "directory": (Directory.parse, MOST_DIRECTORY),
    "pin": (Pin.parse, MOST_PIN),
    "day": (DayManifest.parse, MOST_MANIFEST),
    "today": (DayManifest.parse, MOST_MANIFEST),
    "gone": (Gone.parse, MOST_MANIFEST),
    "post": (Post.parse, MOST_POST),
    "record": (Record.parse, MOST_RECORD),
}
SIGNED = tuple(name for name in PARSERS if name not in ("directory", "pin"))


def key_of(value: Case) -> NamedKey:
    return NamedKey(name=value["name"], key=data(value["key"]))


def code_of(act: Callable[[], object]) -> str | None:
    try:
        act()
    except CryptoError as error:
        return error.code
    return None


def signers_of(case: Case) -> list[str]:
    """Who of those that are known signed it, after its text was found right."""
    raw = case["text"].encode("utf-8") if "text" in case else data(case["bytes"])
    note = Note.parse(raw, case.get("most", MOST_NOTE))
    signers = note_signers(note, [key_of(one) for one in NOTES["keys"]])
    assert body(note, NOTES["what"], NOTES["portal"]) == NOTES["json"].encode("utf-8")
    assert note.encode() == raw
    assert (len(signers) < len(note.signatures)) is case.get("stranger", False)
    return sorted(one.name for one in signers)


@pytest.mark.parametrize("case", NOTES["cases"], ids=named)
def test_a_note_is_taken_in_one_form_only(case: Case) -> None:
    if "signers" in case:
        assert signers_of(case) == case["signers"]
    else:
        assert code_of(lambda: signers_of(case)) == case["code"]


def each_of(member: str, *whats: str) -> pytest.MarkDecorator:
    """Every case, or whatever the files hold under this member, with the name of its file."""
    rows = [(what, one) for what in whats for one in load(what)[member]]
    ids = [f"{what} {one if isinstance(one, str) else named(one)}" for what, one in rows]
    return pytest.mark.parametrize(("what", "case"), rows, ids=ids)


@each_of("cases", *PARSERS)
def test_each_rule_of_a_note_s_json(what: str, case: Case) -> None:
    parse, _ = PARSERS[what]
    value = changed(json.loads(load(what)["bases"][case["base"]]), case)
    raw = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    assert code_of(lambda: parse(raw)) == case.get("code")
    if "code" not in case:
        assert json.loads(parse(raw).encode()) == value


@each_of("bases", *PARSERS)
def test_what_is_changed_is_taken_as_it_stands(what: str, case: str) -> None:
    parse, _ = PARSERS[what]
    raw = load(what)["bases"][case].encode("utf-8")
    assert parse(raw).encode() == raw


def read(what: str, text: str) -> Encoded:
    """From the bytes of a note to what it says, checked in this order."""
    whole, (parse, most) = load(what), PARSERS[what]
    note = Note.parse(text.encode("utf-8"), most)
    verify_note(note, key_of(whole["signer"]))
    return parse(body(note, whole["what"], whole["portal"]))


@each_of("notes", *SIGNED)
def test_a_signed_note_says_exactly_these_bytes(what: str, case: str) -> None:
    whole = load(what)
    assert read(what, whole["notes"][case]).encode() == whole["bases"][case].encode("utf-8")


@each_of("refused", *SIGNED)
def test_a_note_under_another_label_portal_or_signer_is_refused(what: str, case: Case) -> None:
    assert code_of(lambda: read(what, case["note"])) == case["code"]


@pytest.mark.parametrize("case", KEY_FILE["cases"], ids=named)
def test_a_key_file_is_taken_whole(case: Case) -> None:
    epoch = Epoch.parse(json.loads(KEY_FILE["epoch"]))
    whole = bytearray(data(KEY_FILE["files"][case["file"]]))
    if "at" in case:
        whole[case["at"]] ^= 1
    length = case.get("length", len(whole))
    file = bytes(whole[:length].ljust(length, b"\0"))
    assert code_of(lambda: check_key_file(epoch, file)) == case.get("code")
    if "code" not in case:
        assert check_key_file(epoch, file) == {"cat": file[:1_216], "desk": file[1_216:]}


@pytest.mark.parametrize("case", FRESHNESS["cases"], ids=named)
def test_freshness(case: Case) -> None:
    note = Note.parse(FRESHNESS["directories"][case["directory"]].encode("utf-8"), MOST_DIRECTORY)
    believed = believe(Pin.parse(FRESHNESS["pin"].encode("utf-8")), note, (), case["day"])
    records = [Note.parse(FRESHNESS["records"][name].encode("utf-8"), MOST_RECORD) for name in case["records"]]
    found = freshness(believed, records)
    assert (found.state, found.newer, found.forked) == (case["state"], case["newer"], case["forked"])
    assert freshness(believed, records[::-1]) == found


def test_every_record_of_freshness_is_used() -> None:
    used = {name for case in FRESHNESS["cases"] for name in case["records"]}
    assert used == set(FRESHNESS["records"])
