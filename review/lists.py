"""The list of cases and what a search found, a page at a time: plain values for the pipe."""

from collections.abc import Sequence
from typing import Any

from crypto.wire.message import Message
from crypto.wire.reply import Reply
from review.inbox import Filter
from review.records import Hit, InboxRow
from review.search.snippets import snippet
from review.search.texts import texts_of_message, texts_of_reply
from review.search.words import Term
from review.store import Store
from review.views import find_case, head, page_of

CASES_ON_A_PAGE = 50
HITS_ON_A_PAGE = 20
MOST_HITS = 1_000
"""Nobody reads further than this; more words find less."""

View = dict[str, Any]


def inbox(store: Store, wanted: Filter | None = None, *, skip: int = 0, most: int | None = None) -> View:
    """Cases in the order of their need, those of a filter."""
    return {"cases": [_row(row) for row in store.inbox(wanted, skip=skip, most=most)]}


def inbox_page(store: Store, wanted: Filter, page: int) -> View:
    """A page of the list, as many pages as there are, what other filters would show in its language and in any
    (`of_any`), and who has waited longest.
    """
    counts, longest = store.count_cases(wanted.language, wanted.day), store.longest_waiting()
    of_any = counts if wanted.language is None else store.count_cases(None, wanted.day)
    pages = max(1, -(-counts[wanted.show] // CASES_ON_A_PAGE))
    page = min(page, pages)
    return {
        **inbox(store, wanted, skip=(page - 1) * CASES_ON_A_PAGE, most=CASES_ON_A_PAGE),
        "page": page,
        "pages": pages,
        "counts": counts,
        "of_any": of_any,
        "languages": store.count_languages(),
        "longest": None if longest is None else _row(longest),
    }


def search(store: Store, wanted: Sequence[Term], page: int) -> View:
    """A page of what holds all these terms, what came last first."""
    count = store.count_hits(wanted, MOST_HITS) if wanted else 0
    pages = max(1, -(-count // HITS_ON_A_PAGE))
    page = min(page, pages)
    hits = store.search(wanted, skip=(page - 1) * HITS_ON_A_PAGE, most=HITS_ON_A_PAGE) if count else []
    return {
        "hits": [_hit(store, hit, wanted) for hit in hits],
        "count": count,
        "is_more": count == MOST_HITS,
        "page": page,
        "pages": pages,
    }


def _hit(store: Store, hit: Hit, wanted: Sequence[Term]) -> View:
    """Where it is, how it came, and some words around it: texts, each with whether it is what was searched."""
    found, view = find_case(store, hit.number), View()
    for message in store.messages(hit.number, [hit.turn]):
        texts = texts_of_message(Message.parse(message.data))
        view = {"kind": "message", "day": message.arrived, "around": snippet(texts, wanted)}
    for reply in store.replies(hit.number, [hit.turn]):
        said = Reply.parse(reply.data)
        view = {"kind": "reply", "day": said.day, "around": snippet(texts_of_reply(said), wanted)}
    if not view:
        view = {"kind": "case", "day": None, "around": []}
    return {
        **head(found),
        "turn": hit.turn,
        "before": page_of(store, hit.number, hit.turn) if hit.turn else 0,
        **view,
    }


def _row(row: InboxRow) -> View:
    return {
        **head(row.case),
        "arrived": row.arrived,
        "messages": row.messages,
        "unread": row.unread,
        "waiting": row.waiting,
        "waits_since": row.waits_since,
        "due": row.due,
        "shares_mailbox": row.shares_mailbox,
    }
