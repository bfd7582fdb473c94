"""What a log or a traceback shows of a message, a reply and their files: where they go, never what they say."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

import pytest

from crypto.public.attachments import NewFile
from crypto.wire.attachments import AttachedFile, Attachments
from crypto.wire.frame import Frame
from crypto.wire.message import AccountBody, Body, ConsentAnswerBody, FollowupBody
from crypto.wire.reply import CONSENT_REQUEST, ConsentRequestBody, Fragment, ReplyBody, fragments
from tests.vectors import scene
from tests.vectors.bytes_cases import frame_of, reply_of

CANARY = "canary-7d1f"
SECRET = CANARY.encode().ljust(32, b"\0")

BODIES: tuple[Body, ...] = (
    AccountBody(questionnaire=bytes(32), answers={"words": CANARY, "list": (CANARY,), CANARY.replace("-", "_"): ""}),
    FollowupBody(text=CANARY, answers_to=None),
    ConsentAnswerBody(request=bytes(32), answer="not-now", text=CANARY),
)
FILES = Attachments(
    seed=SECRET,
    mebibytes=1,
    sha256=bytes(32),
    files=(AttachedFile(name=f"{CANARY}.pdf", type="a/b", offset=0, length=1, sha256=SECRET),),
)
WORDS = ReplyBody(language="en", text=CANARY)
REQUEST = ConsentRequestBody(
    language="en",
    text=CANARY,
    measure="letter",
    proposal=CANARY,
    recipient=CANARY,
    identity="named",
    expires="2026-12-08",
)


def spoken() -> dict[str, object]:
    """Everything that carries words, alone and in what carries it."""
    messages = [replace(scene.message(), body=body, attachments=FILES) for body in BODIES]
    reply = reply_of("words", kind="text")[0]
    replies = [replace(reply, body=WORDS), replace(reply, kind=CONSENT_REQUEST, body=REQUEST)]
    pieces = [Fragment.parse(piece) for one in replies for piece in fragments(frame_of(one), one.id)]
    frames = [Frame(message=SECRET, signature=bytes(64))]
    new = [NewFile.of(f"{CANARY}.pdf", "a/b", SECRET)]
    found = [*BODIES, *messages, *frames, *new, FILES, *FILES.files, WORDS, REQUEST, *replies, *pieces]
    return {f"{type(one).__name__} {at}": one for at, one in enumerate(found)}


SPOKEN = spoken()


def told(value: object) -> Iterator[str]:
    """All that is in a value, whatever its `repr` shows."""
    if is_dataclass(value):
        for one in fields(value):
            yield from told(getattr(value, one.name))
    elif isinstance(value, tuple):
        for member in value:
            yield from told(member)
    else:
        yield repr(value)


@pytest.mark.parametrize("name", SPOKEN)
def test_the_repr_of_what_holds_words_does_not_hold_them(name: str) -> None:
    value = SPOKEN[name]
    assert any(CANARY in one for one in told(value))
    for shown in (repr(value), str(value), f"{value}", repr([value]), repr({"a": value})):
        assert "canary" not in shown
        assert "not-now" not in shown


def test_the_repr_still_says_where_a_message_and_a_reply_belong() -> None:
    for name, value in SPOKEN.items():
        if name.startswith(("Message", "Reply ")):
            assert repr(scene.routing("cat").committees) in repr(value)
            assert scene.DAY in repr(value)
