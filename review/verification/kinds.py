"""The kinds of fields a record is made of: how each is read from JSON and from a page's form, and written.

A record states its fields once (`review.verification.record`); all else follows: the strict document, the form, the
lengths that a page allows, and the differences between two versions.
"""

from collections.abc import Iterator
from dataclasses import Field, dataclass, fields
from typing import Any, Protocol, TypeVar

from crypto.errors import FormatError
from crypto.wire.fields import Members, is_day

MOST_ROWS = 50
MOST_NUMBER = 9_999

R = TypeVar("R")


class Form(Protocol):
    """What a page sent: the first value of a name, or all of them."""

    def get(self, name: str) -> str | None:
        """The value, if the page sent one."""

    def getlist(self, name: str) -> list[str]:
        """Every value of this name, in order."""


class Kind(Protocol):
    """How one field is read and written."""

    def read(self, members: Members, name: str) -> Any:
        """The value, from a member of a JSON object."""

    def write(self, value: Any) -> Any:
        """The JSON value."""

    def sent(self, form: Form, name: str) -> Any:
        """The value, from the fields of a form whose names begin with `name`."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words, of at most so many characters; empty at first."""

    most: int

    def read(self, members: Members, name: str) -> str:
        return members.text(name, most=self.most)

    def write(self, value: str) -> str:
        return value

    def sent(self, form: Form, name: str) -> str:
        text = needed(form, name).replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > self.most:
            raise FormatError(name)
        return text


@dataclass(frozen=True, slots=True)
class Code:
    """One of these; the first is the neutral one, from which every record starts."""

    codes: tuple[str, ...]

    def read(self, members: Members, name: str) -> str:
        return members.choice(name, self.codes)

    def write(self, value: str) -> str:
        return value

    def sent(self, form: Form, name: str) -> str:
        return known(needed(form, name), self.codes)


@dataclass(frozen=True, slots=True)
class Codes:
    """Any of these, in their order; none at first."""

    codes: tuple[str, ...]

    def read(self, members: Members, name: str) -> tuple[str, ...]:
        given = members.names(name, most=len(self.codes))
        if given != tuple(one for one in self.codes if one in given):
            members.refuse(name)
        return given

    def write(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def sent(self, form: Form, name: str) -> tuple[str, ...]:
        given = {known(one, self.codes) for one in form.getlist(name)}
        return tuple(one for one in self.codes if one in given)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, `YYYY-MM-DD`, or nothing."""

    def read(self, members: Members, name: str) -> str:
        return members.text(name, most=10, rule=_is_day_or_nothing)

    def write(self, value: str) -> str:
        return value

    def sent(self, form: Form, name: str) -> str:
        text = needed(form, name)
        if not _is_day_or_nothing(text):
            raise FormatError(name)
        return text


@dataclass(frozen=True, slots=True)
class Number:
    """A row's own number, or the highest that was given to one."""

    least: int = 0

    def read(self, members: Members, name: str) -> int:
        return members.integer(name, least=self.least, most=MOST_NUMBER)

    def write(self, value: int) -> int:
        return value

    def sent(self, form: Form, name: str) -> int:
        return number(needed(form, name), least=self.least)


@dataclass(frozen=True, slots=True)
class Part:
    """Several fields that belong together."""

    of: type

    def read(self, members: Members, name: str) -> Any:
        return read(self.of, members.take(name), name)

    def write(self, value: Any) -> dict[str, Any]:
        return write(value)

    def sent(self, form: Form, name: str) -> Any:
        return sent(self.of, form, f"{name}-")


@dataclass(frozen=True, slots=True)
class Rows:
    """At most `MOST_ROWS` rows of one table; each keeps its number for ever."""

    of: type

    def read(self, members: Members, name: str) -> tuple[Any, ...]:
        return tuple(read(self.of, value, name) for value in members.list(name, most=MOST_ROWS))

    def write(self, value: tuple[Any, ...]) -> list[dict[str, Any]]:
        return [write(row) for row in value]

    def sent(self, form: Form, name: str) -> tuple[Any, ...]:
        numbers = form.getlist(name)
        if len(numbers) > MOST_ROWS:
            raise FormatError(name)
        return tuple(sent(self.of, form, f"{name}-{number(one, least=1)}-") for one in numbers)


def kinds(of: type | object) -> dict[str, Kind]:
    """The fields of a record or of a part of one, by name, in their order."""
    return {one.name: _kind(one) for one in fields(of)}  # type: ignore[arg-type]


def read(of: type[R], value: object, where: str) -> R:
    """The fields of `of`, and nothing more, from a JSON object."""
    members = Members(value, where)
    given = {name: kind.read(members, name) for name, kind in kinds(of).items()}
    members.end()
    return of(**given)


def write(value: object) -> dict[str, Any]:
    """The JSON object."""
    return {name: kind.write(getattr(value, name)) for name, kind in kinds(value).items()}


def sent(of: type[R], form: Form, before: str = "") -> R:
    """The same from a form, whose fields are called as here, after `before`."""
    return of(**{name: kind.sent(form, f"{before}{name}") for name, kind in kinds(of).items()})


def named(of: type, before: str = "") -> Iterator[tuple[str, Kind]]:
    """Every field with the name by which its words are found: `summary`, `correlation-contact`, `sources-kind`."""
    for name, kind in kinds(of).items():
        if isinstance(kind, Part | Rows):
            yield from named(kind.of, f"{before}{name}-")
        else:
            yield f"{before}{name}", kind


def _kind(one: Field[Any]) -> Kind:
    kind: Kind = one.metadata["kind"]
    return kind


def needed(form: Form, name: str) -> str:
    """The value of a field that every page of ours sends."""
    value = form.get(name)
    if value is None:
        raise FormatError(name)
    return value


def known(code: str, codes: tuple[str, ...]) -> str:
    """The code, if it is one of these."""
    if code not in codes:
        raise FormatError("code")
    return code


def number(text: str, *, least: int) -> int:
    """A whole number of at most four digits, written in its one way."""
    if not text.isascii() or not text.isdigit() or len(text) > 4 or str(int(text)) != text or int(text) < least:
        raise FormatError("number")
    return int(text)


def _is_day_or_nothing(text: str) -> bool:
    return not text or is_day(text)
