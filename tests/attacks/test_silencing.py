"""Whoever knows an id, a mailbox or a seed of somebody else uses it first, so that the owner is not heard.

A keyholder knows all three of everybody who wrote to him, and somebody who carries or serves may help him to be first.
"""

from dataclasses import replace
from typing import Any

import pytest

from crypto.wire.attachments import PART_LENGTH
from crypto.wire.message import Message
from review import attached, lists, views
from tests.attacks.seen import carry
from tests.attacks.test_threads import with_files
from tests.material import Portal, container
from tests.review.carried import Writer, bundle, bundle_members, close_day
from tests.review.conftest import Station

WORDS = "The keyholder of another committee threatens me."


def in_the_mailbox_of(victim: Message, message: Message, *borrowed: str) -> Message:
    """The message under its own key, with the mailbox, the recipient or both of the victim."""
    taken = {name: getattr(victim.thread, name) for name in borrowed}
    return replace(message, thread=replace(message.thread, **taken))


def rows(station: Station, vault: str = "cat") -> dict[int, dict[str, Any]]:
    """The list of cases, by number."""
    return {row["number"]: row for row in station.look(vault, lists.inbox)["cases"]}


def shown(station: Station, number: int, vault: str = "cat") -> dict[str, Any]:
    """A case as the desk gets it."""
    return station.look(vault, lambda store: views.case(store, number))


def others(station: Station, number: int, vault: str = "cat") -> list[int]:
    """The cases of which the page of this one says that they ask for answers in the same mailbox."""
    return [other["number"] for other in shown(station, number, vault)["same_mailbox"]]


@pytest.mark.parametrize("borrowed", [("mailbox",), ("recipient",), ("mailbox", "recipient")])
def test_a_mailbox_or_recipient_that_two_cases_name_marks_both(
    station: Station, portal: Portal, borrowed: tuple[str, ...]
) -> None:
    writer, greedy, third = (Writer(portal=portal) for _ in range(3))
    first = writer.account()
    day = close_day(portal, [writer.seal(first), third.seal(third.account())], ids=[bytes(16), b"\x01" * 16])
    seen = carry(
        station,
        greedy.seal(in_the_mailbox_of(first, greedy.account(), *borrowed)),
        writer.seal(writer.followup("My own mailbox serves me again.")),
        before=[day],
    )
    assert (seen.aside, seen.figures) == ((), {"new": 3, "followup": 1})
    assert {number: row["shares_mailbox"] for number, row in rows(station).items()} == {1: True, 2: False, 3: True}
    assert [others(station, number) for number in (1, 2, 3)] == [[3], [], [1]]
    assert shown(station, 1)["same_mailbox"][0]["pseudonym"] == rows(station)[3]["pseudonym"]


def test_writers_who_want_no_reply_do_not_share_a_mailbox(station: Station, portal: Portal) -> None:
    silent = [Writer(portal=portal, wants_reply=False) for _ in range(2)]
    assert carry(station, *(one.seal(one.account()) for one in silent)).figures == {"new": 2}
    assert [row["shares_mailbox"] for row in rows(station).values()] == [False, False]
    assert others(station, 1) == others(station, 2) == []


def test_more_lures_than_a_page_names_leave_every_case_marked(station: Station, portal: Portal) -> None:
    victim, keyholders = Writer(portal=portal), [Writer(portal=portal) for _ in range(views.OTHERS_ON_A_PAGE + 1)]
    first = victim.account(WORDS)
    *lures, last = [one.seal(in_the_mailbox_of(first, one.account("Noise."), "mailbox")) for one in keyholders]
    day = close_day(portal, [victim.seal(first), *lures], ids=[bytes([n]) * 16 for n in range(len(keyholders))])
    station.take("cat", bundle(portal, [day]))
    assert (len(others(station, 1)), shown(station, 1)["more_of_same_mailbox"]) == (len(lures), False)
    assert carry(station, last, before=[day]).figures == {"new": 1}
    assert (len(others(station, 1)), shown(station, 1)["more_of_same_mailbox"]) == (len(lures), True)
    assert [row["shares_mailbox"] for row in rows(station).values()] == [True] * (len(keyholders) + 1)


def test_a_lure_that_comes_before_the_complaint_silences_nobody(station: Station, portal: Portal) -> None:
    station.add("ced")
    victim, keyholder = Writer(portal=portal), Writer(portal=portal, committees=("ced",))
    to_the_keyholder = victim.account("What the keyholder of cat has read.")
    lure = in_the_mailbox_of(to_the_keyholder, keyholder.account("Hello."), "mailbox", "recipient")
    first = close_day(portal, [keyholder.seal(lure)])
    complainant = Writer(portal=portal, receipt=victim.receipt, committees=("ced",))
    complaint = complainant.account(WORDS, answers={"danger": "hours", "state": "do_not_contact"})
    seen = carry(station, complainant.seal(complaint), before=[first], vault="ced")
    assert (seen.aside, complaint.encode() in seen.messages) == ((), True)
    told = shown(station, 2, "ced")
    assert told["turns"][0]["answers"]["account"] == WORDS
    assert (told["in_danger"], told["state_veto_day"] is not None, told["wants_reply"]) == (True, True, True)
    assert (others(station, 1, "ced"), others(station, 2, "ced")) == ([2], [1])
    lure_alone = shown(station, 1, "ced")
    assert (lure_alone["in_danger"], lure_alone["state_veto_day"]) == (False, None)


@pytest.mark.parametrize("is_first", [True, False])
def test_the_id_of_a_message_in_another_thread_takes_nobodys_place(
    station: Station, portal: Portal, is_first: bool
) -> None:
    victim, keyholder = Writer(portal=portal), Writer(portal=portal)
    honest = victim.account(WORDS)
    twin = replace(keyholder.account("Noise."), id=honest.id)
    ids = [bytes(16), b"\x80" * 16]
    day = close_day(portal, [keyholder.seal(twin), victim.seal(honest)], ids=ids if is_first else ids[::-1])
    seen = carry(station, victim.seal(honest), keyholder.seal(twin), before=[day])
    assert (seen.aside, sorted(seen.messages)) == ((), sorted([honest.encode(), twin.encode()]))
    assert (len(rows(station)), seen.figures) == (2, {"new": 2, "double": 2})


@pytest.mark.parametrize("taken", ["id", "mailbox", "seed"])
def test_what_a_courier_brings_only_after_its_imitation_is_taken_all_the_same(
    station: Station, portal: Portal, taken: str
) -> None:
    victim, keyholder = Writer(portal=portal), Writer(portal=portal)
    honest = with_files(victim, b"v" * 32, WORDS) if taken == "seed" else victim.account(WORDS)
    imitation = {
        "id": replace(keyholder.account("Noise."), id=honest.id),
        "mailbox": in_the_mailbox_of(honest, keyholder.account("Noise."), "mailbox"),
        "seed": with_files(keyholder, b"v" * 32, "Noise."),
    }[taken]
    first = close_day(portal, [victim.seal(honest)])
    days = [first, close_day(portal, [keyholder.seal(imitation)], [first])]
    left_out = [one for one in bundle_members(portal, days) if not one[0].startswith("envelope/00000001/")]
    assert station.take("cat", container(left_out)).figures["absent"] == 1
    report = station.take("cat", bundle(portal, days))
    seen = carry(station, before=days)
    assert (seen.aside, report.figures["new"]) == ((), 1)
    assert honest.encode() in seen.messages


def test_who_sends_a_message_on_before_its_author_hides_no_files(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    message, parts = writer.with_files(writer.account(), {"a.txt": b"words"})
    false = {name: bytes(PART_LENGTH) for name in parts}
    first = close_day(
        portal, [writer.seal(message), writer.seal(message)], ids=[bytes(16), b"\x01" * 16], parts=[{}, false]
    )
    station.take("cat", bundle(portal, [first]))
    assert station.look("cat", lambda store: {one.state for one in store.streams_of(1, message.id)}) == {
        "awaited",
        "unfit",
    }
    second = close_day(portal, [writer.seal(message)], [first], parts=[parts])
    report = station.take("cat", bundle(portal, [first, second]))
    assert (report.figures["double"], report.figures["parts"]) == (1, 1)
    station.look("cat", lambda store: attached.save(store, 1, message, station.folder / "opened" / "x"))
    assert (station.folder / "opened" / "x" / "1").read_bytes() == b"words"
