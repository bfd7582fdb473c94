"""Messages, attachments, replies and consent, case by case (FORMAT.md 6 to 8)."""

import itertools
import json
from dataclasses import replace
from typing import Any

import pytest

from crypto.errors import CryptoError, FormatError
from crypto.public.attachments import part_name
from crypto.public.consent import check_answer, has_consent
from crypto.public.verify import verify
from crypto.wire.attachments import SIZES, Attachments, fitting, plaintext_length
from crypto.wire.digest import sha256
from crypto.wire.fields import encode_json
from crypto.wire.fields import from_base64url as data
from crypto.wire.frame import REPLY_FRAMES, Frame, fill
from crypto.wire.message import Message
from crypto.wire.reply import Fragment, Reply, fragments, join, read_reply
from tests.crypto.vectors import changed, load, named

Case = dict[str, Any]
MESSAGES, REPLIES, CONSENT, ATTACHMENTS = load("message"), load("reply"), load("consent"), load("attachments")


def base_of(whole: dict[str, Any], case: Case) -> dict[str, Any]:
    """The JSON that the case changes."""
    base = whole["bases"][case["base"]]
    value: dict[str, Any] = json.loads(base) if isinstance(base, str) else base
    return value


def framed(case: Case) -> bytes:
    """The frame of a reply, from its JSON, in which the text is repeated, and its signature."""
    value = json.loads(case["json"])
    value["body"]["text"] *= case.get("times", 1)
    return fill(encode_json(value), data(case["signature"]), REPLY_FRAMES)


@pytest.mark.parametrize("case", MESSAGES["cases"], ids=named)
def test_a_message_is_read_and_written_byte_for_byte(case: Case) -> None:
    raw = case["json"].encode("utf-8")
    message = Message.parse(raw)
    assert message.encode() == raw
    verify("message", message.portal, raw, data(case["signature"]), message.thread.key)


@pytest.mark.parametrize("case", MESSAGES["changes"], ids=named)
def test_each_member_of_a_message(case: Case) -> None:
    raw = encode_json(changed(base_of(MESSAGES, case), case))
    if "code" in case:
        with pytest.raises(FormatError) as refusal:
            Message.parse(raw)
        assert refusal.value.code == case["code"]
    else:
        again = Message.parse(raw).encode()
        assert json.loads(again) == json.loads(raw)


def test_every_base_is_taken_as_it_is() -> None:
    for json_text in MESSAGES["bases"].values():
        assert Message.parse(json_text.encode()).encode() == json_text.encode()
    for json_text in REPLIES["bases"].values():
        assert Reply.parse(json_text.encode()).encode() == json_text.encode()


@pytest.mark.parametrize("case", ATTACHMENTS["changes"], ids=named)
def test_each_member_of_attachments_alone_and_in_a_message(case: Case) -> None:
    value = changed(base_of(ATTACHMENTS, case), case)
    message = encode_json({**json.loads(MESSAGES["bases"]["followup"]), "attachments": value})
    if "code" in case:
        with pytest.raises(FormatError) as refusal:
            Attachments.parse(value)
        assert refusal.value.code == case["code"]
        with pytest.raises(FormatError):
            Message.parse(message)
    else:
        assert Attachments.parse(value).to_json() == value
        assert Message.parse(message).attachments == Attachments.parse(value)
        assert Message.parse(message).encode() == message


def test_the_room_of_every_stream_and_the_stream_for_every_total() -> None:
    assert {one["mebibytes"]: one["plaintext"] for one in ATTACHMENTS["sizes"]} == {
        size: plaintext_length(size) for size in SIZES
    }
    for one in ATTACHMENTS["fitting"]:
        assert fitting(one["total"]) == one["mebibytes"], one


def test_the_names_of_parts() -> None:
    for one in ATTACHMENTS["parts"]:
        assert part_name(data(one["seed"]), one["portal"], one["at"]) == data(one["name"])
    assert len({one["name"] for one in ATTACHMENTS["parts"]}) == len(ATTACHMENTS["parts"])


@pytest.mark.parametrize("case", REPLIES["cases"], ids=named)
def test_a_reply_is_cut_into_fragments_that_join_in_any_order(case: Case) -> None:
    frame_bytes = framed(case)
    assert sha256(frame_bytes) == data(case["frame"])
    reply = Reply.parse(Frame.parse(frame_bytes, REPLY_FRAMES).message)
    pieces = fragments(frame_bytes, reply.id)
    assert [sha256(piece) for piece in pieces] == [data(one) for one in case["fragments"]]
    assert join(Fragment.parse(piece) for piece in reversed(pieces)) == frame_bytes
    assert reply.encode() == Frame.parse(frame_bytes, REPLY_FRAMES).message


@pytest.mark.parametrize("case", REPLIES["changes"], ids=named)
def test_each_member_of_a_reply(case: Case) -> None:
    raw = encode_json(changed(base_of(REPLIES, case), case))
    if "code" in case:
        with pytest.raises(FormatError) as refusal:
            Reply.parse(raw)
        assert refusal.value.code == case["code"]
    else:
        assert Reply.parse(raw).encode() == raw


@pytest.mark.parametrize("case", REPLIES["joins"], ids=named)
def test_heaps_of_fragments(case: Case) -> None:
    if "code" in case:
        with pytest.raises(FormatError) as refusal:
            read_reply([Fragment.parse(written(piece)) for piece in case["pieces"]])
        assert refusal.value.code == case["code"]
    else:
        reply, _ = read_reply([Fragment.parse(written(piece)) for piece in case["pieces"]])
        assert reply.id == Reply.parse(Frame.parse(frames_of("four"), REPLY_FRAMES).message).id


def test_a_fragment_is_one_of_one_two_or_four() -> None:
    slot = fragments(frames_of("one"), bytes(16))[0]
    taken = []
    for at, count in itertools.product(range(9), range(9)):
        try:
            Fragment.parse(slot[:16] + bytes([at, count]) + slot[18:])
        except FormatError:
            continue
        taken.append((at, count))
    assert taken == [(0, 1), (0, 2), (0, 4), (1, 2), (1, 4), (2, 4), (3, 4)]


def frames_of(name: str) -> bytes:
    """The frame of a case, by its name."""
    return framed(next(one for one in REPLIES["cases"] if one["name"] == name))


def written(piece: Case) -> bytes:
    """A slot's plaintext, with another id, place or count written on it, cut or continued to `length`."""
    frame = frames_of(piece["of"])
    reply = Reply.parse(Frame.parse(frame, REPLY_FRAMES).message)
    whole = bytearray(fragments(frame, reply.id)[piece["at"]])
    whole[:16] = data(piece["id"]) if "id" in piece else whole[:16]
    whole[16] = piece.get("place", whole[16])
    whole[17] = piece.get("count", whole[17])
    length = piece.get("length", len(whole))
    return bytes(whole[:length]).ljust(length, b"\0")


@pytest.mark.parametrize("case", CONSENT["cases"], ids=named)
def test_what_an_answer_to_a_consent_request_is_worth(case: Case) -> None:
    frame = framed(CONSENT["requests"][case["request"]])
    answer = Message.parse(CONSENT["answers"][case["answer"]].encode("utf-8"))
    if "says" in case:
        assert check_answer(frame, answer, case["day"]) == case["says"]
    else:
        with pytest.raises(CryptoError) as refusal:
            check_answer(frame, answer, case["day"])
        assert refusal.value.code == case["code"]


@pytest.mark.parametrize("case", CONSENT["together"], ids=named)
def test_whether_answers_together_give_consent(case: Case) -> None:
    frame = framed(CONSENT["requests"][case["request"]])
    answers = [(Message.parse(CONSENT["answers"][name].encode("utf-8")), day) for name, day in case["answers"]]
    assert has_consent(frame, iter(answers)) == case["consent"]
    assert has_consent(frame, reversed(answers)) == case["consent"]


def test_consent_to_a_frame_that_holds_no_reply_is_refused_even_without_answers() -> None:
    with pytest.raises(FormatError):
        has_consent(bytes(8_174), [])


def test_only_one_answer_to_one_request_is_a_yes_in_time() -> None:
    said = [case for case in CONSENT["cases"] if case["request"] == "the request" and case.get("says") == "yes"]
    assert {case["answer"] for case in said} == {"yes"}
    assert {case["code"] for case in CONSENT["cases"] if "code" in case} == {
        "other-request",
        "other-thread",
        "consent-expired",
    }


def test_a_reply_cannot_be_made_with_the_body_of_another_kind() -> None:
    words, request = (Reply.parse(REPLIES["bases"][name].encode()) for name in ("text", "consent-request"))
    assert replace(words, kind="acknowledgment").body == words.body
    for reply, kind in ((words, "consent-request"), (request, "text"), (words, "question")):
        with pytest.raises(FormatError):
            replace(reply, kind=kind)
