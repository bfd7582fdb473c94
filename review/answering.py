"""Makes one reply: written, signed by the vault, framed, cut, sealed to the thread (FORMAT.md 8)."""

import secrets
from dataclasses import dataclass, field

from crypto.public.seal import seal_slot
from crypto.sign.sign import sign
from crypto.wire.digest import sha256
from crypto.wire.fields import parse_json
from crypto.wire.frame import REPLY_FRAMES, TooLongError, fill
from crypto.wire.message import ID_LENGTH, Routing
from crypto.wire.reply import MOST_REPLY, ConsentRequestBody, Reply, ReplyBody, fragments
from review.belief import Belief, committee_for
from review.records import Case, OutgoingSlot, Own
from review.refusals import Refused

_MOST_ROUTING = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A signed reply and the slots it travels in."""

    reply: Reply = field(repr=False)
    data: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    frame: bytes = field(repr=False)
    slots: tuple[OutgoingSlot, ...]


def write_reply(
    own: Own, belief: Belief, case: Case, kind: str, words: ReplyBody | ConsentRequestBody, day: str
) -> Written:
    """The reply to this case, or the reason why there can be none."""
    recipient, mailbox = case.thread.recipient, case.thread.mailbox
    if recipient is None or mailbox is None:
        raise Refused("no-reply-wanted")
    if not all(text.strip() for text in _needed(words)):
        raise Refused("reply-empty")
    routing = Routing.parse(parse_json(case.routing, most=_MOST_ROUTING))
    committee = committee_for(belief.directory, own.name, routing)
    if committee is None:
        raise Refused("no-committee")
    reply = Reply(
        id=secrets.token_bytes(ID_LENGTH),
        kind=kind,
        portal=belief.portal,
        thread=case.thread.key,
        committee=committee,
        vault=own.name,
        routing=routing,
        day=day,
        body=words,
    )
    data = reply.encode()
    if len(data) > MOST_REPLY:
        raise Refused("reply-too-long", over=len(data) - MOST_REPLY)
    signature = sign("reply", belief.portal, data, own.signing_seed)
    try:
        frame = fill(data, signature, REPLY_FRAMES)
    except TooLongError:
        raise Refused("reply-too-long", over=len(data) - MOST_REPLY) from None
    sealed = [seal_slot(plaintext, recipient) for plaintext in fragments(frame, reply.id)]
    slots = tuple(OutgoingSlot(mailbox=mailbox, sha256=sha256(slot), slot=slot) for slot in sealed)
    return Written(reply=reply, data=data, signature=signature, frame=frame, slots=slots)


def _needed(words: ReplyBody | ConsentRequestBody) -> tuple[str, ...]:
    if isinstance(words, ConsentRequestBody):
        return words.text, words.proposal, words.recipient
    return (words.text,)
