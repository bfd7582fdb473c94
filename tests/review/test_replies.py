"""An answer: for one thread alone, signed by the vault, refused when it carries the writer's own words."""

from dataclasses import replace
from typing import Any

import pytest

from crypto.errors import AgeError
from crypto.public.replies import judge
from crypto.wire.age import SLOT_LENGTH
from crypto.wire.fields import Members
from review import views
from review.actions import ACTIONS
from review.refusals import Refused
from review.store import Store
from tests.material import DAY, Portal
from tests.review.carried import WORDS, Writer, bundle, close_day
from tests.review.conftest import Station
from tests.review.reading import open_reply

ANSWER = "Thank you. We have questions; answer them only when it is safe."


def arrive(station: Station, writer: Writer, words: str = WORDS) -> None:
    """One message of this writer, imported."""
    station.take("cat", bundle(station.portal, [close_day(station.portal, [writer.seal(writer.account(words))])]))


def act(station: Station, action: str, **given: Any) -> dict[str, Any]:
    """What the keeper does when it is asked."""
    return station.look("cat", lambda store: ACTIONS[action](store, Members(given, "with"), DAY))


def answer(station: Station, text: str = ANSWER, *, action: str = "reply", language: str = "en") -> dict[str, Any]:
    """An answer to the first case."""
    return act(station, action, number=1, kind="text", language=language, text=text)


def refusal(station: Station, text: str, action: str = "reply") -> Refused:
    """How the answer is refused."""
    with pytest.raises(Refused) as caught:
        answer(station, text, action=action)
    return caught.value


def slots(station: Station) -> list[bytes]:
    """What waits for the next post."""
    return station.look("cat", lambda store: [one.slot for one in store.waiting_slots()])


def test_the_receipt_opens_the_answer_and_the_vault_has_signed_it(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    arrive(station, writer)
    answer(station)
    reply, frame = open_reply(writer, slots(station))
    assert (reply.body.text, reply.committee, reply.vault, reply.day) == (ANSWER, "cat", "cat", DAY)
    assert reply.routing.tag == writer.keys.routing_tag(reply.routing)
    assert judge(reply, frame, portal.directory, DAY) == "genuine"


def test_an_answer_cannot_be_read_with_another_receipt(station: Station, portal: Portal) -> None:
    arrive(station, Writer(portal=portal))
    answer(station)
    with pytest.raises(AgeError):
        open_reply(Writer(portal=portal), slots(station))


def test_an_answer_waits_in_the_mailbox_of_its_thread_and_in_slots_of_one_size(
    station: Station, portal: Portal
) -> None:
    writer = Writer(portal=portal)
    arrive(station, writer)
    answer(station, "А" * 9_000, language="ru")
    waiting = station.look("cat", Store.waiting_slots)
    assert {one.mailbox for one in waiting} == {writer.keys.mailbox_address()}
    assert [len(one.slot) for one in waiting] == [SLOT_LENGTH] * 4
    assert open_reply(writer, slots(station))[0].body.text == "А" * 9_000


def test_looking_at_an_answer_keeps_nothing(station: Station, portal: Portal) -> None:
    arrive(station, Writer(portal=portal))
    assert answer(station, action="try_reply")["text"] == ANSWER
    assert slots(station) == []
    assert station.look("cat", lambda store: store.replies(1)) == []


@pytest.mark.parametrize("action", ["try_reply", "reply"])
def test_six_words_of_theirs_in_a_row_are_refused_with_the_words(station: Station, portal: Portal, action: str) -> None:
    arrive(station, Writer(portal=portal))
    refused = refusal(station, "We read: two days AFTER the meeting, and more.", action)
    assert (refused.code, refused.detail["words"]) == ("copied-words", "two days AFTER the meeting, and")
    assert slots(station) == []


def test_words_of_a_followup_are_refused_too(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    first = close_day(portal, [writer.seal(writer.account())])
    second = close_day(portal, [writer.seal(writer.followup("A white car waits every evening outside."))], [first])
    station.take("cat", bundle(portal, [first, second]))
    assert refusal(station, "So a white car waits every evening?").code == "copied-words"


def test_a_writer_who_wants_no_answer_gets_none(station: Station, portal: Portal) -> None:
    arrive(station, Writer(portal=portal, wants_reply=False))
    assert refusal(station, ANSWER).code == "no-reply-wanted"
    assert act(station, "case", number=1, before=0)["wants_reply"] is False


def test_a_writer_who_first_wants_no_answer_and_then_does_gets_one(station: Station, portal: Portal) -> None:
    silent = Writer(portal=portal, wants_reply=False)
    spoken = replace(silent, wants_reply=True)
    first = close_day(portal, [silent.seal(silent.account())])
    second = close_day(portal, [spoken.seal(spoken.followup("You may write to me."))], [first])
    third = close_day(portal, [silent.seal(silent.followup("I moved."))], [first, second])
    station.take("cat", bundle(portal, [first]))
    assert refusal(station, ANSWER).code == "no-reply-wanted"
    station.take("cat", bundle(portal, [first, second, third]))
    assert act(station, "case", number=1, before=0)["wants_reply"] is True
    answer(station, ANSWER)
    assert station.look("cat", lambda store: [one.mailbox for one in store.waiting_slots()]) == [
        spoken.keys.mailbox_address()
    ]


def test_an_answer_that_does_not_fit_says_by_how_much(station: Station, portal: Portal) -> None:
    arrive(station, Writer(portal=portal))
    refused = refusal(station, "x" * 33_000)
    assert refused.code == "reply-too-long"
    over = int(refused.detail["over"])
    answer(station, "x" * (33_000 - over))
    assert refusal(station, "x" * (33_001 - over)).detail["over"] == 1


def test_an_answer_without_words_is_refused(station: Station, portal: Portal) -> None:
    arrive(station, Writer(portal=portal))
    assert refusal(station, " \n").code == "reply-empty"


def test_a_case_is_a_conversation_in_order(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    first = close_day(portal, [writer.seal(writer.account())])
    station.take("cat", bundle(portal, [first]))
    answer(station)
    reply, _ = open_reply(writer, slots(station))
    more = writer.followup("Yes.", answers_to=reply.id, seen=(reply.id,))
    station.take("cat", bundle(portal, [first, close_day(portal, [writer.seal(more)], [first])]))
    turns = station.look("cat", lambda store: views.case(store, 1))["turns"]
    assert [turn["kind"] for turn in turns] == ["account", "text", "followup"]
    assert turns[1]["seen"] is True
    assert turns[2]["answers_reply_of"] == DAY


def test_a_case_waits_until_it_is_answered_and_again_after_a_followup(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    first = close_day(portal, [writer.seal(writer.account())])
    seen = []
    station.take("cat", bundle(portal, [first]))
    seen.append(station.look("cat", lambda store: store.inbox()[0].waiting))
    answer(station)
    seen.append(station.look("cat", lambda store: store.inbox()[0].waiting))
    second = close_day(portal, [writer.seal(writer.followup("More."))], [first])
    station.take("cat", bundle(portal, [first, second]))
    seen.append(station.look("cat", lambda store: store.inbox()[0].waiting))
    assert seen == [True, False, True]


def test_opening_a_case_marks_it_read_and_is_remembered_once(station: Station, portal: Portal) -> None:
    arrive(station, Writer(portal=portal))
    act(station, "case", number=1, before=0)
    act(station, "case", number=1, before=0)
    assert station.look("cat", lambda store: store.inbox()[0].unread) == 0
    assert station.look("cat", lambda store: [one.what for one, _ in store.journal()].count("case-opened")) == 1
