"""The language between the web app and a keeper: one strict JSON object a line, each way (FORMAT.md 1.2).

A request is `{do, day, with}`; an answer is `{ok}` or `{refused, detail}`. Before its answer, long work says
`{so_far}`, how many bytes of it are done, any number of times. Nothing else crosses, and nothing that runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from crypto.errors import FormatError
from crypto.wire.fields import Members, encode_json, parse_json
from review.refusals import CODES, Refused

# A page of a case may hold twenty messages of 256 KiB; nothing the desk does needs more than this in one line.
MOST_LINE = 64 * 1024 * 1024


class PipeClosedError(Exception):
    """The other side is gone."""


def send(out: IO[bytes], value: Mapping[str, Any]) -> None:
    """Writes one line, or refuses one that is too long and writes nothing."""
    line = encode_json(value)
    if len(line) > MOST_LINE:
        raise Refused("too-much")
    try:
        out.write(line + b"\n")
        out.flush()
    except (BrokenPipeError, ValueError):
        raise PipeClosedError from None


def receive(source: IO[bytes]) -> dict[str, Any]:
    """Reads one line; refuses what is not strict JSON."""
    try:
        line = source.readline(MOST_LINE + 1)
    except ValueError:  # the pipe was closed while this side waited
        raise PipeClosedError from None
    if not line.endswith(b"\n"):
        raise PipeClosedError
    return parse_json(line[:-1], most=MOST_LINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked on which day; `given` is to be read one by one, to the end."""

    action: str
    day: str
    given: Members

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> "Request":
        """From the JSON object of a line."""
        members = Members(value, "request")
        request = cls(
            action=members.text("do", most=32), day=members.day("day"), given=Members(members.take("with"), "with")
        )
        members.end()
        return request


def refusal(refused: Refused) -> dict[str, Any]:
    """The answer that says no."""
    return {"refused": refused.code, "detail": dict(refused.detail)}


def so_far(done: int) -> dict[str, int]:
    """What long work says while it goes on."""
    return {"so_far": done}


def read_so_far(value: Mapping[str, Any]) -> int | None:
    """How much of long work is done; nothing when this is the answer."""
    if set(value) != {"so_far"}:
        return None
    return Members(value, "so far").integer("so_far", least=0)


def read_answer(value: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for; raises the `Refused` that came instead."""
    if set(value) == {"ok"} and isinstance(value["ok"], dict):
        return value["ok"]
    members = Members(value, "answer")
    code, detail = members.choice("refused", CODES), members.take("detail")
    members.end()
    if not isinstance(detail, dict) or not all(isinstance(one, str | int) for one in detail.values()):
        raise FormatError("answer.detail")
    raise Refused(code, **detail)  # type: ignore[arg-type]  # `choice` has found it among the codes
