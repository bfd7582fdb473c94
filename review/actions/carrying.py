"""What a keeper takes from a stick, and what it lays out for one."""

from dataclasses import replace
from pathlib import Path

from crypto.sign.sign import signed_note
from crypto.wire.fields import Members, from_base64url, to_base64url
from crypto.wire.message import HASH_LENGTH
from crypto.wire.note import Note, body
from crypto.wire.post import MOST_SLOTS, Post, PostSlot
from crypto.wire.record import Record
from review import views
from review.actions.answer import MOST_PATH, Answer, Tell
from review.belief import check_active
from review.files import open_regular, telling
from review.refusals import Refused
from review.store import Store
from review.transfer import receive

SLOTS_ON_A_PAGE = 1_000
"""Some 13 MB of a line of the pipe, which holds 64 MiB."""


def take(store: Store, given: Members, day: str, tell: Tell) -> Answer:
    """Imports one file that a courier brought; tells how many of its bytes are read."""
    path = Path(given.text("path", most=MOST_PATH))
    given.end()
    try:
        with open_regular(path) as source:
            report = receive(store, telling(source, tell), day)
    except OSError:
        raise Refused("file-unreadable", path=repr(path.name)) from None
    store.note("file-taken", f"{report.kind} directory {report.directory} days {report.figures['days']}", day)
    return report.to_json()


def waiting(store: Store, given: Members, _day: str) -> Answer:
    """The sealed slots of replies that have not left, a page of whole replies; the next one when these have left."""
    given.end()
    slots = store.waiting_page(SLOTS_ON_A_PAGE)
    return {"slots": [{"mailbox": to_base64url(one.mailbox), "slot": to_base64url(one.slot)} for one in slots]}


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


def left(store: Store, given: Members, day: str) -> Answer:
    """These slots are on a stick now."""
    slots = given.list("slots", most=MOST_SLOTS)
    given.end()
    replies = store.mark_left([from_base64url(str(one), HASH_LENGTH) for one in slots], day)
    if replies:
        store.note("post-left", f"{replies} replies", day)
    return {"replies": replies}


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


def _post_slot(value: object) -> PostSlot:
    members = Members(value, "slot")
    slot = PostSlot(mailbox=members.data("mailbox", HASH_LENGTH), sha256=members.data("sha256", HASH_LENGTH))
    members.end()
    return slot
