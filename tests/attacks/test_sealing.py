"""Envelopes that were not sealed as FORMAT.md 2 says, and frames that lie about themselves."""

import secrets
import tracemalloc
from dataclasses import replace

import pytest

from crypto.errors import FormatError
from crypto.sign.sign import sign
from crypto.wire.fields import Members
from crypto.wire.frame import MESSAGE_FRAMES, fill
from review.actions import ACTIONS
from tests.attacks import crafted
from tests.attacks.seen import Seen, carry
from tests.material import DAY, Portal
from tests.review.carried import Writer
from tests.review.conftest import Station

NOTHING = Seen(figures={"foreign": 1}, aside=(), messages=())


def honest(portal: Portal) -> tuple[bytes, bytes]:
    """A frame for `cat`, and the message in it."""
    writer = Writer(portal=portal)
    message = writer.account()
    return writer.frame(message), message.encode()


def test_two_plaintexts_in_one_file_open_for_one_reader_alone(station: Station, portal: Portal) -> None:
    station.add("ced")
    one, other = secrets.token_bytes(16), secrets.token_bytes(16)
    frame, message = honest(portal)
    for_cat, for_ced = (crafted.vault_key(portal, vault) for vault in ("cat", "ced"))

    def envelope(for_the_second: bytes) -> bytes:
        sealed = [crafted.sealed_key(one, for_cat), crafted.sealed_key(for_the_second, for_ced), *crafted.decoys(14)]
        return crafted.age_file(frame, one, [crafted.stanza(key) for key in sealed])

    lie, truth = envelope(other), envelope(one)
    assert carry(station, lie).messages == (message,)
    assert carry(station, lie, vault="ced").aside == (("damaged", lie),)
    station.add("desk")
    assert carry(station, truth, vault="desk") == NOTHING
    fresh = Station(station.folder.with_name("second"), portal)
    fresh.add("ced")
    assert carry(fresh, truth, vault="ced").aside == (("misdirected", frame),)


@pytest.mark.parametrize("share", crafted.LOW_ORDER, ids=lambda share: share.hex()[:8])
@pytest.mark.parametrize("whose", ["ours", "a decoy's"])
def test_an_x25519_share_of_low_order_spoils_the_whole_header(
    station: Station, portal: Portal, share: bytes, whose: str
) -> None:
    file_key = secrets.token_bytes(16)
    frame, message = honest(portal)
    ours, decoys = crafted.sealed_key(file_key, crafted.vault_key(portal, "cat")), crafted.decoys(15)
    control = crafted.age_file(frame, file_key, [crafted.stanza(key) for key in (*decoys, ours)])
    if whose == "ours":
        ours = crafted.with_share(ours, share)
    else:
        decoys[0] = crafted.with_share(decoys[0], share)
    spoilt = crafted.age_file(frame, file_key, [crafted.stanza(key) for key in (*decoys, ours)])
    assert carry(station, spoilt, control) == Seen(figures={"foreign": 1, "new": 1}, aside=(), messages=(message,))


@pytest.mark.parametrize("stanzas", [1, 15, 16, 17, 20, 21])
def test_what_has_not_sixteen_stanzas_is_no_envelope(station: Station, portal: Portal, stanzas: int) -> None:
    file_key = secrets.token_bytes(16)
    frame, message = honest(portal)
    sealed = [crafted.sealed_key(file_key, crafted.vault_key(portal, "cat")), *crafted.decoys(stanzas - 1)]
    seen = carry(station, crafted.age_file(frame, file_key, [crafted.stanza(key) for key in sealed]))
    assert seen == (NOTHING if stanzas != 16 else Seen(figures={"new": 1}, aside=(), messages=(message,)))


@pytest.mark.parametrize(
    "other",
    [
        b"-> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc\nEmECAEcKN+n/Vs9SbWiV+Hu0r+E8R77DdWYyd83nw7U\n",
        b"-> scrypt bBjlhJVYZeE4aqUdmtRHfw 15\nZV/AhotwSGqaPCU43cepl4WYUouAa17a3xpu4G2yi5k\n",
        b"-> grease-x y\nAAAA\n",
    ],
    ids=["x25519", "scrypt", "unknown"],
)
def test_a_stanza_of_another_kind_beside_ours_is_no_envelope(station: Station, portal: Portal, other: bytes) -> None:
    file_key = secrets.token_bytes(16)
    frame, message = honest(portal)
    ours = crafted.stanza(crafted.sealed_key(file_key, crafted.vault_key(portal, "cat")))
    decoys = [crafted.stanza(key) for key in crafted.decoys(15)]
    mixed = crafted.age_file(frame, file_key, [ours, *decoys[1:], other])
    control = crafted.age_file(frame, file_key, [ours, *decoys])
    assert carry(station, mixed, control) == Seen(figures={"foreign": 1, "new": 1}, aside=(), messages=(message,))


@pytest.mark.parametrize("at", ["mac", "nonce", "first chunk", "last chunk"])
def test_what_is_altered_behind_the_stanzas_is_damaged(station: Station, portal: Portal, at: str) -> None:
    writer = Writer(portal=portal)
    good = writer.seal(writer.account("А" * 40_000))
    end = good.index(b"\n--- ") + 1
    place = {"mac": end + 10, "nonce": end + 48, "first chunk": end + 100, "last chunk": len(good) - 1}[at]
    swapped = ord("A") if good[place] != ord("A") else ord("B")
    bad = good[:place] + bytes([swapped]) + good[place + 1 :]
    seen = carry(station, bad, good)
    assert (seen.aside, len(seen.messages)) == ((("damaged", bad),), 1)


def test_chunks_in_another_order_or_of_another_file_are_damaged(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    good, other = (writer.seal(writer.account(letter * 70_000)) for letter in "ab")
    start, chunk = good.index(b"\n--- ") + 49 + 16, 65_536 + 16
    swapped = (
        good[:start] + good[start + chunk : start + 2 * chunk] + good[start : start + chunk] + good[start + 2 * chunk :]
    )
    grafted = good[:start] + other[start:]
    seen = carry(station, swapped, grafted, good, other)
    assert (seen.reasons, len(seen.messages)) == (["damaged", "damaged"], 2)


def lying_frames(frame: bytes) -> dict[str, bytes]:
    """The frame with one lie each; its signature stays right where the lie allows it."""
    length = int.from_bytes(frame[:8], "big")
    longer = frame.ljust(MESSAGE_FRAMES[1], b"\x00")
    return {
        "one more": (length + 1).to_bytes(8, "big") + frame[8:],
        "one less": (length - 1).to_bytes(8, "big") + frame[8:],
        "nothing": bytes(8) + frame[8:],
        "the whole frame": len(frame).to_bytes(8, "big") + frame[8:],
        "2^64 - 1": b"\xff" * 8 + frame[8:],
        "a larger frame than it needs": longer,
        "another algorithm": frame[: 8 + length] + b"\x02" + frame[9 + length :],
        "a longer signature": frame[: 8 + length] + b"\x01\x00\x41" + frame[11 + length :],
        "words behind the signature": frame[:-5] + b"words",
    }


@pytest.mark.parametrize("lie", lying_frames(b"\x00" * 7 + b"\x01" + bytes(MESSAGE_FRAMES[0] - 8)))
def test_a_frame_that_lies_about_its_length_is_set_aside_whole(station: Station, portal: Portal, lie: str) -> None:
    frame, message = honest(portal)
    wrong = lying_frames(frame)[lie]
    seen = carry(station, portal.seal(wrong), portal.seal(frame))
    assert (seen.aside, seen.messages) == ((("frame", wrong),), (message,))


def nests() -> dict[str, bytes]:
    """JSON that fills a frame: deep, or wide with as many values as there is room for."""
    room = 262_069
    deep = b'{"v":' + b"[" * ((room - 6) // 2)
    return {
        "deep": deep + b"]" * (room - len(deep) - 1) + b"}",
        "wide": b'{"v":[' + b",".join([b"[]"] * ((room - 8) // 3)) + b"]}",
        "objects": b'{"v":[' + b",".join([b'{"a":1}'] * ((room - 8) // 8)) + b"]}",
        "digits": b'{"v":' + b"9" * (room - 6) + b"}",
    }


@pytest.mark.parametrize("nest", nests())
def test_nested_json_in_a_frame_is_set_aside_in_little_memory(station: Station, portal: Portal, nest: str) -> None:
    writer = Writer(portal=portal)
    data = nests()[nest]
    frame = fill(data, sign("message", portal.name, data, writer.keys.sign_seed()), MESSAGE_FRAMES)
    hostile, good = portal.seal(frame), writer.seal(writer.account())
    tracemalloc.start()
    seen = carry(station, hostile, good)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (seen.aside, seen.figures["new"]) == ((("message", frame),), 1)
    assert peak < 40_000_000


def test_thirty_megabytes_in_the_place_of_an_envelope_are_never_opened(station: Station, portal: Portal) -> None:
    file_key = secrets.token_bytes(16)
    frame, message = honest(portal)
    stanzas = [crafted.stanza(crafted.sealed_key(file_key, crafted.vault_key(portal, "cat")))]
    stanzas += [crafted.stanza(key) for key in crafted.decoys(15)]
    large = crafted.age_file(b'{"v":' + b"[" * 30_000_000, file_key, stanzas)
    small = crafted.age_file(frame, file_key, stanzas)
    assert carry(station, large, small) == Seen(figures={"foreign": 1, "new": 1}, aside=(), messages=(message,))


@pytest.mark.parametrize("end", [*crafted.LOW_ORDER[:2], b"\xff" * 1_216], ids=["0", "1", "no key"])
def test_a_recipient_that_is_no_key_stops_the_answer_and_nothing_else(
    station: Station, portal: Portal, end: bytes
) -> None:
    writer, honest_writer = Writer(portal=portal), Writer(portal=portal)
    message = writer.account()
    recipient = (message.thread.recipient or b"")[: 1_216 - len(end)] + end
    hostile = replace(message, thread=replace(message.thread, recipient=recipient))
    assert carry(station, writer.seal(hostile), honest_writer.seal(honest_writer.account())).figures == {"new": 2}
    numbers = {row.case.thread.key: row.case.number for row in station.look("cat", lambda store: store.inbox())}
    with pytest.raises(FormatError, match="recipient"):
        answer(station, numbers.pop(message.thread.key))
    assert station.look("cat", lambda store: store.waiting_replies()) == 0
    answer(station, numbers.popitem()[1])
    assert station.look("cat", lambda store: store.waiting_replies()) == 1


def answer(station: Station, number: int) -> None:
    """What the keeper does when it is asked to answer a case."""
    given = {"number": number, "kind": "text", "language": "en", "text": "Thank you."}
    station.look("cat", lambda store: ACTIONS["reply"](store, Members(given, "with"), DAY))
