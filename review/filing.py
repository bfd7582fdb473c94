"""Where what came out of an envelope goes: into the case of its thread, aside, or nowhere (FORMAT.md 9.4).

What a thread has signed is never kept out of its case for what another thread did first: whoever knows an id, a seed
or a mailbox could then silence its owner.
"""

from crypto.wire.digest import sha256
from crypto.wire.message import AccountBody, FollowupBody, Message
from review.opening import Aside, Foreign, Opened
from review.records import Case
from review.signals import says_danger, vetoes_state
from review.store import Store

# A manifest's counter and a submission's ID: where an envelope belongs.
Place = tuple[int, bytes]


def keep(store: Store, outcome: Foreign | Opened | Aside, place: Place, day: str) -> str:
    """Stores what came out, and says which figure it counts for."""
    if isinstance(outcome, Foreign):
        return "foreign"
    known = None
    if isinstance(outcome, Opened):
        message, known = outcome.message, store.case_of(outcome.message.thread.key)
        here = None if known is None else store.message_data(known.number, message.id)
        if here == outcome.data:
            return "double"
        reason = _reason_against(store, message, is_taken=here is not None)
        if reason is not None:
            outcome = Aside(reason=reason, data=outcome.frame, message=message)
    if outcome.message is not None and outcome.message.attachments is not None:
        store.remember_seed(sha256(outcome.message.attachments.seed), outcome.message.thread.key)
    if isinstance(outcome, Opened):
        return _keep_message(store, outcome, known, place[1], day)
    return "aside" if store.set_aside(*place, day, outcome.reason, outcome.data) else "double"


def _reason_against(store: Store, message: Message, *, is_taken: bool) -> str | None:
    """Why a message for this vault is set aside, if it is; `is_taken` when another message of its thread has its id.

    All but the first are this release's own: it does not handle attachments or answers about consent, and keeps them
    for one that does. That another thread had the seed is then said in the place of that, and changes nothing else.
    """
    if is_taken:
        return "same-id"
    attachments = message.attachments
    if attachments is not None:
        first = store.thread_with_seed(sha256(attachments.seed))
        return "not-understood" if first in (None, message.thread.key) else "seed-reused"
    return None if isinstance(message.body, AccountBody | FollowupBody) else "not-understood"


def _keep_message(store: Store, opened: Opened, known: Case | None, submission: bytes, day: str) -> str:
    message = opened.message
    case = known or store.add_case(message)
    if case.thread.recipient is None and message.thread.recipient is not None:
        store.give_mailbox(case.number, message.thread)
    store.add_message(case.number, message, opened.data, opened.signature, submission, day)
    if says_danger(message):
        store.mark_danger(case.number)
    if vetoes_state(message):
        store.mark_state_veto(case.number, day)
    return "followup" if known and not isinstance(message.body, AccountBody) else "new"
