"""Where what came out of an envelope goes: into the case of its thread, aside, or nowhere (FORMAT.md 9.4).

What a thread has signed is never kept out of its case for what another thread did first: whoever knows an id, a seed
or a mailbox could then silence its owner.
"""

from crypto.wire.digest import sha256
from crypto.wire.frame import REPLY_FRAMES, Frame
from crypto.wire.message import AccountBody, ConsentAnswerBody, Message
from crypto.wire.reply import ConsentRequestBody, Reply
from review.attached import add_stream
from review.consent.measures import CONTACT_STATE
from review.consent.unheard import thread_of
from review.missing import Place
from review.opening import Aside, Foreign, Opened, Outcome
from review.records import Case
from review.signals import says_danger, vetoes_state
from review.store import Store


def keep(store: Store, outcome: Outcome, place: Place, day: str) -> str:
    """Stores what came out, and says which figure it counts for."""
    judged = judge(store, outcome)
    if isinstance(judged, Foreign):
        return "foreign"
    if judged.message is not None and judged.message.attachments is not None:
        store.remember_seed(sha256(judged.message.attachments.seed), judged.message.thread.key)
    if isinstance(judged, Aside):
        _remember_unheard(store, judged)
        return "aside" if store.set_aside(*place, day, judged.reason, judged.data) else "double"
    return _keep_message(store, judged, place[1], day)


def judge(store: Store, outcome: Outcome) -> Outcome:
    """The same, or set aside for what the vault holds already."""
    if not isinstance(outcome, Opened):
        return outcome
    message = outcome.message
    known = store.case_of(message.thread.key)
    here = None if known is None else store.message_data(known.number, message.id)
    if here is not None and here != outcome.data:
        return Aside(reason="same-id", data=outcome.frame, message=message)
    return outcome


def _remember_unheard(store: Store, judged: Aside) -> None:
    """Whose it is: while nobody can read it, its thread consents to nothing (FORMAT.md 6.1).

    An answer that was set aside for another reason is no yes; whatever else it says counts all the same.
    """
    if judged.reason == "not-understood":
        thread = thread_of(judged.data)
    elif judged.message is not None and isinstance(judged.message.body, ConsentAnswerBody):
        thread = judged.message.thread.key
    else:
        return
    if thread is not None:
        store.remember_unheard(sha256(judged.data), thread)


def _keep_message(store: Store, opened: Opened, submission: bytes, day: str) -> str:
    message = opened.message
    known = store.case_of(message.thread.key)
    case = known or store.add_case(message)
    is_double = store.message_data(case.number, message.id) is not None
    if not is_double:
        _add_message(store, case, opened, submission, day)
    # Whoever got the message may have sent it here first, without its files; so each one that comes may bring them.
    if message.attachments is not None:
        add_stream(store, case.number, message, submission)
    if is_double:
        return "double"
    return "followup" if known and not isinstance(message.body, AccountBody) else "new"


def _add_message(store: Store, case: Case, opened: Opened, submission: bytes, day: str) -> None:
    message = opened.message
    if case.thread.recipient is None and message.thread.recipient is not None:
        store.give_mailbox(case.number, message.thread)
    store.add_message(case.number, message, opened.data, opened.signature, submission, day)
    if says_danger(message):
        store.mark_danger(case.number)
    if vetoes_state(message) or _refuses_contact(store, message):
        store.mark_state_veto(case.number, day)


def _refuses_contact(store: Store, message: Message) -> bool:
    """Whether it says no to the one question whether the State may be contacted at all."""
    body = message.body
    if not isinstance(body, ConsentAnswerBody) or body.answer != "no":
        return False
    found = store.consent_request(body.request)
    asked = None if found is None else Reply.parse(Frame.parse(found[2], REPLY_FRAMES).message).body
    return isinstance(asked, ConsentRequestBody) and asked.measure == CONTACT_STATE
