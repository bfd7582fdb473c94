"""What a keeper shows."""

from crypto.wire.fields import Members
from crypto.wire.message import LANGUAGES
from crypto.wire.reply import CONSENT_REQUEST
from review import journal, lists, views
from review.actions import verification
from review.actions.answer import Answer
from review.inbox import Filter
from review.places import SHOWS
from review.search.words import MOST_SEARCHED, terms
from review.standing import standing
from review.store import Store


def state(store: Store, given: Members, day: str) -> Answer:
    """The vault at a glance."""
    given.end()
    return views.state(store, day)


def check_journal(store: Store, given: Members, _day: str) -> Answer:
    """Whether every entry of the journal still fits the one before."""
    given.end()
    return {"whole": journal.is_whole_in_rows(store.journal_rows())}


def inbox(store: Store, given: Members, day: str) -> Answer:
    """A page of the cases that a filter shows, and how many each filter would."""
    show, language = given.choice("show", SHOWS), given.choice("language", ("", *LANGUAGES))
    page = given.integer("page", least=1)
    given.end()
    return lists.inbox_page(store, Filter(show=show, language=language or None, day=day), page)


def search(store: Store, given: Members, _day: str) -> Answer:
    """A page of what holds all the words; no journal says which they were."""
    words, page = given.text("words", most=MOST_SEARCHED), given.integer("page", least=1)
    given.end()
    return lists.search(store, terms(words), page)


def aside(store: Store, given: Members, _day: str) -> Answer:
    """All that was set aside."""
    given.end()
    return views.aside(store)


def case(store: Store, given: Members, day: str) -> Answer:
    """A page of one case, whose turns are read from now on; what of the others is unread, and where."""
    number, before = given.integer("number", least=1), given.integer("before", least=0)
    given.end()
    found = views.case(store, number, before)
    if store.mark_read(number, [turn["turn"] for turn in found["turns"]]):
        store.note("case-opened", found["pseudonym"], day)
    unread, stands = views.unread_elsewhere(store, number), standing(store, views.find_case(store, number), day)
    for turn in found["turns"]:
        asked = stands.consent("asked", turn["turn"]) if turn["kind"] == CONSENT_REQUEST else None
        if asked is not None:
            turn["state"] = asked.state
    summed = {"verification": verification.summary(store, number), "consent": stands.summary()}
    return {**found, "unread": unread, **summed}
