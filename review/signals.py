"""What of the answers must be seen before the words are read: danger now, and the veto on contacting the State.

The names are those of the released questionnaire (`templates/questionnaires`); a later release that renames a question
keeps these lines and adds its own.
"""

from crypto.wire.message import AccountBody, Answer, Message


def says_danger(message: Message) -> bool:
    """Whether the writer says that someone is in danger, now or soon."""
    return bool(_chosen(message, "danger") & {"hours", "soon"})


def vetoes_state(message: Message) -> bool:
    """Whether the writer says: do not contact my State."""
    return "do_not_contact" in _chosen(message, "state")


def _chosen(message: Message, question: str) -> set[str]:
    if not isinstance(message.body, AccountBody):
        return set()
    answer: Answer = message.body.answers.get(question, ())
    return {answer} if isinstance(answer, str) else set(answer)
