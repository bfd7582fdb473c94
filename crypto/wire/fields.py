"""Strict JSON and the fields in it (FORMAT.md 1.1, 1.2). Every parse ends with "and nothing more"."""

import base64
import binascii
import datetime
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

from crypto.errors import FormatError

MOST_DEPTH = 8
MOST_INTEGER = 2**53 - 1
LONG = 1_048_576
LEAST_A_COMMA = 16

T = TypeVar("T")
C = TypeVar("C", bound=str)

_MEMBER = re.compile(r"[a-z][a-z0-9_]*\Z")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}\Z")
_PORTAL = re.compile(r"[a-z0-9.-]{3,64}\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_EPOCH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*\Z")


def to_base64url(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str, length: int | None = None) -> bytes:
    """The bytes; refuses padding, other characters, spare bits that are set, and another length."""
    if not _BASE64URL.match(text):
        raise FormatError("base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise FormatError("base64url") from None
    if to_base64url(data) != text or (length is not None and len(data) != length):
        raise FormatError("base64url")
    return data


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encode_json(value: Mapping[str, Any]) -> bytes:
    """Compact JSON in the order of the mapping."""
    return _COMPACT.encode(value).encode("utf-8")


def parse_json(data: bytes, *, most: int) -> dict[str, Any]:
    """The object in `data`, of at most `most` bytes, which must be its own compact serialisation."""
    if len(data) > most:
        raise FormatError("json longer than allowed")
    if len(data) > LONG and data.count(b",") > len(data) // LEAST_A_COMMA:
        raise FormatError("json denser than allowed")
    try:
        text = data.decode("utf-8")
        value = json.loads(text, parse_float=_refuse, parse_constant=_refuse)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise FormatError("json") from None
    if not isinstance(value, dict):
        raise FormatError("json is no object")
    _check(value, 1)
    try:
        again = encode_json(value)
    except UnicodeEncodeError:
        raise FormatError("lone surrogate") from None
    if again != data:
        raise FormatError("json is not in its one form")
    return value


def _refuse(_text: str) -> NoReturn:
    raise ValueError


def _check(value: object, depth: int) -> None:
    """Member names, number range and depth of everything below `value`."""
    if isinstance(value, dict | list) and depth > MOST_DEPTH:
        raise FormatError("json too deep")
    if isinstance(value, dict):
        for name, below in value.items():
            if not _MEMBER.match(name):
                raise FormatError("json member name")
            _check(below, depth + 1)
    elif isinstance(value, list):
        for below in value:
            _check(below, depth + 1)
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) > MOST_INTEGER:
        raise FormatError("json number")


def is_name(text: str) -> bool:
    """Whether this can name a committee, vault, question or choice."""
    return bool(_NAME.match(text))


def is_portal(text: str) -> bool:
    """Whether this can name a portal."""
    return bool(_PORTAL.match(text))


def is_day(text: str) -> bool:
    """Whether this is a real date, `YYYY-MM-DD`."""
    if not _DAY.match(text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


class Members:
    """Reads the members of one JSON object; `end` refuses what was not asked for."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise FormatError(where)
        self._left = dict(value)
        self._where = where

    def take(self, name: str) -> object:
        """Whatever stands there."""
        if name not in self._left:
            raise FormatError(f"{self._where}.{name}")
        return self._left.pop(name)

    def refuse(self, name: str) -> NoReturn:
        """For a check of the caller's that failed."""
        raise FormatError(f"{self._where}.{name}")

    def text(self, name: str, *, most: int, least: int = 0, rule: Callable[[str], bool] | None = None) -> str:
        """A text of `least` to `most` characters."""
        value = self.take(name)
        if not isinstance(value, str) or not least <= len(value) <= most or (rule and not rule(value)):
            self.refuse(name)
        return value

    def name(self, name: str) -> str:
        """The name of a committee, vault, question or choice."""
        return self.text(name, most=32, rule=is_name)

    def day(self, name: str) -> str:
        """A real date, `YYYY-MM-DD`."""
        return self.text(name, most=10, rule=is_day)

    def day_or_null(self, name: str) -> str | None:
        """A real date or nothing."""
        return self._or_null(name, lambda: self.day(name))

    def epoch(self, name: str) -> str:
        """`YYYY-MM`."""
        return self.text(name, most=7, rule=lambda text: bool(_EPOCH.match(text)))

    def portal(self, name: str) -> str:
        """The name of a portal."""
        return self.text(name, most=64, rule=is_portal)

    def choice(self, name: str, allowed: tuple[C, ...]) -> C:
        """One of `allowed`."""
        value = self.take(name)
        found = next((one for one in allowed if one == value), None)
        if found is None:
            self.refuse(name)
        return found

    def integer(self, name: str, *, least: int, most: int = MOST_INTEGER) -> int:
        """A whole number from `least` to `most`."""
        value = self.take(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.refuse(name)
        return value

    def data(self, name: str, length: int) -> bytes:
        """Exactly `length` bytes."""
        value = self.take(name)
        if not isinstance(value, str):
            self.refuse(name)
        return from_base64url(value, length)

    def data_or_null(self, name: str, length: int) -> bytes | None:
        """Exactly `length` bytes or nothing."""
        return self._or_null(name, lambda: self.data(name, length))

    def list(self, name: str, *, most: int) -> list[Any]:
        """At most `most` values of any kind."""
        value = self.take(name)
        if not isinstance(value, list) or len(value) > most:
            self.refuse(name)
        return value

    def names(self, name: str, *, most: int) -> tuple[str, ...]:
        """Names, none of them twice."""
        return self._texts(name, most, is_name)

    def countries(self, name: str, *, most: int) -> tuple[str, ...]:
        """ISO 3166-1 alpha-2 codes, none of them twice."""
        return self._texts(name, most, lambda text: bool(_COUNTRY.match(text)))

    def end(self) -> None:
        """Refuses members that nobody asked for."""
        if self._left:
            raise FormatError(f"{self._where} has unknown members")

    def _or_null(self, name: str, read: Callable[[], T]) -> T | None:
        if name in self._left and self._left[name] is None:
            del self._left[name]
            return None
        return read()

    def _texts(self, name: str, most: int, rule: Callable[[str], bool]) -> tuple[str, ...]:
        values = self.list(name, most=most)
        if not all(isinstance(value, str) and rule(value) for value in values) or len(set(values)) != len(values):
            self.refuse(name)
        return tuple(values)
