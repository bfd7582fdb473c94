"""Where what came out of an envelope goes: into the case of its thread, aside, or nowhere (FORMAT.md 9.4)."""

from crypto.wire.digest import sha256
from crypto.wire.message import AccountBody, FollowupBody, Message
from review.opening import Aside, Foreign, Opened
from review.signals import says_danger, vetoes_state
from review.store import Store

# A manifest's counter and a submission's ID: where an envelope belongs.
Place = tuple[int, bytes]


def keep(store: Store, outcome: Foreign | Opened | Aside, place: Place, day: str) -> str:
    """Stores what came out, and says which figure it counts for."""
    if isinstance(outcome, Foreign):
        return "foreign"
    if isinstance(outcome, Opened):
        here = store.message_data(outcome.message.id)
        if here == outcome.data:
            return "double"
        reason = _reason_against(store, outcome.message, is_taken=here is not None)
        if reason is not None:
            outcome = Aside(reason=reason, data=outcome.frame, message=outcome.message)
    if outcome.message is not None and outcome.message.attachments is not None:
        store.remember_seed(sha256(outcome.message.attachments.seed), outcome.message.id)
    if isinstance(outcome, Opened):
        return _keep_message(store, outcome, place[1], day)
    return "aside" if store.set_aside(*place, day, outcome.reason, outcome.data) else "double"


def _reason_against(store: Store, message: Message, *, is_taken: bool) -> str | None:
    """Why a message for this vault is set aside, if it is; `is_taken` when another message has its id.

    The last reason is this release's own: it does not handle attachments or answers about consent, and keeps them for
    one that does.
    """
    if is_taken:
        return "same-id"
    attachments = message.attachments
    if attachments is not None and store.message_with_seed(sha256(attachments.seed)) not in (None, message.id):
        return "seed-reused"
    if store.is_of_another(message.thread):
        return "mailbox-taken"
    if attachments is not None or not isinstance(message.body, AccountBody | FollowupBody):
        return "not-understood"
    return None


def _keep_message(store: Store, opened: Opened, submission: bytes, day: str) -> str:
    message = opened.message
    known = store.case_of(message.thread.key)
    case = known or store.add_case(message)
    store.add_message(case.number, message, opened.data, opened.signature, submission, day)
    if says_danger(message):
        store.mark_danger(case.number)
    if vetoes_state(message):
        store.mark_state_veto(case.number, day)
    return "followup" if known and not isinstance(message.body, AccountBody) else "new"
