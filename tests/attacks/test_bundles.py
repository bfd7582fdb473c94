"""Bundles in form whose content lies: altered, forked or borrowed day lists, foreign entries, keys nobody named."""

from collections.abc import Sequence
from dataclasses import replace

from crypto.sign.sign import signed_note, signing_key
from crypto.wire.digest import sha256
from crypto.wire.fields import to_base64url
from crypto.wire.frame import MESSAGE_FRAMES, Frame
from crypto.wire.message import Message
from review.opening import REASONS
from tests.attacks import crafted
from tests.attacks.seen import a_day, carry, refused
from tests.attacks.test_messages import opened_by, signed
from tests.material import DAY, Portal, container
from tests.review.carried import Day, Writer, bundle, bundle_members, close_day, gone_member
from tests.review.conftest import Station


def three_days(portal: Portal) -> list[Day]:
    """One message a day."""
    days: list[Day] = []
    for words in ("One.", "Two.", "Three."):
        writer = Writer(portal=portal)
        days.append(close_day(portal, [writer.seal(writer.account(words))], days))
    return days


def with_note(portal: Portal, days: Sequence[Day], at: int, note: bytes) -> bytes:
    """The bundle of these days with another note in the place of one."""
    return bundle(portal, [replace(day, note=note) if day is days[at] else day for day in days])


def test_a_day_list_that_was_altered_refuses_the_whole(station: Station, portal: Portal) -> None:
    days = three_days(portal)
    altered = days[1].note.replace(DAY.encode(), b"2026-11-09", 1)
    assert refused(station, with_note(portal, days, 1, altered)) == ("file-damaged", "bad-signature: note by intake")
    assert station.take("cat", bundle(portal, days)).figures["new"] == 3


def test_a_day_list_that_another_key_signed_refuses_the_whole(station: Station, portal: Portal) -> None:
    days = three_days(portal)
    for seed in (signing_key(), portal.post_seed, portal.vaults["cat"].sign_seed):
        note = signed_note("day", portal.name, days[1].manifest.encode(), "intake", seed)
        assert refused(station, with_note(portal, days, 1, note)) == ("file-damaged", "bad-signature: note by intake")
    assert station.take("cat", bundle(portal, days)).figures["new"] == 3


def test_a_day_list_under_another_label_is_none(station: Station, portal: Portal) -> None:
    days = three_days(portal)
    today = signed_note("today", portal.name, days[2].manifest.encode(), "intake", portal.intake_seed)
    assert refused(station, with_note(portal, days, 2, today)) == ("file-damaged", "bad-format: note label day")
    assert station.take("cat", bundle(portal, days)).figures["new"] == 3


def test_a_second_history_of_the_days_is_refused(station: Station, portal: Portal) -> None:
    days = three_days(portal)
    station.take("cat", bundle(portal, days[:2]))
    other_end = close_day(portal, [], [*days[:1], a_day(portal)])
    fork = [days[0], close_day(portal, [], days[:1]), other_end]
    assert refused(station, bundle(portal, fork))[0] == "days-differ"
    assert refused(station, bundle(portal, [other_end]))[0] == "days-broken"
    assert station.take("cat", bundle(portal, days)).figures["new"] == 1


def test_a_history_with_a_gap_is_refused(station: Station, portal: Portal) -> None:
    days = three_days(portal)
    assert refused(station, bundle(portal, [days[0], days[2]]))[0] == "days-missing"
    assert refused(station, bundle(portal, days[1:]))[0] == "days-missing"
    assert station.take("cat", bundle(portal, days)).figures["new"] == 3


def test_an_envelope_of_another_day_is_no_entry_of_this_one(station: Station, portal: Portal) -> None:
    days = three_days(portal)
    name, envelope = next(iter(days[0].envelopes.items()))
    moved = [*bundle_members(portal, days), (f"envelope/00000004/{to_base64url(name)}", envelope)]
    assert refused(station, container(moved))[0] == "entry-unknown"
    swapped = replace(days[2], envelopes=dict.fromkeys(days[2].envelopes, envelope))
    assert refused(station, bundle(portal, [*days[:2], swapped]))[0] == "entry-altered"
    assert station.take("cat", bundle(portal, days)).figures["new"] == 3


def test_a_gone_note_that_names_a_foreign_entry_refuses_the_whole(station: Station, portal: Portal) -> None:
    days = three_days(portal)
    gone = list(days[0].envelopes)
    whole = bundle_members(portal, days)
    rest = [member for member in whole if not member[0].startswith("envelope/00000001/")]
    at = next(at for at, (name, _) in enumerate(rest) if name.startswith("envelope/"))
    for lie in (
        gone_member(portal, 1, [*gone, b"\xff" * 16]),
        gone_member(portal, 1, list(days[1].envelopes)),
        gone_member(portal, 2, gone, under=1),
    ):
        assert refused(station, container([*rest[:at], lie, *rest[at:]])) == (
            "file-damaged",
            "bad-format: gone/1",
        )
    report = station.take("cat", container([*rest[:at], gone_member(portal, 1, gone), *rest[at:]]))
    assert (report.figures["gone"], report.figures["new"]) == (1, 2)


def test_a_key_file_that_no_directory_names_is_not_kept(station: Station, portal: Portal) -> None:
    members = bundle_members(portal, [a_day(portal)])
    at = next(at for at, (name, _) in enumerate(members) if name.startswith("keys/"))
    files = [data for name, data in members if name.startswith("keys/")]
    theirs = bytes([files[0][0] ^ 1]) + files[0][1:]
    listed = sorted([*files, theirs], key=sha256)
    keys = [(f"keys/{to_base64url(sha256(data))}", data) for data in listed]
    more = [*members[:at], *keys, *members[at + len(files) :]]
    assert refused(station, container(more)) == ("file-damaged", "bad-format: key file that no directory names")
    lying = [(name, theirs if data == files[0] else data) for name, data in members]
    assert refused(station, container(lying)) == ("file-damaged", "bad-format: keys hash")
    assert station.take("cat", container(members)).figures["new"] == 1


def test_no_envelope_stops_the_others(station: Station, portal: Portal) -> None:
    victim = Writer(portal=portal)
    first = close_day(portal, [victim.seal(victim.account())])
    hostile = one_of_each(portal, victim, first)
    assert set(hostile) >= set(REASONS)
    writers = [Writer(portal=portal) for _ in range(len(hostile) + 1)]
    good = [writer.account(f"Good message {at}.") for at, writer in enumerate(writers)]
    envelopes = [writer.seal(message) for writer, message in zip(writers, good, strict=True)]
    mixed = [one for pair in zip(envelopes, hostile.values(), strict=False) for one in pair] + envelopes[-1:]
    seen = carry(station, *mixed, before=[first])
    assert set(seen.messages) >= {message.encode() for message in good}
    assert len(seen.messages) == len(good) + 1
    assert seen.reasons == sorted(REASONS)
    assert seen.figures["foreign"] == len(hostile) - len(REASONS)


def one_of_each(portal: Portal, victim: Writer, first: Day) -> dict[str, bytes]:
    """Envelopes by the reason for which they are set aside, and others that are dropped."""
    writer, for_ced = Writer(portal=portal), Writer(portal=portal, committees=("ced",))
    elsewhere = Writer(portal=replace(portal, name="other.sealed-intake"))
    message = writer.account()
    good = writer.seal(message)
    newer = message.encode().replace(b'"kind":"account"', b'"kind":"later"')
    spoilt = [crafted.stanza(crafted.with_share(key, bytes(32))) for key in crafted.decoys(16)]
    return {
        "damaged": good[:-1] + bytes([good[-1] ^ 1]),
        "frame": portal.seal(b"\xff" * MESSAGE_FRAMES[0]),
        "not-understood": portal.seal(signed(writer, message, newer)),
        "message": portal.seal(signed(writer, message, b'{"v":1}')),
        "signature": portal.seal(Writer(portal=portal).frame(message)),
        "other-portal": portal.seal(elsewhere.frame(elsewhere.account())),
        "misdirected": portal.seal(for_ced.frame(for_ced.account())),
        "same-id": victim.seal(replace(victim.account("Other words."), id=first_account(portal, first).id)),
        "low order": crafted.age_file(bytes(MESSAGE_FRAMES[0]), bytes(16), spoilt),
        "no age file": bytes(57_782),
        "one byte": b"x",
        "a stranger's": for_ced.seal(for_ced.account()),
        "a header alone": good[:24_982],
        "a megabyte of stanzas": b"age-encryption.org/v1\n" + b"-> a\n\n" * 200_000,
    }


def first_account(portal: Portal, day: Day) -> Message:
    """The one message of a day."""
    frames = [Frame.parse(opened_by(portal, "cat", one), MESSAGE_FRAMES) for one in day.envelopes.values()]
    return Message.parse(frames[0].message)
