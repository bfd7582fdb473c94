"""What a keeper does when it is asked: one function an action, `ACTIONS` is the whole list.

Each takes the transaction's store, the request's values (read strictly, to the last) and the day.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from crypto.public.trust import MOST_PIN, Pin
from crypto.secret.identity import new_seed, public_key
from crypto.secret.offer import Offer
from crypto.sign.sign import public, signed_note
from crypto.wire.digest import sha256
from crypto.wire.fields import Members, from_base64url, to_base64url
from crypto.wire.message import HASH_LENGTH, LANGUAGES
from crypto.wire.note import Note, body
from crypto.wire.post import MOST_SLOTS, Post, PostSlot
from crypto.wire.record import Record
from crypto.wire.reply import KINDS, MOST_REPLY, ReplyBody
from review import journal, views
from review.answering import Written, write_reply
from review.attached import OPENED, save
from review.belief import check_active
from review.content import copied_run
from review.files import open_regular
from review.refusals import Refused
from review.store import Store
from review.transfer import receive

_MOST_PATH = 4_096
_MOST_EPOCHS = 24

Answer = dict[str, Any]


def keys(store: Store, given: Members, day: str) -> Answer:
    """Offers public keys for some months to the ceremony, and makes the seeds that are missing; the others stay."""
    first, months = given.epoch("from"), given.integer("months", least=1, most=_MOST_EPOCHS)
    given.end()
    wanted, known = _months(first, months), store.seeds()
    made = [epoch for epoch in wanted if epoch not in known]
    for epoch in made:
        store.add_seed(epoch, new_seed())
    if made:
        store.note("keys-made", " ".join(made), day)
    own, seeds = store.own(), store.seeds()
    public_keys = {epoch: public_key(seeds[epoch]) for epoch in wanted}
    offer = Offer(vault=own.name, key=public(own.signing_seed), epochs=public_keys).encode()
    return {"offer": offer.decode("utf-8"), "fingerprint": to_base64url(sha256(offer))}


def trust(store: Store, given: Members, day: str) -> Answer:
    """Takes the pin of the station; another one later is refused."""
    pin = Pin.parse(given.text("pin", most=MOST_PIN).encode("utf-8"))
    given.end()
    before = store.own().pin
    if before is not None and before != pin.encode():
        raise Refused("trust-differs")
    if before is None:
        store.set_pin(pin.encode())
        store.note("trust-set", f"{pin.portal} {pin.seq}", day)
    roots = [{"name": one.name, "fingerprint": to_base64url(sha256(one.key))} for one in pin.roots.keys]
    return {"portal": pin.portal, "threshold": pin.roots.threshold, "roots": roots}


def take(store: Store, given: Members, day: str) -> Answer:
    """Imports one file that a courier brought."""
    path = Path(given.text("path", most=_MOST_PATH))
    given.end()
    try:
        with open_regular(path) as source:
            report = receive(store, source, day)
    except OSError:
        raise Refused("file-unreadable", path=repr(path.name)) from None
    store.note("file-taken", f"{report.kind} directory {report.directory} days {report.figures['days']}", day)
    return report.to_json()


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
    return found


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


def waiting(store: Store, given: Members, _day: str) -> Answer:
    """The sealed slots of every reply that has not left."""
    given.end()
    return {
        "slots": [
            {"mailbox": to_base64url(one.mailbox), "slot": to_base64url(one.slot)} for one in store.waiting_slots()
        ]
    }


def sign_post(store: Store, given: Members, day: str) -> Answer:
    """The note of a post, signed by the post key that is valid on its day."""
    slots = [_post_slot(one) for one in given.list("slots", most=MOST_SLOTS)]
    given.end()
    belief, seeds = views.belief_of(store, day), store.post_keys()
    valid = [one.key for one in belief.directory.post if one.from_day <= day < one.until_day and one.key in seeds]
    if not valid:
        raise Refused("no-post-key")
    post = Post(day=day, slots=tuple(sorted(slots, key=lambda one: one.sha256)))
    note = signed_note("post", belief.portal, post.encode(), "post", seeds[valid[0]])
    return {"portal": belief.portal, "note": note.decode("utf-8")}


def record(store: Store, given: Members, day: str) -> Answer:
    """What the vault has kept and which directory it regards as current; the same record while nothing has changed."""
    given.end()
    own, belief = store.own(), views.belief_of(store, day)
    check_active(belief, own.name, own.signing_seed)
    note = own.record
    before = None if note is None else Record.parse(body(Note.parse(note), "record", belief.portal))
    now = views.record(store, belief, day, 1 if before is None else before.n + 1)
    if note is None or before != replace(now, n=now.n - 1):
        note = signed_note("record", belief.portal, now.encode(), own.name, own.signing_seed)
        store.set_record(note)
        store.note("record-signed", f"{now.n}", day)
    return {"portal": belief.portal, "note": note.decode("utf-8")}


def files(store: Store, given: Members, _day: str) -> Answer:
    """The files of one message, and whether they are saved already."""
    number, turn, folder = _message_and_folder(given)
    found = views.files(store, number, turn)
    path = folder / views.folder_name(found["pseudonym"], turn)
    return {**found, "folder": str(path), "saved": os.path.lexists(path)}


def save_files(store: Store, given: Members, day: str) -> Answer:
    """Opens the files of one message into a folder of the station."""
    number, turn, folder = _message_and_folder(given)
    found, message = views.files(store, number, turn), views.message_with_files(store, number, turn)
    store.note("files-saved", f"{found['pseudonym']} {turn}", day)
    path = folder / views.folder_name(found["pseudonym"], turn)
    save(store, number, message, path)
    return {"folder": str(path)}


def left(store: Store, given: Members, day: str) -> Answer:
    """These slots are on a stick now."""
    slots = given.list("slots", most=MOST_SLOTS)
    given.end()
    replies = store.mark_left([from_base64url(str(one), HASH_LENGTH) for one in slots], day)
    if replies:
        store.note("post-left", f"{replies} replies", day)
    return {"replies": replies}


ACTIONS: dict[str, Callable[[Store, Members, str], Answer]] = {
    "keys": keys,
    "trust": trust,
    "take": take,
    "state": state,
    "check_journal": check_journal,
    "inbox": inbox,
    "aside": aside,
    "case": case,
    "try_reply": try_reply,
    "reply": reply,
    "waiting": waiting,
    "sign_post": sign_post,
    "left": left,
    "record": record,
    "files": files,
    "save_files": save_files,
}


def _reply(store: Store, given: Members, day: str) -> tuple[Written, int]:
    """Reads, checks and makes the reply that is asked for."""
    number, kind = given.integer("number", least=1), given.choice("kind", KINDS)
    words = ReplyBody(language=given.choice("language", LANGUAGES), text=given.text("text", most=4 * MOST_REPLY))
    given.end()
    found = views.find_case(store, number)
    copied = copied_run(words.text, views.words_of(store, number))
    if copied is not None:
        raise Refused("copied-words", words=copied)
    return write_reply(store.own(), views.belief_of(store, day), found, kind, words, day), number


def _message_and_folder(given: Members) -> tuple[int, int, Path]:
    """Number of the case, turn, and where the station keeps what was saved."""
    number, turn = given.integer("number", least=1), given.integer("turn", least=1)
    station = Path(given.text("station", most=_MOST_PATH))
    given.end()
    return number, turn, station / OPENED


def _post_slot(value: object) -> PostSlot:
    members = Members(value, "slot")
    slot = PostSlot(mailbox=members.data("mailbox", HASH_LENGTH), sha256=members.data("sha256", HASH_LENGTH))
    members.end()
    return slot


def _months(first: str, count: int) -> list[str]:
    start = int(first[:4]) * 12 + int(first[5:]) - 1
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(start, start + count)]
