"""Consent requests, answers to them, and what answers are worth, one by one and together (FORMAT.md 6.1)."""

from dataclasses import replace
from typing import Any

from crypto.sign.sign import public, sign
from crypto.wire.digest import sha256
from crypto.wire.fields import to_base64url as text
from crypto.wire.frame import REPLY_FRAMES, Frame, fill
from crypto.wire.message import Consent, ConsentAnswerBody, FollowupBody, Message
from crypto.wire.reply import Reply
from tests.vectors import scene
from tests.vectors.bytes_cases import reply_of
from tests.vectors.changes import Case
from tests.vectors.message_cases import silent
from tests.vectors.reply_cases import request_of

_NOT_YES: tuple[Consent, ...] = ("no", "change", "not-now", "questions")
_ASKED, _OTHER = "the request", "another request of the thread"
_FOREIGN = ("no in another thread", "yes in another thread")
_LAST, _EXPIRES, _LATE = "2026-12-07", "2026-12-08", "2027-01-01"


def consents() -> dict[str, Any]:
    """Frames of requests (JSON, signature) and answers that name one by its hash.

    `cases`: what one answer says, brought on a day. `together`: whether answers, each with its day, give consent.
    """
    frames = {name: _framed(reply, "cat") for name, reply in _requests().items()}
    frames["the same text signed by another vault"] = _framed(request_of(), "desk")
    answers = _answers(frames)
    return {
        "requests": {name: _taken_apart(frame) for name, frame in frames.items()},
        "answers": {name: message.encode().decode("utf-8") for name, message in answers.items()},
        "cases": [*_belonging(list(answers), list(frames)), *_in_time()],
        "together": [*_mixed(), *_timed(), *_ignored(list(answers), list(frames))],
    }


def _requests() -> dict[str, Reply]:
    request = request_of()
    return {
        _ASKED: request,
        _OTHER: replace(request_of(measure="visit"), id=bytes(range(16))),
        "the same text with another id": replace(request, id=bytes(range(16))),
        "a request with another proposal": request_of(proposal="We write that a person was threatened, and who."),
        "a request with another last day": request_of(expires="2027-12-08"),
        "a request of another thread": replace(request, thread=public(scene.seed("another thread"))),
        "a text": reply_of("words", kind="text")[0],
    }


def _answers(frames: dict[str, bytes]) -> dict[str, Message]:
    request = frames[_ASKED]
    thread = replace(silent(FollowupBody(text="yes", answers_to=None)).thread, key=public(scene.seed("another thread")))
    answers: dict[str, Message] = {says: _answer(sha256(request), says) for says in ("yes", *_NOT_YES)}
    answers |= {f"yes to {name}": _answer(sha256(frame), "yes") for name, frame in frames.items() if name != _ASKED}
    answers[f"no to {_OTHER}"] = _answer(sha256(frames[_OTHER]), "no")
    answers["words"] = silent(FollowupBody(text="yes", answers_to=request_of().id))
    answers["yes to a hash of zeros"] = _answer(bytes(32), "yes")
    answers["yes to the message alone"] = _answer(sha256(request_of().encode()), "yes")
    answers |= {f"{says} in another thread": replace(answers[says], thread=thread) for says in ("no", "yes")}
    return answers


def _case(answer: str, request: str, day: str, **result: str) -> Case:
    return {"name": f"{answer}, for {request}, {day}", "answer": answer, "request": request, "day": day, **result}


def _belonging(answers: list[str], frames: list[str]) -> list[Case]:
    day, wrong = scene.DAY, "other-request"
    others = [answer for answer in answers if answer not in ("yes", *_NOT_YES, *_FOREIGN)]
    return [
        *(_case(answer, _ASKED, day, code=wrong) for answer in others),
        *(_case("yes", frame, day, code=wrong) for frame in frames if frame != _ASKED),
        *(_case(answer, _ASKED, at, code="other-thread") for answer in _FOREIGN for at in (day, _LATE)),
        _case(f"no to {_OTHER}", _ASKED, _LATE, code=wrong),
        _case("yes to a request with another last day", "a request with another last day", "2026-12-09", says="yes"),
        _case("yes to a request of another thread", "a request of another thread", day, code="other-thread"),
        _case("yes to a text", "a text", day, code=wrong),
    ]


def _in_time() -> list[Case]:
    late = (_EXPIRES, "2026-12-09", _LATE)
    return [
        *(_case("yes", _ASKED, day, says="yes") for day in (scene.DAY, _LAST)),
        *(_case("yes", _ASKED, day, code="consent-expired") for day in late),
        *(_case(says, _ASKED, day, says=says) for says in _NOT_YES for day in (scene.DAY, _LAST, *late)),
    ]


def _heap(name: str, consent: bool, *answers: tuple[str, str], request: str = _ASKED) -> Case:
    return {"name": name, "request": request, "answers": [list(one) for one in answers], "consent": consent}


def _mixed() -> list[Case]:
    day, next_day = scene.DAY, "2026-11-25"
    return [
        _heap("no answers", False),
        _heap("a yes", True, ("yes", day)),
        _heap("two yes", True, ("yes", day), ("yes", next_day)),
        _heap("a yes that is brought twice on one day", True, ("yes", day), ("yes", day)),
        *(_heap(f"only {says}", False, (says, day)) for says in _NOT_YES),
        *(_heap(f"yes, then {says}", False, ("yes", day), (says, next_day)) for says in _NOT_YES),
        *(_heap(f"{says}, then yes", False, (says, day), ("yes", next_day)) for says in _NOT_YES),
        *(_heap(f"yes and {says} on one day", False, ("yes", day), (says, day)) for says in _NOT_YES),
        _heap("no and yes on one day", False, ("no", day), ("yes", day)),
        _heap("yes, no, yes", False, ("yes", day), ("no", next_day), ("yes", _LAST)),
    ]


def _timed() -> list[Case]:
    day, early = scene.DAY, ("yes", scene.DAY)
    return [
        _heap("a yes on the last day", True, ("yes", _LAST)),
        _heap("a yes on the day of expiry", False, ("yes", _EXPIRES)),
        _heap("a late yes", False, ("yes", _LATE)),
        _heap("two late yes", False, ("yes", _EXPIRES), ("yes", _LATE)),
        _heap("a yes, then a late yes", True, early, ("yes", _LATE)),
        _heap("a late yes, and the one in time behind it", True, ("yes", _LATE), early),
        *(_heap(f"a yes, then a late {says}", False, early, (says, _LATE)) for says in _NOT_YES),
        _heap("a yes, then a no on the day of expiry", False, early, ("no", _EXPIRES)),
        _heap("a late no, and the yes in time behind it", False, ("no", _LATE), early),
        _heap("a no, then a late yes", False, ("no", day), ("yes", _LATE)),
        _heap("a late no alone", False, ("no", _LATE)),
    ]


def _ignored(answers: list[str], frames: list[str]) -> list[Case]:
    day = scene.DAY
    foreign = [answer for answer in answers if answer not in ("yes", *_NOT_YES)]
    other_last = "a request with another last day"
    return [
        *(_heap(f"{answer}, alone", False, (answer, day)) for answer in foreign),
        *(_heap(f"a yes, and {answer}", True, ("yes", day), (answer, day)) for answer in foreign),
        *(_heap(f"a yes, for {frame}", False, ("yes", day), request=frame) for frame in frames if frame != _ASKED),
        _heap("a yes, and a late no to another request", True, ("yes", day), (f"no to {_OTHER}", _LATE)),
        _heap("a no, and a yes to another request", False, ("no", day), (f"yes to {_OTHER}", day)),
        _heap("one request refused, the other not", True, ("no", day), (f"yes to {_OTHER}", day), request=_OTHER),
        _heap("one request granted, the other not", False, ("yes", day), (f"no to {_OTHER}", day), request=_OTHER),
        _heap("a request that expires later", True, (f"yes to {other_last}", _LATE), request=other_last),
        _heap("a yes to a text", False, ("yes to a text", day), request="a text"),
    ]


def _answer(request: bytes, says: Consent) -> Message:
    return silent(ConsentAnswerBody(request=request, answer=says, text=""))


def _framed(reply: Reply, vault: str) -> bytes:
    data = reply.encode()
    return fill(data, sign("reply", scene.PORTAL, data, scene.seed(f"{vault} sign")), REPLY_FRAMES)


def _taken_apart(data: bytes) -> Case:
    frame = Frame.parse(data, REPLY_FRAMES)
    return {"json": frame.message.decode("utf-8"), "signature": text(frame.signature)}
