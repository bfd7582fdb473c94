"""Messages: exact bytes of every kind, and each member broken once (FORMAT.md 6.1)."""

from dataclasses import replace
from typing import Any

from crypto.sign.sign import sign
from crypto.wire.attachments import Attachments
from crypto.wire.fields import parse_json
from crypto.wire.fields import to_base64url as text
from crypto.wire.message import MOST_MESSAGE, AccountBody, Answer, Body, ConsentAnswerBody, FollowupBody, Message
from tests.vectors import scene
from tests.vectors.changes import BAD, LATER, Case, all_removed, repeated, table

_REQUEST = bytes(range(64, 96))
_ID, _SHORT_ID, _LONG_ID = text(bytes(16)), text(bytes(15)), text(bytes(17))
_SHORT, _LONG = text(bytes(31)), text(bytes(33))


def silent(body: Body, attachments: Attachments | None = None) -> Message:
    """A short message of this world: no reply is wanted."""
    thread = replace(scene.message().thread, recipient=None, mailbox=None)
    return replace(scene.message(), thread=thread, body=body, attachments=attachments)


def messages() -> dict[str, Any]:
    """`cases`: exact bytes with the thread's signature. `bases` and `changes`: what each change of one gives."""
    answers: dict[str, Answer] = {"words": "line 1\nline 2\r\n\ttab \u0000 end", "danger": ("now",), "none": ()}
    whole = {
        "followup": scene.message(),
        "account": replace(scene.message(), body=AccountBody(questionnaire=bytes(32), answers=answers)),
        "consent answer": silent(ConsentAnswerBody(request=_REQUEST, answer="change", text="\u0646\u0639\u0645")),
        "no reply wanted": silent(scene.message().body),
        "answers a reply": replace(
            silent(FollowupBody(text=" ", answers_to=bytes(16))), seen=(bytes(16), b"\xff" * 16)
        ),
    }
    bases = {
        "followup": silent(FollowupBody(text="words", answers_to=None)),
        "account": silent(AccountBody(questionnaire=bytes(32), answers={"words": "a", "danger": ("now",)})),
        "consent-answer": silent(ConsentAnswerBody(request=_REQUEST, answer="yes", text="")),
    }
    return {
        "cases": [_signed(name, message) for name, message in whole.items()],
        "bases": {name: message.encode().decode("utf-8") for name, message in bases.items()},
        "changes": [*_members(bases), *_heads(), *_routings(), *_threads(), *_bodies(), *_longest(bases["followup"])],
    }


def _signed(name: str, message: Message) -> Case:
    data = message.encode()
    signature = sign("message", scene.PORTAL, data, scene.KEYS.sign_seed())
    return {"name": name, "json": data.decode("utf-8"), "signature": text(signature)}


def _members(bases: dict[str, Message]) -> list[Case]:
    """Each member taken away, at every depth, and one that nobody knows."""
    cases = all_removed("followup", parse_json(bases["followup"].encode(), most=MOST_MESSAGE))
    cases += all_removed("followup", bases["followup"].routing.to_json(), "routing")
    cases += all_removed("followup", bases["followup"].thread.to_json(), "thread")
    for name, message in bases.items():
        cases += all_removed(name, message.body.to_json(), "body")
    return cases


def _heads() -> list[Case]:
    no_days = ["2026-02-29", "1900-02-29", "2026-11-31", "2026-00-01", "2026-13-01", "2026-11-00", "2026-1-01"]
    no_days += ["0000-01-01", "2026-11-24\n", "2026/11/24", "20261124", "2026-W48-2", "2026-11-24T00", "+026-11-24"]
    no_ids = [_SHORT_ID, _LONG_ID, "", _ID + "==", _ID[:-1] + "B", "+" * 21 + "A", " " + _ID[1:], "\u0410" + _ID[1:]]
    ids = [text(bytes([at]) * 16) for at in range(65)]
    no_kinds = ["", "a" * 33, "Followup", "followup\n", "1a", "-a", "account", "consent-answer"]
    no_portals = ["ab", "a" * 65, "Abc", "a_c", "abc\n", "a c", "\u0430bc"]
    no_epochs = ["2026-00", "2026-13", "2026-1", "2026-11-24", "26-11", 202611]
    return [
        *table("followup", "v", bad=[0, -1, "1", True, None, [1]], later=[2, 2**53 - 1]),
        *table("followup", "id", good=["-_" * 10 + "-A"], bad=[*no_ids, 1, None]),
        *table("followup", "kind", bad=[*no_kinds, None, 1], later=["a", "a" * 32, "constructor", "consent-request"]),
        *table("followup", "portal", good=["abc", "a" * 64, "1.2", "...", "-a-"], bad=[*no_portals, None]),
        *table("followup", "directory", good=[1, 2**53 - 1], bad=[0, -1, "1", True, None]),
        *table("followup", "epoch", good=["2026-01", "2026-12", "9999-12"], bad=[*no_epochs, None]),
        *table("followup", "language", good=["ar", "en", "es", "fr", "ru", "zh"], bad=["de", "AR", "", "ar ", None]),
        *table("followup", "day", good=["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"], bad=[*no_days, None]),
        *table("followup", "day", bad=["\u0662\u0660\u0662\u0666-11-24", "2026\u201011-24"]),
        *table("followup", "seen", good=[[], ids[:64]], bad=[ids, [1], [_SHORT_ID], None, _ID, {}, [None], [[_ID]]]),
        *table("followup", "attachments", good=[None], bad=[{}, [], "", 0, False]),
        *table("followup", "body", bad=[None, [], "", 1, {}]),
        *table("followup", "routing", bad=[None, [], "", 1, {}]),
        *table("followup", "thread", bad=[None, [], "", 1, {}]),
    ]


def _routings() -> list[Case]:
    names = [f"c{at}" for at in range(33)]
    states = [f"A{chr(65 + at)}" for at in range(17)]
    no_names = [["cat", "cat"], ["a" * 33], ["Cat"], ["1"], [""], ["cat\n"], [1], [["cat"]], "cat", None, {}]
    no_states = [["XA", "XA"], ["xa"], ["XAA"], ["X"], ["X1"], ["XA\n"], [1], "XA", None, {}]
    whole = scene.routing("cat").to_json()
    orders = [["excluded", "committees", "conflicts", "tag"], ["tag", "committees", "excluded", "conflicts"]]
    turned = [{name: whole[name] for name in order} for order in orders]
    return [
        *table("followup", "routing.committees", good=[names[:32], ["a" * 32], ["a_-9"]], bad=[[], names, *no_names]),
        *table("followup", "routing.excluded", good=[names[:16]], bad=[names[:17], *no_names]),
        *table("followup", "routing.conflicts", good=[states[:16]], bad=[states, *no_states]),
        *table("followup", "routing.tag", bad=[_SHORT, _LONG, "", None, 1]),
        *table("followup", "routing", good=[whole], bad=turned),
    ]


def _threads() -> list[Case]:
    full = scene.message().thread.to_json()
    turned = {name: full[name] for name in ("mailbox", "key", "recipient")}
    short = [{**full, "recipient": text(bytes(1_215))}, {**full, "mailbox": _SHORT}, {**full, "recipient": ""}]
    return [
        *table("followup", "thread.key", bad=[_SHORT, _LONG, None, 1]),
        *table("followup", "thread.recipient", bad=[full["recipient"], ""]),
        *table("followup", "thread.mailbox", bad=[full["mailbox"], ""]),
        *table("followup", "thread", good=[full, turned], bad=short),
    ]


def _bodies() -> list[Case]:
    no_choices = [{"a": [one]} for one in ("", "A", "a b", "a" * 33, 1, None, ["a"])]
    no_answers = [{"a": 1}, {"a": None}, {"a": {}}, {"a" * 33: ""}, {"a-b": ""}, {"": ""}, {"A": ""}, *no_choices]
    answers = [{}, {"a" * 32: ""}, {"a": []}, {"constructor": "a"}, {"a": ["a", "a" * 32, "a-b", "a_1"]}]
    # A later kind is set aside whatever its body and attachments are: only that kind's readers know.
    later = {"name": "followup: a later kind with other members", "base": "followup", "path": ["kind"], "code": LATER}
    return [
        *table("followup", "body.v", bad=[0, "1", None, True], later=[2]),
        *table("followup", "body.text", good=[" ", "\n", "\ufeff", "\0"], bad=["", None, 1, ["a"]]),
        *table("followup", "body.answers_to", good=[_ID], bad=[_SHORT_ID, "", 1, []]),
        *table("account", "body.v", later=[2]),
        *table("account", "body.questionnaire", bad=[_SHORT, None, ""]),
        *table("account", "body.answers", good=answers, bad=[None, [], "", *no_answers]),
        *table("consent-answer", "body.v", later=[2]),
        *table("consent-answer", "body.answer", good=["no", "change", "not-now", "questions"]),
        *table("consent-answer", "body.answer", bad=["Yes", "", "maybe", "yes ", True, None, ["yes"]]),
        *table("consent-answer", "body.request", bad=[_SHORT, _ID, None, ""]),
        *table("consent-answer", "body.text", good=["words"], bad=[None, 1]),
        {**later, "value": "a-list", "also": [[["body"], []], [["attachments"], {}]]},
    ]


def _longest(base: Message) -> list[Case]:
    """As many bytes as a frame holds, and one more."""
    room = MOST_MESSAGE - len(base.encode()) + len("words")
    return [
        repeated("as long as may be", "followup", "body.text", "a", room),
        repeated("a byte too long", "followup", "body.text", "a", room + 1, BAD),
        repeated("too long in bytes, not in characters", "followup", "body.text", "\u00e9", room - 10, BAD),
    ]
