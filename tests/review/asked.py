"""Consent in the station's tests: a question that is asked, answers that a person signs, entries that are written."""

from dataclasses import replace
from typing import Any

from crypto.wire.digest import sha256
from crypto.wire.fields import Members
from crypto.wire.message import Consent, ConsentAnswerBody, Message
from review import standing
from review.actions import ACTIONS
from review.consent.entries import EXPLAINED, Entry, Person, Recorded, encode
from tests.material import DAY
from tests.review.carried import Day, Writer, bundle, close_day
from tests.review.conftest import Station

TEXT = "We are told that Amina Canary was threatened, and ask what is done to protect her."
RECIPIENT = "Permanent mission, deputy head"
VETO = {"state": ("do_not_contact",)}
QUESTION: dict[str, Any] = {
    "language": "en", "measure": "protection-network", "recipient": RECIPIENT, "identity": "named", "text": TEXT,
    "days": 30, "learn": "What stands in the text.", "help": "They can ask.", "wrong": "They may talk.",
}  # fmt: skip


def act(station: Station, action: str, day: str = DAY, **given: Any) -> dict[str, Any]:
    """What the keeper does when it is asked about the first case."""
    given = {"number": 1, **given}
    return station.look("cat", lambda store: ACTIONS[action](store, Members(given, "with"), day))


def name_of(station: Station) -> str:
    """The pseudonym, which is typed before anything leaves."""
    return str(act(station, "case_head")["pseudonym"])


def ask(station: Station, day: str = DAY, **other: Any) -> bytes:
    """Asks through the thread; the SHA-256 of the request's frame."""
    act(station, "ask_consent", day, **{**QUESTION, **other}, typed=name_of(station))
    return station.look("cat", lambda store: sha256(store.consent_requests(1)[-1][1]))


def write(station: Station, entry: Entry, day: str = DAY) -> int:
    """Writes one entry down."""
    return int(act(station, "write_consent", day, document=encode(entry).decode())["n"])


def recorded(person: int = 2, **other: Any) -> Recorded:
    """A yes of a meeting, of which nothing is missing, to what `QUESTION` asks."""
    start = Recorded(
        person=person, measure="protection-network", recipient=RECIPIENT, identity="named", text=TEXT, days=30,
        said="yes", method="meeting", day=DAY, language="English", explained_by="The focal point", explained=EXPLAINED,
    )  # fmt: skip
    return replace(start, **other)


def somebody(person: int = 2) -> Person:
    """One more person of the case."""
    return Person(person=person, name="A sister", relation="sister")


def answer(writer: Writer, request: bytes, says: Consent, text: str = "") -> Message:
    """A signed answer of the thread."""
    body = ConsentAnswerBody(request=request, answer=says, text=text)
    return replace(writer.followup("x"), body=body)


class Carrier:
    """Closes day after day, and carries each to the station."""

    def __init__(self, station: Station, writer: Writer) -> None:
        self.station, self.writer = station, writer
        self.days: list[Day] = []

    def bring(self, *messages: Message, day: str = DAY) -> None:
        """One more day with these messages."""
        envelopes = [self.writer.seal(message) for message in messages]
        self.days.append(close_day(self.station.portal, envelopes, self.days, day))
        self.station.take("cat", bundle(self.station.portal, self.days), day)

    def bring_frame(self, frame: bytes, day: str = DAY) -> None:
        """One more day with an envelope around this frame."""
        envelope = self.station.portal.seal(frame, committees=("cat",), epoch="2026-11")
        self.days.append(close_day(self.station.portal, [envelope], self.days, day))
        self.station.take("cat", bundle(self.station.portal, self.days), day)


def stands(station: Station, day: str = DAY) -> standing.Standing:
    """Where consent stands in the first case."""

    def look(store: Any) -> standing.Standing:
        case = store.case(1)
        assert case is not None
        return standing.standing(store, case, day)

    return station.look("cat", look)


def state(station: Station, day: str = DAY) -> str:
    """Of the last question of the first case."""
    return stands(station, day).consents[-1].state
