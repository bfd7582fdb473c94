"""What a keeper shows."""

from crypto.wire.fields import Members
from review import journal, views
from review.actions import verification
from review.actions.answer import Answer
from review.store import Store


def state(store: Store, given: Members, day: str) -> Answer:
    """The vault at a glance."""
    given.end()
    return views.state(store, day)


def check_journal(store: Store, given: Members, _day: str) -> Answer:
    """Whether every entry of the journal still fits the one before."""
    given.end()
    return {"whole": journal.is_whole(store.journal())}


def inbox(store: Store, given: Members, _day: str) -> Answer:
    """All cases."""
    given.end()
    return views.inbox(store)


def aside(store: Store, given: Members, _day: str) -> Answer:
    """All that was set aside."""
    given.end()
    return views.aside(store)


def case(store: Store, given: Members, day: str) -> Answer:
    """One case, read from now on."""
    number, before = given.integer("number", least=1), given.integer("before", least=0)
    given.end()
    found = views.case(store, number, before)
    if store.mark_read(number):
        store.note("case-opened", found["pseudonym"], day)
    return {**found, "verification": verification.summary(store, number)}
