"""Replies and their fragments, and each member broken once (FORMAT.md 8)."""

from dataclasses import replace
from typing import Any

from crypto.wire.digest import sha256
from crypto.wire.fields import parse_json
from crypto.wire.fields import to_base64url as text
from crypto.wire.frame import REPLY_FRAMES, Frame
from crypto.wire.reply import CONSENT_REQUEST, MOST_REPLY, ConsentRequestBody, Reply, fragments
from tests.vectors import scene
from tests.vectors.bytes_cases import frame_of, reply_of
from tests.vectors.changes import BAD, Case, all_removed, repeated, table

_WORDS = {"one": "\u0648\u0635\u0644", "two": "\u00e9" * 5_000, "four": "\u4f60" * 8_000}
_TURNS = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
_BREAKS = [chr(code) for code in (0, 9, 10, 13, 0x1F, 0x7F, 0x80, 0x85, 0x9F, 0x2028, 0x2029)]
_PLAIN = [chr(code) for code in (0x200E, 0x200F, 0x2027, 0x202F, 0x2065, 0x206A, 0x061C, 0xA0)]
_SHORT, _SHORT_ID = text(bytes(31)), text(bytes(15))
_REQUEST = ConsentRequestBody(
    language="ar",
    text="\u0627\u0644\u0633\u0644\u0627\u0645",
    measure="letter",
    proposal="We write that a person was threatened, and give no name.",
    recipient="the Permanent Mission of State XA",
    identity="no-detail",
    expires="2026-12-08",
)


def request_of(**changes: Any) -> Reply:
    """A consent request of this world's `cat` vault; changes are to its body."""
    reply, _ = reply_of("words")
    return replace(reply, kind=CONSENT_REQUEST, body=replace(_REQUEST, **changes))


def replies() -> dict[str, Any]:
    """`cases`: how a reply is cut, by the hashes of its fragments. `bases` and `changes`: each member broken once."""
    cases = [_cut(name, reply_of(words)[0]) for name, words in _WORDS.items()]
    bases = {"text": reply_of("words", kind="text")[0], CONSENT_REQUEST: request_of()}
    return {
        "cases": [*cases, _cut("a consent request", request_of())],
        "bases": {name: reply.encode().decode("utf-8") for name, reply in bases.items()},
        "changes": [*_members(bases), *_heads(), *_bodies(), *_longest(bases["text"])],
        "joins": _joins(),
    }


def _cut(name: str, reply: Reply) -> Case:
    """The JSON with its text as a pattern, the signature, and the fragments that they make."""
    frame = frame_of(reply)
    words = reply.body.text
    base = replace(reply, body=replace(reply.body, text=words[:1])).encode().decode("utf-8")
    return {
        "name": name,
        "json": base if words == words[0] * len(words) else reply.encode().decode("utf-8"),
        "times": len(words) if words == words[0] * len(words) else 1,
        "signature": text(Frame.parse(frame, REPLY_FRAMES).signature),
        "frame": text(sha256(frame)),
        "fragments": [text(sha256(part)) for part in fragments(frame, reply.id)],
    }


def _members(bases: dict[str, Reply]) -> list[Case]:
    cases = all_removed("text", parse_json(bases["text"].encode(), most=MOST_REPLY))
    for name, reply in bases.items():
        cases += all_removed(name, reply.body.to_json(), "body")
    return cases


def _heads() -> list[Case]:
    names = ["", "A", "a" * 33, "1a", "cat\n", None, 1]
    routing = scene.routing("cat").to_json()
    turned = {name: routing[name] for name in ("tag", "committees", "excluded", "conflicts")}
    return [
        *table("text", "v", bad=[0, "1", True, None], later=[2]),
        *table("text", "id", bad=[_SHORT_ID, _SHORT, "", None]),
        *table("text", "kind", good=["acknowledgment"], bad=[*names, CONSENT_REQUEST], later=["question", "account"]),
        *table(CONSENT_REQUEST, "kind", bad=["text", "acknowledgment"]),
        *table("text", "portal", good=["other.portal"], bad=["ab", "A.b.c", None]),
        *table("text", "thread", good=[text(bytes(32))], bad=[_SHORT, None]),
        *table("text", "committee", good=["a" * 32], bad=names),
        *table("text", "vault", good=["a-1"], bad=names),
        *table("text", "routing", bad=[None, [], {}, turned, {**routing, "committees": []}, {**routing, "more": 1}]),
        *table("text", "day", bad=["2026-02-29", "", None]),
        *table("text", "body", bad=[None, [], "", {}]),
    ]


def _bodies() -> list[Case]:
    return [
        *table("text", "body.v", bad=[0, "1", None], later=[2]),
        *table("text", "body.language", good=["zh"], bad=["de", "", None]),
        *table("text", "body.text", good=[" "], bad=["", None, 1]),
        *table(CONSENT_REQUEST, "body.v", bad=[0], later=[2]),
        *table(CONSENT_REQUEST, "body.language", bad=["de", None]),
        *table(CONSENT_REQUEST, "body.text", good=[""], bad=[None, 1]),
        *table(CONSENT_REQUEST, "body.measure", good=["a", "a" * 32], bad=["", "A", "a b", "a" * 33, None]),
        *table(CONSENT_REQUEST, "body.proposal", good=[" "], bad=["", None, 1]),
        *_marks("body.proposal", good=[*_PLAIN, *_BREAKS], bad=_TURNS),
        *table(CONSENT_REQUEST, "body.recipient", good=["a", "\U0001f54a" * 300], bad=["", "\U0001f54a" * 301, None]),
        *_marks("body.recipient", good=_PLAIN, bad=[*_TURNS, *_BREAKS]),
        *table(CONSENT_REQUEST, "body.identity", good=["named", "described", "theme-only"], bad=["", "Named", None]),
        *table(CONSENT_REQUEST, "body.expires", good=["2024-02-29"], bad=["2026-02-29", "", None]),
    ]


def _marks(path: str, *, good: list[str], bad: list[str]) -> list[Case]:
    """A character between two words; of what is refused, one at either end too."""
    last = bad[-1]
    refused = [*(f"to{mark}whom" for mark in bad), f"{last}whom", f"whom{last}"]
    return table(CONSENT_REQUEST, path, good=[f"to{mark}whom" for mark in good], bad=refused)


def _longest(base: Reply) -> list[Case]:
    room = MOST_REPLY - len(base.encode()) + len("words")
    return [
        repeated("as long as may be", "text", "body.text", "a", room),
        repeated("a byte too long", "text", "body.text", "a", room + 1, BAD),
    ]


def _joins() -> list[Case]:
    """Heaps of fragments of the cases `one`, `two` and `four`, some with another id, place or count written on them."""

    def piece(of: str, at: int, **written: Any) -> Case:
        return {"of": of, "at": at, **written}

    four, two = [piece("four", at) for at in range(4)], [piece("two", at) for at in range(2)]
    other = text(bytes(16))
    foreign = [piece("four", at, id=other) for at in range(4)]
    heaps: dict[str, list[Case]] = {
        "in another order": [four[at] for at in (2, 0, 3, 1)],
        "the same one twice": [*four, four[2], four[2]],
    }
    wrong: dict[str, list[Case]] = {
        "none": [],
        "the first missing": four[1:],
        "the last missing": four[:3],
        "one missing, another twice": [*four[:3], four[0]],
        "two for one place": [*four, piece("two", 0, count=4)],
        "one of another id": [*four[:3], foreign[3]],
        "all there, and one of another id": [*four, foreign[3]],
        "another id than the reply's": foreign,
        "a place said wrongly": [piece("four", 1, place=0), piece("four", 0, place=1), *four[2:]],
        "half of it, said to be all": [piece("four", at, count=2) for at in range(2)],
        "a quarter of it, said to be all": [piece("four", 0, count=1)],
        "two, said to be of four": [piece("two", at, count=4) for at in range(2)],
        "counts that differ": [two[0], piece("two", 1, count=4)],
        "a count of 3": [piece("four", at, count=3) for at in range(3)],
        "a count of 0": [piece("one", 0, count=0)],
        "a count of 8": [piece("four", at, count=8) for at in range(4)],
        "a place that is not there": [piece("one", 0, place=1)],
        "place 4 of 4": [*four[:3], piece("four", 3, place=4)],
        "place 255": [piece("two", 0), piece("two", 1, place=255)],
        "a byte short": [piece("one", 0, length=8_191)],
        "a byte long": [piece("one", 0, length=8_193)],
        "no bytes": [piece("one", 0, length=0)],
    }
    cases: list[Case] = [{"name": name, "pieces": heap} for name, heap in heaps.items()]
    return [*cases, *({"name": name, "pieces": heap, "code": BAD} for name, heap in wrong.items())]
