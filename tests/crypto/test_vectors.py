"""Our own vectors in Python: keys, labels, signatures, frames, sealed things. The browser runs the same files."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from crypto.errors import FormatError, SignatureError
from crypto.public.verify import holds, verify
from crypto.secret.receipt_keys import ReceiptKeys
from crypto.secret.unseal import unseal
from crypto.sign.sign import public
from crypto.wire import age
from crypto.wire.digest import sha256
from crypto.wire.fields import from_base64url as data
from crypto.wire.frame import MESSAGE_FRAMES, REPLY_FRAMES, Frame, fill, fitting
from crypto.wire.labels import What
from crypto.wire.message import Routing
from crypto.wire.reply import Fragment, join
from tests.crypto.vectors import FOLDER, load, named
from tests.vectors.generate import MAKERS, files, text

Case = dict[str, Any]
DERIVE, LABELS, EDGES = load("derive"), load("labels"), load("ed25519")
FRAMES, SEALED = load("frame"), load("sealed")
SIZES = {"message": MESSAGE_FRAMES, "reply": REPLY_FRAMES}

_BOTH = {
    "": ("derive", "labels", "frame", "sealed"),
    "_json": ("fields",),
    "_receipt": ("receipt",),
    "_message": ("message", "attachments", "reply", "consent"),
    "_notes": ("note", "pin", "directory", "keyfile", "freshness", "day", "today", "gone", "post", "record"),
    "_trust": ("trust", "routing", "verdict"),
}
RUN_BY = {
    "ed25519": ("test_vectors.py", "verify.test.ts"),
    **{name: (f"test_vectors{part}.py", f"vectors{part}.test.ts") for part, names in _BOTH.items() for name in names},
}


def test_the_files_are_what_the_generator_makes() -> None:
    different = [name for name, content in files().items() if (FOLDER / name).read_text("utf-8") != text(content)]
    assert different == []


def test_every_vector_file_is_made_by_the_generator_and_run_in_both_languages() -> None:
    stored = {path.stem for path in FOLDER.glob("*.json")}
    assert stored == {Path(name).stem for name in MAKERS} | {"sealed"} == set(RUN_BY)
    here, browser = Path(__file__).parent, Path(__file__).parents[2] / "intake/browser/test"
    for name, (python, typescript) in RUN_BY.items():
        for source in (here / python, browser / typescript):
            pattern = rf'["/]{name}(\.json)?"|^  {name}: \['
            assert re.search(pattern, source.read_text("utf-8"), re.MULTILINE), f"{name} in {source.name}"


@pytest.mark.parametrize("case", DERIVE["cases"], ids=named)
def test_derivation(case: Case) -> None:
    keys = ReceiptKeys(receipt=data(case["receipt"]), portal=case["portal"], index=case["index"])
    assert keys.reply_seed() == data(case["reply"])
    assert keys.mailbox_secret() == data(case["mailbox"])
    assert keys.mailbox_address() == data(case["address"])
    assert keys.sign_seed() == data(case["sign"])
    assert public(keys.sign_seed()) == data(case["thread"])
    assert [keys.delete_token(case["day"], slot) for slot in range(16)] == [data(one) for one in case["tokens"]]
    assert [keys.submission_id(case["day"], slot) for slot in range(16)] == [data(one) for one in case["ids"]]
    assert keys.delete_token("2026-11-25", 0) == data(case["next_day_token"])


def test_no_two_secrets_of_any_receipt_portal_or_index_are_the_same() -> None:
    secrets = [case[name] for case in DERIVE["cases"] for name in ("reply", "mailbox", "sign", "next_day_token")]
    secrets += [token for case in DERIVE["cases"] for token in case["tokens"]]
    assert len(set(secrets)) == len(secrets) == 10 * (4 + 16)


@pytest.mark.parametrize("index", [-1, 65_536, 65_537])
def test_an_index_that_two_bytes_do_not_hold_is_no_thread(index: int) -> None:
    with pytest.raises(FormatError):
        ReceiptKeys(receipt=bytes(16), portal="abc", index=index)


@pytest.mark.parametrize("slot", [-1, 16, 255])
def test_there_are_sixteen_slots_a_day(slot: int) -> None:
    with pytest.raises(FormatError):
        ReceiptKeys(receipt=bytes(16), portal="abc").delete_token("2026-11-24", slot)


@pytest.mark.parametrize("case", DERIVE["tags"], ids=named)
def test_tags_of_routings(case: Case) -> None:
    first = DERIVE["cases"][0]
    keys = ReceiptKeys(receipt=data(first["receipt"]), portal=first["portal"])
    routing = Routing(**{name: tuple(value) for name, value in case["routing"].items()}, tag=bytes(32))
    assert keys.routing_tag(routing) == data(case["tag"])
    assert [one["tag"] for one in DERIVE["tags"]].count(case["tag"]) == 1


def test_a_signature_under_one_label_fails_under_all_thirteen_others() -> None:
    portal, signed, key = LABELS["portal"], data(LABELS["data"]), data(LABELS["key"])
    taken = [
        (label, what)
        for label, signature in LABELS["signatures"].items()
        for what in get_args(What)
        if _verifies(what, portal, signed, data(signature), key)
    ]
    assert taken == [(what, what) for what in get_args(What)]
    assert len(taken) == 14


@pytest.mark.parametrize("case", LABELS["moved"], ids=named)
def test_borders_between_label_portal_and_bytes(case: Case) -> None:
    arguments = (case["what"], case["portal"], data(case["data"]), data(case["signature"]), data(LABELS["key"]))
    assert _verifies(*arguments) == case["ok"]


@pytest.mark.parametrize("case", LABELS["notes"], ids=named)
def test_neither_note_nor_preimage_passes_for_the_other(case: Case) -> None:
    assert holds(data(case["covered"]), data(case["signature"]), data(LABELS["key"])) == case["ok"]


def _verifies(what: What, portal: str, signed: bytes, signature: bytes, key: bytes) -> bool:
    try:
        verify(what, portal, signed, signature, key)
    except SignatureError:
        return False
    return True


@pytest.mark.parametrize("case", EDGES["cases"], ids=named)
def test_ed25519_at_its_edges(case: Case) -> None:
    message = bytes.fromhex(EDGES["message"])
    assert holds(message, bytes.fromhex(case["signature"]), bytes.fromhex(case["key"])) == case["ok"]


@pytest.mark.parametrize("case", FRAMES["cases"])
def test_frame_sizes(case: Case) -> None:
    assert fitting(case["length"], SIZES[case["kind"]]) == case["size"]


@pytest.mark.parametrize("case", FRAMES["built"])
def test_frames_byte_for_byte(case: Case) -> None:
    message, signature = b"a" * case["length"], data(FRAMES["signature"])
    frame = fill(message, signature, SIZES[case["kind"]])
    assert sha256(frame) == data(case["sha256"])
    assert Frame.parse(frame, SIZES[case["kind"]]) == Frame(message=message, signature=signature)


@pytest.mark.parametrize("case", FRAMES["lies"], ids=named)
def test_lies_about_a_frame(case: Case) -> None:
    sizes = SIZES[case["kind"]]
    frame = bytearray(fill(b"a" * case["length"], data(FRAMES["signature"]), sizes)[: case["total"]])
    frame.extend(bytes(case["total"] - len(frame)))
    for at, laid in case["patches"]:
        frame[at : at + len(data(laid))] = data(laid)
    if case["ok"]:
        assert Frame.parse(bytes(frame), sizes).message == b"a" * case["length"]
    else:
        with pytest.raises(FormatError):
            Frame.parse(bytes(frame), sizes)


def test_what_was_sealed_by_an_earlier_release_still_opens() -> None:
    for whole, count in ((SEALED, 2), (SEALED["full"], 16)):
        envelope = data(whole["envelope"])
        age.check_envelope(envelope)
        assert len(whole["seeds"]) == count
        for seed in whole["seeds"]:
            frame = Frame.parse(unseal(envelope, [data(seed)]), MESSAGE_FRAMES)
            assert frame.message.decode("utf-8") == SEALED["message"]


def test_a_slot_and_a_file_of_two_chunks_still_open() -> None:
    keys = ReceiptKeys(receipt=data(SEALED["receipt"]), portal=SEALED["portal"])
    plaintext = unseal(data(SEALED["slot"]), [keys.reply_seed()])
    reply = Frame.parse(join([Fragment.parse(plaintext)]), REPLY_FRAMES)
    assert reply.message.decode("utf-8") == SEALED["reply"]
    chunks = SEALED["chunks"]
    plaintext = unseal(data(chunks["file"]), [data(chunks["seed"])])
    assert (len(plaintext), sha256(plaintext)) == (chunks["length"], data(chunks["sha256"]))
    assert plaintext == (data(chunks["pattern"]) * chunks["length"])[: chunks["length"]]
