"""What a keeper shows of its vault: plain values for the pipe, never a key, a seed or a thread key."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from crypto.public.trust import Pin
from crypto.wire.digest import sha256
from crypto.wire.directory import Directory
from crypto.wire.fields import parse_json, to_base64url
from crypto.wire.message import AccountBody, ConsentAnswerBody, Message, NotUnderstoodError, Routing
from crypto.wire.note import Note
from crypto.wire.record import NamedDirectory, NamedManifest, Record
from crypto.wire.reply import Reply
from review.aims import aims
from review.attached import missing_parts
from review.belief import Belief, known_belief
from review.facts import whole_until
from review.records import Case, StoredMessage, StoredReply
from review.refusals import Refused
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


def inbox(store: Store) -> View:
    """All cases, newest arrival first."""
    return {
        "cases": [
            {
                **_case(row.case),
                "arrived": row.arrived,
                "messages": row.messages,
                "unread": row.unread,
                "waiting": row.waiting,
                "shares_mailbox": row.shares_mailbox,
            }
            for row in store.inbox()
        ]
    }


def case(store: Store, number: int, before: int = 0) -> View:
    """One case as a conversation: its newest turns, or as many as a page holds `before` this place."""
    found = find_case(store, number)
    messages, replies = store.messages(number), store.replies(number)
    said = {one.data: Message.parse(one.data) for one in messages}
    answered = {one.data: Reply.parse(one.data) for one in replies}
    days = {reply.id: reply.day for reply in answered.values()}
    seen = {reply_id for message in said.values() for reply_id in message.seen}
    turns = [
        (one.turn, {**_message(one, said[one.data], days), **_files(store, number, said[one.data])}) for one in messages
    ]
    turns += [(one.turn, _reply(one, answered[one.data], seen)) for one in replies]
    # One day's envelopes come in no order: what opened the thread stands first.
    turns.sort(key=lambda turn: (turn[1]["kind"] != "account", turn[0]))
    end = min(before or len(turns), len(turns))
    start = max(0, end - TURNS_ON_A_PAGE)
    others = store.sharing_mailbox(number, OTHERS_ON_A_PAGE + 1)
    return {
        **_case(found),
        "same_mailbox": [{"number": one.number, "pseudonym": one.pseudonym} for one in others[:OTHERS_ON_A_PAGE]],
        "more_of_same_mailbox": len(others) > OTHERS_ON_A_PAGE,
        "aims": _aims(found, messages, answered.values()),
        "acknowledged": next((reply.day for reply in answered.values() if reply.kind == "acknowledgment"), None),
        "earlier": start,
        "later": len(turns) - end,
        "turns": [turn for _, turn in turns[start:end]],
    }


def _aims(found: Case, messages: Sequence[StoredMessage], replies: Collection[Reply]) -> View | None:
    """By when the person should hear from the desk, if they want to."""
    if found.thread.recipient is None or not messages:
        return None
    return asdict(aims(min(one.arrived for one in messages), sorted(one.day for one in replies)))


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


def _case(found: Case) -> View:
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
        raise NotUnderstoodError("message.kind")  # set aside at import, so none is ever kept
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


def _reply(stored: StoredReply, reply: Reply, seen: set[bytes]) -> View:
    return {
        "kind": reply.kind,
        "day": reply.day,
        "language": reply.body.language,
        "text": reply.body.text,
        "left": stored.left,
        "seen": reply.id in seen,
    }


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
