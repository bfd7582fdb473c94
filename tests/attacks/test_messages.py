"""Messages that are not what they say: forwarded, replayed, forged, out of form. The vault is `cat`."""

from dataclasses import replace

import pytest

from crypto.secret.unseal import unseal
from crypto.sign.sign import sign
from crypto.wire.frame import MESSAGE_FRAMES, Frame, fill
from crypto.wire.labels import What
from crypto.wire.message import Message, NotUnderstoodError
from tests.attacks.seen import carry
from tests.material import Portal
from tests.review.carried import Writer, close_day
from tests.review.conftest import Station


def opened_by(portal: Portal, vault: str, envelope: bytes) -> bytes:
    """The frame that a keyholder has in hand."""
    return unseal(envelope, portal.vaults[vault].seeds.values())


def signed(writer: Writer, message: Message, data: bytes | None = None, what: What = "message") -> bytes:
    """A frame of this message, or of other bytes, signed by the thread of `writer` under a label."""
    data = message.encode() if data is None else data
    return fill(data, sign(what, message.portal, data, writer.keys.sign_seed()), MESSAGE_FRAMES)


def test_a_message_that_a_keyholder_forwards_to_another_committee_is_misdirected(
    station: Station, portal: Portal
) -> None:
    for_ced, for_cat = Writer(portal=portal, committees=("ced",)), Writer(portal=portal)
    frame = opened_by(portal, "ced", for_ced.seal(for_ced.account()))
    honest = for_cat.account()
    seen = carry(station, portal.seal(frame), for_cat.seal(honest))
    assert seen.aside == (("misdirected", frame),)
    assert seen.messages == (honest.encode(),)


def test_a_message_that_a_keyholder_seals_again_to_its_own_committee_is_one_message(
    station: Station, portal: Portal
) -> None:
    writer = Writer(portal=portal)
    message = writer.account()
    envelope = writer.seal(message)
    again = portal.seal(opened_by(portal, "cat", envelope))
    assert again != envelope
    seen = carry(station, envelope, again)
    assert (seen.figures, seen.messages) == ({"new": 1, "double": 1}, (message.encode(),))


def test_a_message_forwarded_many_times_is_set_aside_once(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal, committees=("ced",))
    frames = [writer.frame(writer.account(words)) for words in ("One.", "Two.")]
    seen = carry(station, *(portal.seal(frame) for frame in frames * 3))
    assert (seen.figures, sorted(data for _, data in seen.aside)) == ({"aside": 2, "double": 4}, sorted(frames))


def test_a_followup_that_is_replayed_on_a_later_day_is_not_there_twice(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    followup = writer.followup("It happened again.")
    first = close_day(portal, [writer.seal(writer.account()), writer.seal(followup)])
    later = writer.followup("It happened a third time.")
    seen = carry(station, writer.seal(followup), writer.seal(later), before=[first])
    assert (seen.figures["double"], len(seen.messages), seen.aside) == (1, 3, ())
    assert seen.messages.count(followup.encode()) == seen.messages.count(later.encode()) == 1


def test_other_words_under_the_number_of_a_message_of_the_thread_are_set_aside(
    station: Station, portal: Portal
) -> None:
    writer = Writer(portal=portal)
    followup = writer.followup("It happened again.")
    first = close_day(portal, [writer.seal(writer.account()), writer.seal(followup)])
    other_words = replace(followup, body=writer.followup("It never happened.").body)
    honest = writer.followup("It never happened.")
    seen = carry(station, writer.seal(other_words), writer.seal(honest), before=[first])
    assert seen.aside == (("same-id", writer.frame(other_words)),)
    assert followup.encode() in seen.messages
    assert honest.encode() in seen.messages


def test_nobody_writes_into_a_thread_whose_key_they_lack(station: Station, portal: Portal) -> None:
    writer, stranger = Writer(portal=portal), Writer(portal=portal)
    thread = writer.account().thread
    forged = stranger.frame(replace(stranger.followup("I take it all back."), thread=thread))
    first = close_day(portal, [writer.seal(writer.account())])
    seen = carry(station, portal.seal(forged), writer.seal(writer.followup("I stay with it.")), before=[first])
    assert seen.aside == (("signature", forged),)
    assert seen.figures["followup"] == 1


@pytest.mark.parametrize("label", ["reply", "routing", "record"])
def test_a_signature_of_another_purpose_signs_no_message(station: Station, portal: Portal, label: What) -> None:
    writer = Writer(portal=portal)
    message = writer.account()
    borrowed = signed(writer, message, what=label)
    seen = carry(station, portal.seal(borrowed), portal.seal(signed(writer, message)))
    assert (seen.aside, seen.messages) == ((("signature", borrowed),), (message.encode(),))


def test_a_thread_under_a_key_of_small_order_signs_nothing(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    message = writer.account()
    weak = replace(message, thread=replace(message.thread, key=b"\x01" + bytes(31)))
    forged = fill(weak.encode(), b"\x01" + bytes(63), MESSAGE_FRAMES)
    seen = carry(station, portal.seal(forged), writer.seal(message))
    assert (seen.aside, seen.messages) == ((("signature", forged),), (message.encode(),))


def test_a_message_of_another_portal_is_set_aside(station: Station, portal: Portal) -> None:
    elsewhere = Writer(portal=replace(portal, name="other.sealed-intake"))
    here = Writer(portal=portal)
    frame = elsewhere.frame(elsewhere.account())
    seen = carry(station, portal.seal(frame), here.seal(here.account()))
    assert (seen.reasons, seen.figures["new"]) == (["other-portal"], 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"v":1,', b'{"v":2,'),
        (b'"kind":"account"', b'"kind":"later-kind"'),
        (b'"body":{"v":1,', b'"body":{"v":2,"more":[],'),
    ],
    ids=["version", "kind", "body"],
)
def test_what_a_newer_release_wrote_is_kept_byte_for_byte(
    station: Station, portal: Portal, old: bytes, new: bytes
) -> None:
    writer = Writer(portal=portal)
    message = writer.account()
    data = message.encode().replace(old, new, 1)
    newer = signed(writer, message, data)
    seen = carry(station, portal.seal(newer), writer.seal(message))
    assert seen.aside == (("not-understood", newer),)
    kept = Frame.parse(seen.aside[0][1], MESSAGE_FRAMES)
    with pytest.raises(NotUnderstoodError):
        Message.parse(kept.message)
    assert Message.parse(kept.message.replace(new, old, 1)) == message


def test_a_message_out_of_form_is_kept_and_stops_nobody(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    message = writer.account()
    faults = [
        (b'"seen":[]', b'"seen":[],"seen":[]'),
        (b'"portal":', b'"__proto__":{},"portal":'),
        (b'"directory":1', b'"directory":1.0'),
        (b'"directory":1', b'"directory":0'),
        (b'"excluded":[],"conflicts":[]', b'"conflicts":[],"excluded":[]'),
        (b'"language":"en"', b'"language":"de"'),
        (b'"day":"2026-11-10"', b'"day":"2026-02-30"'),
        (b'"id":"', b'"id":"A'),
    ]
    frames = [signed(writer, message, message.encode().replace(old, new, 1)) for old, new in faults]
    seen = carry(station, *(portal.seal(frame) for frame in frames), writer.seal(message))
    assert sorted(seen.aside) == sorted(("message", frame) for frame in frames)
    assert seen.messages == (message.encode(),)


def test_an_excluded_keyholder_who_gets_the_frame_all_the_same_is_not_its_reader(
    station: Station, portal: Portal
) -> None:
    careful = Writer(portal=portal, committees=("cat", "ced"), excluded=("cat",))
    open_hearted = Writer(portal=portal, committees=("cat", "ced"))
    frame = careful.frame(careful.account())
    seen = carry(station, portal.seal(frame), open_hearted.seal(open_hearted.account()))
    assert (seen.aside, seen.figures["new"]) == ((("misdirected", frame),), 1)
