"""Whether answers give consent to a request (FORMAT.md 6.1). No answer is no consent."""

from collections.abc import Iterable

from crypto.errors import ConsentError
from crypto.wire.digest import sha256
from crypto.wire.frame import REPLY_FRAMES, Frame
from crypto.wire.message import Consent, ConsentAnswerBody, Message
from crypto.wire.reply import ConsentRequestBody, Reply


def check_answer(request_frame: bytes, answer: Message, day: str) -> Consent:
    """What the writer says to the request in this frame; whether that makes consent, `has_consent` tells.

    `day` is that of the manifest that brought the answer. Raises `ConsentError` for what is no answer to this very
    request (`other-request`), an answer in another thread (`other-thread`), and a `yes` on or after the day on which
    the request expires (`consent-expired`): nothing else expires, so that a withdrawal is never too late. `FormatError`
    for a frame that holds no reply. The caller has verified the thread's signature under the answer; the frame is the
    caller's own, which its vault signed.
    """
    return _said(_request(request_frame), sha256(request_frame), answer, day)


def has_consent(request_frame: bytes, answers: Iterable[tuple[Message, str]]) -> bool:
    """Whether one of the answers in time is `yes`, and no other, whenever it came, is anything else.

    Each answer stands with the day of the manifest that brought it; their order does not matter, and what does not
    belong to the request is ignored. Raises `FormatError` for a frame that holds no reply. The caller has verified what
    `check_answer` asks for.
    """
    request, frame_hash = _request(request_frame), sha256(request_frame)
    said: set[Consent] = set()
    for answer, day in answers:
        try:
            said.add(_said(request, frame_hash, answer, day))
        except ConsentError:
            continue
    return said == {"yes"}


def _request(frame: bytes) -> Reply:
    return Reply.parse(Frame.parse(frame, REPLY_FRAMES).message)


def _said(request: Reply, frame_hash: bytes, answer: Message, day: str) -> Consent:
    asked, said = request.body, answer.body
    if not isinstance(asked, ConsentRequestBody) or not isinstance(said, ConsentAnswerBody):
        raise ConsentError("other-request")
    if said.request != frame_hash:
        raise ConsentError("other-request")
    if answer.thread.key != request.thread:
        raise ConsentError("other-thread")
    if said.answer == "yes" and day >= asked.expires:
        raise ConsentError("consent-expired")
    return said.answer
