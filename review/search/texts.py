"""What of a message or a reply can be found: words that people wrote, and the names of files; no code of a choice."""

from crypto.wire.fields import to_base64url
from crypto.wire.message import AccountBody, Message
from crypto.wire.reply import Reply, ReplyBody
from templates import questionnaires


def texts_of_message(message: Message) -> list[str]:
    """In the order of the message, the names of its files last."""
    files = () if message.attachments is None else message.attachments.files
    return [*_words(message), *(file.name for file in files)]


def texts_of_reply(reply: Reply) -> list[str]:
    """Of a request for consent also to whom what would go."""
    if isinstance(reply.body, ReplyBody):
        return [reply.body.text]
    return [reply.body.text, reply.body.recipient, reply.body.proposal]


def _words(message: Message) -> list[str]:
    if not isinstance(message.body, AccountBody):
        return [message.body.text]
    asked = questionnaires().get(to_base64url(message.body.questionnaire), {"questions": []})["questions"]
    chosen = {one["name"] for one in asked if one["kind"] != "text"}
    answers = message.body.answers.items()
    return [answer for name, answer in answers if isinstance(answer, str) and name not in chosen]
