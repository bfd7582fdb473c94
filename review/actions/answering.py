"""Replies, from trial to seal."""

from crypto.wire.fields import Members
from crypto.wire.message import LANGUAGES
from crypto.wire.reply import KINDS, MOST_REPLY, ReplyBody
from review import views
from review.actions.answer import Answer
from review.answering import Written, write_reply
from review.content import copied_run
from review.mentions import country_in, date_in, file_in, person_in
from review.prepared import UNFILLED
from review.refusals import RefusalCode, Refused
from review.store import Store
from review.theirs import file_names_of, persons_of, words_of


def try_reply(store: Store, given: Members, day: str) -> Answer:
    """Checks a reply as far as sealing it, and keeps nothing: what would leave, or why it may not."""
    written, _ = _reply(store, given, day)
    return {
        "committee": written.reply.committee,
        "slots": len(written.slots),
        "bytes": sum(len(one.slot) for one in written.slots),
        "text": written.reply.body.text,
        "language": written.reply.body.language,
    }


def reply(store: Store, given: Members, day: str) -> Answer:
    """Seals a reply and lays it out for the next post."""
    written, number = _reply(store, given, day)
    store.add_reply(number, written.reply.id, written.data, written.signature, written.slots)
    store.note("reply-sealed", f"{views.find_case(store, number).pseudonym} {written.reply.kind}", day)
    return {"slots": len(written.slots)}


def check_content(store: Store, number: int, kind: str, text: str) -> None:
    """Refuses what would tell somebody who sees the person's screen whose screen it is.

    An acknowledgment has everybody's words, which no name that a writer chose may forbid.
    """
    found: dict[RefusalCode, str | None] = {
        "copied-words": copied_run(text, words_of(store, number)),
        "names-country": country_in(text),
        "names-date": date_in(text),
    }
    if kind != "acknowledgment":
        found["names-person"] = person_in(text, persons_of(store, number))
        found["names-file"] = file_in(text, file_names_of(store, number))
    for code, words in found.items():
        if words is not None:
            raise Refused(code, words=words)
    if UNFILLED in text:
        raise Refused("reply-unfilled")


def _reply(store: Store, given: Members, day: str) -> tuple[Written, int]:
    """Reads, checks and makes the reply that is asked for."""
    number, kind = given.integer("number", least=1), given.choice("kind", KINDS)
    words = ReplyBody(language=given.choice("language", LANGUAGES), text=given.text("text", most=4 * MOST_REPLY))
    given.end()
    found = views.find_case(store, number)
    check_content(store, number, kind, words.text)
    return write_reply(store.own(), views.belief_of(store, day), found, kind, words, day), number
