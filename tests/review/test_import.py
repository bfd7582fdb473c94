"""What a courier brings and how it is sorted: ours, others', forged, misdirected. No envelope stops another."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from crypto.sign.sign import sign
from crypto.wire.frame import MESSAGE_FRAMES, fill
from review import schema, views
from review.opening import REASONS
from review.store import Store
from tests.material import DAY, Portal
from tests.review.carried import WORDS, Writer, bundle, close_day
from tests.review.conftest import Station


def everything(store: Store) -> tuple[object, ...]:
    """All that an import may change."""
    return (
        store.days(),
        store.inbox(),
        store.aside(),
        store.absent(),
        store.lost(),
        store.handled(),
        store.directories(),
        sorted(store.key_files()),
        sorted(store.post_keys()),
        store.own().believed,
    )


def test_a_message_becomes_a_case_with_its_words(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    report = station.take("cat", bundle(portal, [close_day(portal, [writer.seal(writer.account())])]))
    assert (report.figures["days"], report.figures["new"]) == (1, 1)
    shown = station.look("cat", lambda store: views.case(store, 1))
    assert [turn["answers"]["account"] for turn in shown["turns"]] == [WORDS]
    assert shown["turns"][0]["arrived"] == DAY


def test_the_same_bundle_again_changes_nothing(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    file = bundle(portal, [close_day(portal, [writer.seal(writer.account())])])
    station.take("cat", file)
    before = station.look("cat", everything)
    report = station.take("cat", file)
    assert station.look("cat", everything) == before
    assert report.figures["days"] == report.figures["new"] == 0


def test_a_message_that_was_sent_twice_is_one(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    message = writer.account()
    report = station.take("cat", bundle(portal, [close_day(portal, [writer.seal(message), writer.seal(message)])]))
    assert (report.figures["new"], report.figures["double"]) == (1, 1)


def test_another_message_of_the_thread_under_a_known_number_is_set_aside(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    message = writer.account()
    copy = replace(writer.account("Something else."), id=message.id)
    first = close_day(portal, [writer.seal(message)])
    second = close_day(portal, [writer.seal(copy)], [first])
    station.take("cat", bundle(portal, [first, second]))
    assert station.look("cat", lambda store: [one.reason for one in store.aside()]) == ["same-id"]
    assert station.look("cat", lambda store: len(store.inbox())) == 1
    with station.vaults["cat"].transaction() as connection:
        assert connection.scalar(select(schema.aside.c.data)) == writer.frame(copy)


def test_two_that_are_set_aside_under_one_submission_id_are_both_kept(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal, committees=("ced",))
    first = close_day(portal, [writer.seal(writer.account("One."), to=("cat",))], ids=[bytes(16)])
    second = close_day(portal, [writer.seal(writer.account("Two."), to=("cat",))], [first], ids=[bytes(16)])
    assert station.take("cat", bundle(portal, [first, second])).figures["aside"] == 2
    assert station.look("cat", lambda store: store.count_aside()) == 2


def test_a_followup_joins_the_case_of_its_thread(station: Station, portal: Portal) -> None:
    writer, other = Writer(portal=portal), Writer(portal=portal)
    first = close_day(portal, [writer.seal(writer.account()), other.seal(other.account("Somebody else."))])
    second = close_day(portal, [writer.seal(writer.followup("It happened again."))], [first])
    report = station.take("cat", bundle(portal, [first, second]))
    assert (report.figures["new"], report.figures["followup"]) == (2, 1)
    assert station.look("cat", lambda store: sorted(row.messages for row in store.inbox())) == [1, 2]


def test_what_is_sealed_to_others_is_dropped_and_leaves_no_trace(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal, committees=("ced",))
    report = station.take("cat", bundle(portal, [close_day(portal, [writer.seal(writer.account())])]))
    assert report.figures["foreign"] == 1
    assert station.look("cat", lambda store: (store.inbox(), store.aside())) == ([], [])


def test_both_keyholders_of_a_joint_committee_open_the_same_message(station: Station, portal: Portal) -> None:
    station.add("cmw-1")
    station.add("cmw-2")
    writer = Writer(portal=portal, committees=("cmw",))
    file = bundle(portal, [close_day(portal, [writer.seal(writer.account())])])
    assert [station.take(name, file).figures["new"] for name in ("cmw-1", "cmw-2", "cat")] == [1, 1, 0]


def test_a_message_of_the_last_hours_of_a_month_opens_in_the_next(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    early = close_day(portal, [writer.seal(writer.account("Early."), epoch="2026-12")], day="2026-11-30")
    late = close_day(portal, [writer.seal(writer.account())], [early], day="2026-12-03")
    assert station.take("cat", bundle(portal, [early, late]), "2026-12-04").figures["new"] == 2


def framed(writer: Writer, data: bytes) -> bytes:
    """Bytes in a frame with a right signature."""
    return fill(data, sign("message", writer.portal.name, data, writer.keys.sign_seed()), MESSAGE_FRAMES)


def hostile(portal: Portal) -> dict[str, bytes]:
    """Envelopes that the key of `cat` opens, each wrong in another way."""
    writer, stranger, other = Writer(portal=portal), Writer(portal=portal), Writer(portal=portal, committees=("ced",))
    message = writer.account()
    good = writer.seal(message)
    return {
        "damaged": good[:-1] + bytes([good[-1] ^ 1]),
        "frame": portal.seal(b"\xff" * MESSAGE_FRAMES[0]),
        "message": portal.seal(framed(writer, b'{"v":1}')),
        "not-understood": portal.seal(framed(writer, message.encode().replace(b'{"v":1,', b'{"v":2,', 1))),
        "signature": portal.seal(stranger.frame(message)),
        "other-portal": writer.seal(replace(message, portal="other.sealed-intake")),
        "misdirected": other.seal(other.account(), to=("cat",)),
    }


@pytest.mark.parametrize("reason", sorted(set(REASONS) - {"same-id"}))
def test_what_opens_and_fails_a_check_is_set_aside_and_stops_nobody(
    station: Station, portal: Portal, reason: str
) -> None:
    writer = Writer(portal=portal)
    report = station.take(
        "cat", bundle(portal, [close_day(portal, [hostile(portal)[reason], writer.seal(writer.account())])])
    )
    assert (report.figures["aside"], report.figures["new"]) == (1, 1)
    assert station.look("cat", lambda store: [one.reason for one in store.aside()]) == [reason]
    assert station.look("cat", lambda store: len(store.inbox())) == 1


def test_bytes_that_are_no_age_file_are_dropped_and_stop_nobody(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    good = writer.seal(writer.account())
    junk = b"\x00" * len(good)
    report = station.take("cat", bundle(portal, [close_day(portal, [junk, good[:60], good])]))
    assert (report.figures["foreign"], report.figures["new"]) == (2, 1)


def test_a_message_for_another_committee_never_becomes_a_case(station: Station, portal: Portal) -> None:
    other = Writer(portal=portal, committees=("ced",))
    station.take("cat", bundle(portal, [close_day(portal, [other.seal(other.account(), to=("cat",))])]))
    assert station.look("cat", lambda store: store.inbox()) == []


@pytest.mark.parametrize(("committees", "excluded"), [(("cat",), ("cat",)), (("ced", "desk"), ())])
def test_a_vault_that_the_writer_kept_out_is_misdirected(
    station: Station, portal: Portal, committees: tuple[str, ...], excluded: tuple[str, ...]
) -> None:
    writer = Writer(portal=portal, committees=committees, excluded=excluded)
    station.take("cat", bundle(portal, [close_day(portal, [writer.seal(writer.account(), to=("cat",))])]))
    assert station.look("cat", lambda store: [one.reason for one in store.aside()]) == ["misdirected"]


def test_the_veto_and_the_danger_are_known_before_the_words_are_read(station: Station, portal: Portal) -> None:
    loud, quiet = Writer(portal=portal), Writer(portal=portal)
    answers = {"state": "do_not_contact", "danger": "hours"}
    calm = {"state": "ask_first", "danger": "not_now"}
    envelopes = [loud.seal(loud.account(answers=answers)), quiet.seal(quiet.account(answers=calm))]
    station.take("cat", bundle(portal, [close_day(portal, envelopes)]))
    rows = station.look("cat", lambda store: [row.case for row in store.inbox()])
    assert sorted((row.in_danger, row.state_veto_day or "") for row in rows) == [(False, ""), (True, DAY)]


def test_a_later_message_never_lifts_the_veto(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    first = close_day(portal, [writer.seal(writer.account(answers={"state": "do_not_contact"}))])
    second = close_day(portal, [writer.seal(writer.account("Again.", answers={"state": "ask_first"}))], [first])
    station.take("cat", bundle(portal, [first, second]))
    assert station.look("cat", lambda store: store.inbox()[0].case.state_veto_day) == DAY
