"""Two more kinds of fields, which point elsewhere: to a file of the case, and from a fact to the sources."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crypto.errors import FormatError
from crypto.wire.fields import Members, from_base64url, to_base64url
from review.verification.kinds import MOST_NUMBER, MOST_ROWS, Form, known, needed, number

_HASH_LENGTH = 32
_MOST_FILES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedFile:
    """A file of the case: the turn of its message, its place there from 1, and the SHA-256 (32) that was signed."""

    turn: int
    place: int
    sha256: bytes

    @property
    def code(self) -> str:
        """As a form names it."""
        return f"{self.turn}.{self.place}.{to_base64url(self.sha256)}"


@dataclass(frozen=True, slots=True)
class File:
    """A file of the case, or none."""

    def read(self, members: Members, name: str) -> LinkedFile | None:
        value = members.take(name)
        if value is None:
            return None
        inner = Members(value, name)
        linked = LinkedFile(
            turn=inner.integer("turn", least=1),
            place=inner.integer("place", least=1, most=_MOST_FILES),
            sha256=inner.data("sha256", _HASH_LENGTH),
        )
        inner.end()
        return linked

    def write(self, value: LinkedFile | None) -> dict[str, Any] | None:
        if value is None:
            return None
        return {"turn": value.turn, "place": value.place, "sha256": to_base64url(value.sha256)}

    def sent(self, form: Form, name: str) -> LinkedFile | None:
        code = needed(form, name)
        if not code:
            return None
        turn, place, digest = (*code.split("."), "", "")[:3]
        linked = LinkedFile(
            turn=number(turn, least=1), place=number(place, least=1), sha256=from_base64url(digest, _HASH_LENGTH)
        )
        if linked.code != code:
            raise FormatError(name)
        return linked


@dataclass(frozen=True, slots=True)
class Cells:
    """What each source says of a fact: its number -> a code. What is not here is the neutral first of the codes."""

    codes: tuple[str, ...]

    def read(self, members: Members, name: str) -> Mapping[int, str]:
        cells: dict[int, str] = {}
        for value in members.list(name, most=MOST_ROWS):
            cell = Members(value, name)
            source = cell.integer("source", least=1, most=MOST_NUMBER)
            if cells and source <= max(cells):
                members.refuse(name)
            cells[source] = cell.choice("says", self.codes[1:])
            cell.end()
        return cells

    def write(self, value: Mapping[int, str]) -> list[dict[str, Any]]:
        return [{"source": source, "says": says} for source, says in value.items()]

    def sent(self, form: Form, name: str) -> Mapping[int, str]:
        sources = sorted(number(one, least=1) for one in form.getlist("sources"))
        said = {one: known(form.get(f"{name}-{one}") or self.codes[0], self.codes) for one in sources}
        return {one: code for one, code in said.items() if code != self.codes[0]}
