"""What a keeper shows of its vault: plain values for the pipe, never a key, a seed or a thread key."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from crypto.public.trust import Pin
from crypto.wire.digest import sha256
from crypto.wire.directory import Directory
from crypto.wire.fields import parse_json, to_base64url
from crypto.wire.message import AccountBody, ConsentAnswerBody, FollowupBody, Message, Routing
from crypto.wire.note import Note
from crypto.wire.record import NamedDirectory, NamedManifest, Record
from crypto.wire.reply import ConsentRequestBody, Reply
from review.aims import aims
from review.attached import missing_parts
from review.belief import Belief, known_belief
from review.facts import whole_until
from review.records import Case, StoredMessage, StoredReply, Summary, Turn
from review.refusals import Refused
from review.standing import answer_state, answered_turn
from review.store import Store

TURNS_ON_A_PAGE = 20
OTHERS_ON_A_PAGE = 5
_MOST_ROUTING = 4_096

View = dict[str, Any]


def belief_of(store: Store, day: str) -> Belief:
    """What the vault believes on this day, of what its imports brought."""
    own = store.own()
    if own.pin is None:
        raise Refused("no-trust")
    if own.believed is None:
        raise Refused("no-directory")
    notes = {seq: Note.parse(data) for seq, data in store.directories().items()}
    return known_belief(Pin.parse(own.pin), notes, own.believed, day)


def state(store: Store, day: str) -> View:
    """The vault at a glance: who it is, what it believes, what waits."""
    own = store.own()
    directory = belief_of(store, day).directory if own.pin is not None and own.believed is not None else None
    return {
        "vault": own.name,
        "titles": _titles(directory, own.name),
        "committees": _committees(directory, own.name),
        "directory": None if directory is None else directory.seq,
        "expires": None if directory is None else directory.expires,
        "expired": directory is not None and directory.expires <= day,
        "last_day": store.last_day(),
        "replies_waiting": store.waiting_replies(),
        "aside": store.count_aside(),
        "absent": len(store.absent()),
        "lost": len(store.lost()),
        "backup": _backup(store),
    }


def case(store: Store, number: int, before: int = 0) -> View:
    """One case as a conversation: its newest turns, or as many as a page holds `before` this place."""
    found, total, summary = find_case(store, number), store.count_turns(number), store.summary(number)
    end = min(before or total, total)
    start = max(0, end - TURNS_ON_A_PAGE)
    shown = store.turns(number, skip=start, most=end - start)
    others = store.sharing_mailbox(number, OTHERS_ON_A_PAGE + 1)
    return {
        **head(found),
        "same_mailbox": [{"number": one.number, "pseudonym": one.pseudonym} for one in others[:OTHERS_ON_A_PAGE]],
        "more_of_same_mailbox": len(others) > OTHERS_ON_A_PAGE,
        "aims": _aims(found, summary),
        "acknowledged": store.first_reply(number, "acknowledgment"),
        "earlier": start,
        "later": total - end,
        "turns": _turns(store, number, shown),
    }


def unread_elsewhere(store: Store, number: int) -> View:
    """How many messages of a case nobody has read, and before which place the page with the oldest of them ends."""
    unread, first = store.summary(number).unread, store.first_unread(number)
    return {"count": unread, "before": 0 if first is None else page_of(store, number, first)}


def page_of(store: Store, number: int, turn: int) -> int:
    """Before which place the page ends that holds this turn; the newest page ends at the end."""
    total, place = store.count_turns(number), store.position(number, turn)
    return total - (total - 1 - place) // TURNS_ON_A_PAGE * TURNS_ON_A_PAGE


def _turns(store: Store, number: int, shown: Sequence[Turn]) -> list[View]:
    messages = store.messages(number, [one.turn for one in shown if not one.is_reply])
    said = {one.turn: (one, Message.parse(one.data)) for one in messages}
    answered = [one.body.answers_to for _, one in said.values() if isinstance(one.body, FollowupBody)]
    days = store.reply_days(number, [one for one in answered if one is not None])
    views = {turn: {**_message(one, it, days), **_files(store, number, it)} for turn, (one, it) in said.items()}
    for one in store.replies(number, [one.turn for one in shown if one.is_reply]):
        views[one.turn] = _reply(one, Reply.parse(one.data))
    for turn, (stored, it) in said.items():
        if isinstance(it.body, ConsentAnswerBody):
            views[turn] |= _answered(store, number, it, stored.arrived)
    return [{"turn": one.turn, **views[one.turn]} for one in shown]


def _answered(store: Store, number: int, message: Message, day: str) -> View:
    """What a signed answer counts for, and what was asked, where it was asked in this case."""
    turn = answered_turn(store, message, number)
    asked = None
    for one in store.replies(number, [] if turn is None else [turn]):
        body = Reply.parse(one.data).body
        if isinstance(body, ConsentRequestBody):
            asked = {"turn": turn, "measure": body.measure, "recipient": body.recipient}
    return {"counts": answer_state(store, message, day), "asked": asked}


def _aims(found: Case, summary: Summary) -> View | None:
    """By when the person should hear from the desk, if they want to."""
    if found.thread.recipient is None or summary.first_arrived is None:
        return None
    return asdict(aims(summary.first_arrived, [] if summary.replied is None else [summary.replied]))


def aside(store: Store) -> View:
    """What was set aside, newest first: where it stood and why, none of its words."""
    return {
        "aside": [
            {"submission": to_base64url(one.submission), "arrived": one.arrived, "reason": one.reason}
            for one in store.aside()
        ]
    }


def files(store: Store, number: int, turn: int) -> View:
    """The files of one message of a case."""
    message = message_with_files(store, number, turn)
    return {"pseudonym": find_case(store, number).pseudonym, **_files(store, number, message)}


def message_with_files(store: Store, number: int, turn: int) -> Message:
    """The message of this turn, which has files."""
    find_case(store, number)
    stored = store.message(number, turn)
    message = None if stored is None else Message.parse(stored.data)
    if message is None or message.attachments is None:
        raise Refused("no-files")
    return message


def folder_name(pseudonym: str, turn: int) -> str:
    """How the folder with the files of a message is called."""
    return f"{pseudonym.replace(' ', '-')}-{turn}"


def record(store: Store, belief: Belief, day: str, n: int) -> Record:
    """What the vault can say of itself under this number.

    Of its days it names the last before which nothing is absent: intake may delete what a vault says it has kept, once
    a backup that was opened elsewhere holds it too.
    """
    days, seq, last = store.days(), belief.directory.seq, whole_until(store)
    return Record(
        n=n,
        day=day,
        manifest=None if last == 0 else NamedManifest(n=last, hash=days[last].hash),
        backed_up=0 < last <= store.backed_up_until(),
        directory=NamedDirectory(seq=seq, hash=Note.parse(store.directories()[seq]).hash()),
    )


def find_case(store: Store, number: int) -> Case:
    """The case of this number."""
    found = store.case(number)
    if found is None:
        raise Refused("no-case")
    return found


def head(found: Case) -> View:
    """What stands at the head of a case, and in its row of a list."""
    routing = Routing.parse(parse_json(found.routing, most=_MOST_ROUTING))
    return {
        "number": found.number,
        "pseudonym": found.pseudonym,
        "language": found.language,
        "in_danger": found.in_danger,
        "state_veto_day": found.state_veto_day,
        "wants_reply": found.thread.recipient is not None,
        "committees": list(routing.committees),
        "conflicts": list(routing.conflicts),
    }


def _message(stored: StoredMessage, message: Message, reply_days: Mapping[bytes, str]) -> View:
    view: View = {
        "turn": stored.turn,
        "arrived": stored.arrived,
        "written": message.day,
        "language": message.language,
    }
    if isinstance(message.body, AccountBody):
        answers = {name: one if isinstance(one, str) else list(one) for name, one in message.body.answers.items()}
        return {
            **view,
            "kind": "account",
            "questionnaire": to_base64url(message.body.questionnaire),
            "answers": answers,
        }
    if isinstance(message.body, ConsentAnswerBody):
        return {**view, "kind": "consent-answer", "answer": message.body.answer, "text": message.body.text}
    answered = message.body.answers_to
    reply_day = None if answered is None else reply_days.get(answered)
    return {**view, "kind": "followup", "text": message.body.text, "answers_reply_of": reply_day}


def _files(store: Store, number: int, message: Message) -> View:
    """What the message says of its files, how many of their parts are not here, and whether others had their key."""
    attachments = message.attachments
    if attachments is None:
        return {"files": []}
    return {
        "files": [{"name": file.name, "type": file.type, "length": file.length} for file in attachments.files],
        "parts": attachments.mebibytes,
        "missing": missing_parts(store, number, message),
        "seed_reused": store.is_seed_of_others(sha256(attachments.seed), message.thread.key),
    }


def _reply(stored: StoredReply, reply: Reply) -> View:
    view = {
        "kind": reply.kind,
        "day": reply.day,
        "language": reply.body.language,
        "text": reply.body.text,
        "left": stored.left,
        "seen": stored.seen,
    }
    if isinstance(reply.body, ConsentRequestBody):
        body = reply.body
        asked = {"measure": body.measure, "recipient": body.recipient, "proposal": body.proposal}
        view |= {**asked, "identity": body.identity, "expires": body.expires}
    return view


def _backup(store: Store) -> View | None:
    """The last good backup, and how many of the days that were imported it does not hold whole."""
    last = store.last_good_backup()
    if last is None:
        return None
    newer = max(max(store.days(), default=0) - last.newest, whole_until(store) - last.manifest, 0)
    return {"day": last.day, "name": last.name, "newer": newer}


def _titles(directory: Directory | None, name: str) -> dict[str, str] | None:
    vault = None if directory is None else directory.vault(name)
    return None if vault is None else dict(vault.titles)


def _committees(directory: Directory | None, name: str) -> list[View]:
    committees = () if directory is None else directory.committees
    return [{"id": one.id, "names": dict(one.names)} for one in committees if name in one.vaults]
