"""Our own vectors in Python; the browser runs the same files."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from crypto.errors import CryptoError, FormatError, ReceiptError, SignatureError
from crypto.public.replies import judge
from crypto.public.routing import readers
from crypto.public.trust import Pin, believe
from crypto.public.verify import holds, verify
from crypto.secret.receipt_keys import ReceiptKeys
from crypto.secret.unseal import unseal
from crypto.wire import age
from crypto.wire.directory import Directory
from crypto.wire.fields import from_base64url as data
from crypto.wire.fields import parse_json
from crypto.wire.frame import MESSAGE_FRAMES, REPLY_FRAMES, Frame, fitting
from crypto.wire.labels import What
from crypto.wire.message import Message, Routing
from crypto.wire.note import Note
from crypto.wire.receipt import format_digits, parse_digits
from crypto.wire.reply import Fragment, Reply, fragments, join
from tests.crypto.vectors import load, named
from tests.vectors.generate import FOLDER, files, text
from tests.vectors.trust_cases import with_vault

Case = dict[str, Any]


def test_the_files_are_what_the_generator_makes() -> None:
    different = [name for name, content in files().items() if (FOLDER / name).read_text("utf-8") != text(content)]
    assert different == []


@pytest.mark.parametrize("case", load("fields")["cases"], ids=named)
def test_strict_json(case: Case) -> None:
    raw = case["json"].encode("utf-8")
    if case["ok"]:
        assert isinstance(parse_json(raw, most=1_000), dict)
    else:
        with pytest.raises(FormatError):
            parse_json(raw, most=1_000)


@pytest.mark.parametrize("case", load("receipt")["cases"], ids=named)
def test_receipts(case: Case) -> None:
    if "receipt" in case:
        assert parse_digits(case["text"]) == data(case["receipt"])
    else:
        with pytest.raises(ReceiptError) as refusal:
            parse_digits(case["text"])
        assert refusal.value.code == case["code"]


def test_receipts_are_written_in_groups() -> None:
    for case in load("receipt")["formatted"]:
        assert format_digits(data(case["receipt"])) == case["text"]


@pytest.mark.parametrize("case", load("derive")["cases"], ids=named)
def test_derivation(case: Case) -> None:
    keys = ReceiptKeys(receipt=data(case["receipt"]), portal=case["portal"], index=case["index"])
    assert keys.reply_seed() == data(case["reply"])
    assert keys.mailbox_secret() == data(case["mailbox"])
    assert keys.mailbox_address() == data(case["address"])
    assert keys.sign_seed() == data(case["sign"])
    for slot, token, submission in zip((0, 15), case["tokens"], case["ids"], strict=True):
        assert keys.delete_token(case["day"], slot) == data(token)
        assert keys.submission_id(case["day"], slot) == data(submission)
    routing = Routing(**{name: tuple(value) for name, value in case["routing"].items()}, tag=bytes(32))
    assert keys.routing_tag(routing) == data(case["tag"])


@pytest.mark.parametrize("case", load("labels")["cases"], ids=named)
def test_labels(case: Case) -> None:
    whole = load("labels")
    arguments = (case["what"], case["portal"], data(case["data"]), data(whole["signature"]), data(whole["key"]))
    if case["ok"]:
        verify(*arguments)
    else:
        with pytest.raises(SignatureError):
            verify(*arguments)


def test_every_label_is_tried_as_another() -> None:
    assert {case["what"] for case in load("labels")["cases"]} == set(get_args(What))


@pytest.mark.parametrize("case", load("ed25519")["cases"], ids=named)
def test_ed25519_at_its_edges(case: Case) -> None:
    message = bytes.fromhex(load("ed25519")["message"])
    assert holds(message, bytes.fromhex(case["signature"]), bytes.fromhex(case["key"])) == case["ok"]


@pytest.mark.parametrize("case", load("frame")["cases"])
def test_frame_sizes(case: Case) -> None:
    sizes = MESSAGE_FRAMES if case["kind"] == "message" else REPLY_FRAMES
    assert fitting(case["length"], sizes) == case["size"]


@pytest.mark.parametrize("case", load("message")["cases"], ids=named)
def test_messages(case: Case) -> None:
    raw = case["json"].encode("utf-8")
    message = Message.parse(raw)
    assert message.encode() == raw
    verify("message", message.portal, raw, data(case["signature"]), message.thread.key)


@pytest.mark.parametrize("case", load("reply")["cases"])
def test_replies(case: Case) -> None:
    pieces = [data(one) for one in case["fragments"]]
    frame_bytes = join(Fragment.parse(piece) for piece in reversed(pieces))
    frame = Frame.parse(frame_bytes, REPLY_FRAMES)
    reply = Reply.parse(frame.message)
    assert frame.message.decode("utf-8") == case["json"]
    assert reply.encode() == frame.message
    assert [*fragments(frame_bytes, reply.id)] == pieces


@pytest.mark.parametrize("case", load("trust")["cases"], ids=named)
def test_trust(case: Case) -> None:
    def decide() -> int:
        pin = Pin.parse(case["pin"].encode("utf-8"))
        newest, *changes = [Note.parse(one.encode("utf-8")) for one in (case["newest"], *case["changes"])]
        return believe(pin, newest, changes, case["day"], case["min_seq"]).directory.seq

    if "seq" in case:
        assert decide() == case["seq"]
    else:
        with pytest.raises(CryptoError) as refusal:
            decide()
        assert refusal.value.code == case["code"]


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


@pytest.mark.parametrize("case", load("verdict")["cases"], ids=named)
def test_verdicts(case: Case) -> None:
    whole = load("verdict")
    directory = Directory.parse(whole["directory"].encode("utf-8"))
    directory = replace(directory, vaults=with_vault(case["status"], case["until"]))
    frame = Frame.parse(data(whole["frame"]), REPLY_FRAMES)
    assert judge(Reply.parse(frame.message), frame, directory, case["day"]) == case["verdict"]


@pytest.mark.parametrize("lie", load("verdict")["lies"])
def test_a_reply_that_lies_is_not_genuine(lie: str) -> None:
    whole = load("verdict")
    directory = Directory.parse(whole["directory"].encode("utf-8"))
    frame = Frame.parse(data(whole["lies"][lie]), REPLY_FRAMES)
    assert judge(Reply.parse(frame.message), frame, directory, "2026-11-24") == "not-genuine"


def test_a_reply_may_be_one_day_ahead() -> None:
    whole = load("verdict")
    directory = Directory.parse(whole["directory"].encode("utf-8"))
    frame = Frame.parse(data(whole["ahead"]), REPLY_FRAMES)
    assert judge(Reply.parse(frame.message), frame, directory, "2026-11-24") == "genuine"


def test_what_was_sealed_by_an_earlier_release_still_opens() -> None:
    whole = load("sealed")
    envelope = data(whole["envelope"])
    age.check_envelope(envelope)
    for seed in whole["seeds"]:
        frame = Frame.parse(unseal(envelope, [data(seed)]), MESSAGE_FRAMES)
        assert frame.message.decode("utf-8") == whole["message"]
    keys = ReceiptKeys(receipt=data(whole["receipt"]), portal=whole["portal"])
    plaintext = unseal(data(whole["slot"]), [keys.reply_seed()])
    reply = Frame.parse(join([Fragment.parse(plaintext)]), REPLY_FRAMES)
    assert reply.message.decode("utf-8") == whole["reply"]
