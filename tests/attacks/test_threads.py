"""Attachment seeds that are used again, and answers about consent that answer something else."""

from dataclasses import replace

import pytest

from crypto.errors import ConsentError
from crypto.public.consent import check_answer, has_consent
from crypto.public.verify import verify
from crypto.sign.sign import sign
from crypto.wire.attachments import AttachedFile, Attachments
from crypto.wire.digest import sha256
from crypto.wire.frame import MESSAGE_FRAMES, REPLY_FRAMES, Frame, fill
from crypto.wire.message import Consent, ConsentAnswerBody, Message
from crypto.wire.reply import ConsentRequestBody, Reply
from review import views
from review.store import Store
from tests.attacks.seen import carry
from tests.material import DAY, Portal
from tests.review.carried import Writer, close_day
from tests.review.conftest import Station
from tests.review.test_import import framed


def no_files(seed: bytes) -> Attachments:
    """One empty file in the smallest stream of this seed."""
    empty = AttachedFile(name="a.txt", type="text/plain", offset=0, length=0, sha256=sha256(b""))
    return Attachments(seed=seed, mebibytes=1, sha256=sha256(b"stream"), files=(empty,))


def with_files(writer: Writer, seed: bytes, words: str = "See the file.") -> Message:
    """A message whose stream has this seed."""
    return replace(writer.account(words), attachments=no_files(seed))


def says_reused(station: Station) -> dict[bytes, bool]:
    """Which messages are shown with the note that another thread had their seed, by id."""
    with station.vaults["cat"].transaction() as connection:
        store = Store(connection)
        turns = [
            (row.case.number, one.turn, one.data) for row in store.inbox() for one in store.messages(row.case.number)
        ]
        return {Message.parse(data).id: views.files(store, number, turn)["seed_reused"] for number, turn, data in turns}


def test_a_seed_that_another_thread_used_is_said_and_the_message_is_taken(station: Station, portal: Portal) -> None:
    writer, thief = Writer(portal=portal), Writer(portal=portal)
    stolen = with_files(thief, b"s" * 32, "I was here first.")
    first = close_day(portal, [thief.seal(stolen)])
    honest, fresh = with_files(writer, b"s" * 32), with_files(writer, b"t" * 32, "Fresh.")
    seen = carry(station, writer.seal(honest), writer.seal(fresh), before=[first])
    assert (seen.aside, seen.figures) == ((), {"new": 3})
    assert says_reused(station) == {stolen.id: True, honest.id: True, fresh.id: False}


def test_a_writer_who_seals_again_keeps_the_seed(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    first = close_day(portal, [writer.seal(with_files(writer, b"s" * 32))])
    again = with_files(writer, b"s" * 32, "The same files; I have changed a word.")
    seen = carry(station, writer.seal(again), before=[first])
    assert (seen.aside, again.encode() in seen.messages) == ((), True)
    assert list(says_reused(station).values()) == [False, False]


def test_a_seed_is_remembered_from_a_message_that_was_not_ours(station: Station, portal: Portal) -> None:
    for_ced, for_cat = Writer(portal=portal, committees=("ced",)), Writer(portal=portal)
    first = close_day(portal, [portal.seal(for_ced.frame(with_files(for_ced, b"s" * 32)))])
    ours = with_files(for_cat, b"s" * 32)
    seen = carry(station, for_cat.seal(ours), before=[first])
    assert (seen.reasons, says_reused(station)) == (["misdirected"], {ours.id: True})


def test_the_same_message_with_its_seed_again_is_one_message(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    message = with_files(writer, b"s" * 32)
    first = close_day(portal, [writer.seal(message)])
    seen = carry(station, writer.seal(message), before=[first])
    assert (seen.aside, seen.messages) == ((), (message.encode(),))
    assert seen.figures == {"new": 1, "double": 1}


def test_what_this_release_does_not_handle_is_kept_so_that_a_later_one_can_read_it(
    station: Station, portal: Portal
) -> None:
    writer = Writer(portal=portal)
    known = writer.followup("I take everything back.")
    later = known.encode().replace(b'"kind":"followup"', b'"kind":"of-a-later-release"')
    frame = framed(writer, later)
    seen = carry(station, portal.seal(frame, committees=("cat",), epoch="2026-11"), writer.seal(known))
    assert (seen.reasons, seen.messages) == (["not-understood"], (known.encode(),))
    kept = Frame.parse(dict(seen.aside)["not-understood"], MESSAGE_FRAMES)
    assert kept.message == later != known.encode()
    verify("message", portal.name, kept.message, kept.signature, known.thread.key)


def consent(writer: Writer, request: bytes, day: str = DAY, answer: Consent = "yes") -> Message:
    """What is said to the request in this frame."""
    body = ConsentAnswerBody(request=sha256(request), answer=answer, text="")
    return replace(writer.account(), body=body, day=day)


def request_frame(portal: Portal, writer: Writer, proposal: str = "They took him on a Monday.") -> bytes:
    """A request by `cat`, which expires on the tenth day."""
    message = writer.account()
    body = ConsentRequestBody(
        language="en",
        text="We would write to the Government.",
        measure="urgent-action",
        proposal=proposal,
        recipient="The Government",
        identity="no-detail",
        expires="2026-11-20",
    )
    reply = Reply(
        id=sha256(proposal.encode())[:16],
        kind="consent-request",
        portal=portal.name,
        thread=message.thread.key,
        committee="cat",
        vault="cat",
        routing=message.routing,
        day=DAY,
        body=body,
    )
    data = reply.encode()
    return fill(data, sign("reply", portal.name, data, portal.vaults["cat"].sign_seed), REPLY_FRAMES)


def test_consent_counts_for_the_one_request_that_it_names(portal: Portal) -> None:
    writer = Writer(portal=portal)
    asked, other = request_frame(portal, writer), request_frame(portal, writer, "They took his whole family.")
    for answer in (consent(writer, other), writer.followup("Yes, please."), consent(writer, asked[:-1] + b"\x01")):
        assert refused(asked, answer, DAY) == "other-request"
    assert check_answer(asked, consent(writer, asked), DAY) == "yes"


def test_consent_of_another_thread_is_none(portal: Portal) -> None:
    writer, stranger = Writer(portal=portal), Writer(portal=portal)
    asked = request_frame(portal, writer)
    assert refused(asked, consent(stranger, asked), DAY) == "other-thread"
    assert check_answer(asked, consent(writer, asked), DAY) == "yes"


@pytest.mark.parametrize("day", ["2026-11-20", "2026-12-24"])
def test_consent_that_comes_when_the_request_has_expired_is_none(portal: Portal, day: str) -> None:
    writer = Writer(portal=portal)
    asked = request_frame(portal, writer)
    assert refused(asked, consent(writer, asked, day), day) == "consent-expired"
    assert check_answer(asked, consent(writer, asked, "2026-11-19"), "2026-11-19") == "yes"


@pytest.mark.parametrize("answer", ["no", "change", "not-now", "questions"])
def test_a_no_that_was_held_back_until_the_request_expired_still_ends_consent(portal: Portal, answer: Consent) -> None:
    writer = Writer(portal=portal)
    asked = request_frame(portal, writer)
    given = (consent(writer, asked, "2026-11-19"), "2026-11-19")
    held_back = (consent(writer, asked, "2026-11-19", answer), "2027-02-01")
    assert has_consent(asked, [given])
    assert not has_consent(asked, [given, held_back])
    assert not has_consent(asked, [held_back, given])


def refused(frame: bytes, answer: Message, day: str) -> str:
    """The code with which the answer is refused."""
    with pytest.raises(ConsentError) as caught:
        check_answer(frame, answer, day)
    return caught.value.code
