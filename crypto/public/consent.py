"""Whether an answer belongs to a consent request (FORMAT.md 6.1). No answer is no consent."""

from crypto.errors import ConsentError
from crypto.wire.digest import sha256
from crypto.wire.frame import REPLY_FRAMES, Frame
from crypto.wire.message import Consent, ConsentAnswerBody, Message
from crypto.wire.reply import ConsentRequestBody, Reply


def check_answer(request_frame: bytes, answer: Message, day: str) -> Consent:
    """What the writer says to the request in this frame: only `yes` is consent.

    Raises `ConsentError` for what is no answer to this very request (`other-request`), an answer in another thread
    (`other-thread`), and one that is taken on or after the day on which the request expires (`consent-expired`);
    `FormatError` for a frame that holds no reply. The caller has verified the thread's signature under the answer; the
    frame is the caller's own, which its vault signed.
    """
    request = Reply.parse(Frame.parse(request_frame, REPLY_FRAMES).message)
    asked, said = request.body, answer.body
    if not isinstance(asked, ConsentRequestBody) or not isinstance(said, ConsentAnswerBody):
        raise ConsentError("other-request")
    if said.request != sha256(request_frame):
        raise ConsentError("other-request")
    if answer.thread.key != request.thread:
        raise ConsentError("other-thread")
    if day >= asked.expires:
        raise ConsentError("consent-expired")
    return said.answer
