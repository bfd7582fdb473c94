"""What the desk's forms send, read once and strictly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flask import abort

from crypto.wire.message import LANGUAGES

WEEKS = (2, 3, 4, 6, 8)
MOST_TEXT = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reply before it is sealed. An acknowledgment has weeks, and its words come from the template."""

    kind: Literal["acknowledgment", "text"]
    language: str
    text: str = field(repr=False)
    weeks: int

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> "Draft":
        """From a posted form; answers 400 to what no form of ours sends."""
        kind, language = form.get("kind", ""), form.get("language", "")
        if kind == "acknowledgment":
            weeks = form.get("weeks", "")
            if language not in LANGUAGES or weeks not in map(str, WEEKS):
                abort(400)
            return cls(kind="acknowledgment", language=language, text="", weeks=int(weeks))
        text = form.get("text", "").replace("\r\n", "\n").strip()
        if kind != "text" or language not in LANGUAGES or len(text) > MOST_TEXT:
            abort(400)
        return cls(kind="text", language=language, text=text, weeks=0)
