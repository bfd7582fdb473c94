"""What the writer of a case gave, that no answer may carry back to them."""

from collections.abc import Iterator

from crypto.wire.fields import to_base64url
from crypto.wire.message import AccountBody, Message
from review.store import Store
from templates import questionnaires


def words_of(store: Store, number: int) -> list[str]:
    """Every text that the writer of a case gave: what a reply must not repeat."""
    texts = list[str]()
    for message in _messages(store, number):
        if isinstance(message.body, AccountBody):
            texts += [answer for answer in message.body.answers.values() if isinstance(answer, str)]
        else:
            texts.append(message.body.text)
    return texts + file_names_of(store, number)


def file_names_of(store: Store, number: int) -> list[str]:
    """What the writer of a case called their files."""
    attached = (message.attachments for message in _messages(store, number))
    return [file.name for attachments in attached if attachments is not None for file in attachments.files]


def persons_of(store: Store, number: int) -> list[str]:
    """What was answered where a questionnaire asks for persons (`"persons": true`)."""
    known, found = questionnaires(), list[str]()
    for message in _messages(store, number):
        if isinstance(message.body, AccountBody):
            asked = known.get(to_base64url(message.body.questionnaire), {"questions": []})["questions"]
            given = [message.body.answers.get(one["name"]) for one in asked if one.get("persons")]
            found += [answer for answer in given if isinstance(answer, str)]
    return found


def _messages(store: Store, number: int) -> Iterator[Message]:
    return (Message.parse(one.data) for one in store.messages(number))
