"""What the station holds of a case does not show it when it is printed, as a debugger or a traceback would."""

import re
from dataclasses import asdict
from typing import Any

from crypto.secret.identity import Identities
from crypto.wire.reply import ReplyBody
from review import views
from review.answering import write_reply
from review.answers import raw
from review.forms import Draft
from review.opening import Aside, Opened, open_envelope
from review.store import Store
from tests.material import DAY, Portal
from tests.review.carried import Writer, bundle, close_day
from tests.review.conftest import Station

CANARY = "marmalade-sky-canary"


def values(station: Station, writer: Writer) -> list[Any]:
    """One of every value that holds words or bytes of this writer's case, or of an answer to it."""
    portal, message = station.portal, writer.account(CANARY)
    envelope = writer.seal(message)
    keys = Identities.load(portal.vaults["cat"].seeds.values())
    outcomes = [
        open_envelope(envelope, keys, portal.name, lambda _message: True),
        open_envelope(envelope, keys, portal.name, lambda _message: False),
    ]
    assert [type(one) for one in outcomes] == [Opened, Aside]
    misdirected = Writer(portal=portal, committees=("ced",))
    aside = misdirected.seal(misdirected.account(), to=("cat",))
    station.take("cat", bundle(portal, [close_day(portal, [envelope, aside])]))
    with station.vaults["cat"].transaction() as connection:
        store = Store(connection)
        case = store.case(1)
        assert case is not None
        words = ReplyBody(language="en", text=CANARY)
        written = write_reply(store.own(), views.belief_of(store, DAY), case, "text", words, DAY)
        store.add_reply(1, written.reply.id, written.data, written.signature, written.slots)
        kept = [*store.messages(1), *store.replies(1), *store.inbox(), *store.aside()]
        answers = raw(views.case(store, 1)["turns"][0])
    draft = Draft(kind="text", language="en", text=CANARY, weeks=0)
    return [*outcomes, case, written, *written.slots, *kept, *answers, draft]


def holds_something(text: str) -> bool:
    """Whether words of the case stand in a text, or bytes of anything."""
    return CANARY in text or re.search(r"\bb['\"]", text) is not None


def test_nothing_of_a_case_stands_in_what_is_printed_of_its_values(station: Station, portal: Portal) -> None:
    found = values(station, Writer(portal=portal))
    kinds = {"Opened", "Aside", "Case", "Written", "OutgoingSlot", "StoredMessage", "StoredReply", "InboxRow"}
    assert {type(one).__name__ for one in found} == kinds | {"SetAside", "Answered", "Draft"}
    assert [one for one in found if holds_something(repr(one))] == []
    assert [one for one in found if not holds_something(repr(asdict(one)))] == []
