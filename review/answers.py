"""Puts each answer under its question, as it was asked: in the writer's language, from the released questionnaire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Questionnaires = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A sentence as the writer read it, its language, and the same in the reader's where that is another."""

    text: str = field(repr=False)
    language: str
    here: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One question and what was answered: choices, or own words."""

    question: Words
    choices: tuple[Words, ...]
    text: str | None = field(repr=False)


def answered(message: Mapping[str, Any], known: Questionnaires, reader: str) -> list[Answered] | None:
    """The answers in the order of the questions; nothing when this release does not know the questionnaire."""
    asked = known.get(message["questionnaire"])
    if asked is None:
        return None
    given: Mapping[str, str | list[str]] = message["answers"]
    writer: str = message["language"]
    found = [_answered(one, given[one["name"]], writer, reader) for one in asked["questions"] if one["name"] in given]
    named = {one["name"] for one in asked["questions"]}
    return found + raw({**message, "answers": {name: value for name, value in given.items() if name not in named}})


def raw(message: Mapping[str, Any]) -> list[Answered]:
    """The answers under the bare names of their questions."""
    return [
        Answered(
            question=Words(text=name, language="en", here=None),
            choices=() if isinstance(value, str) else tuple(Words(text=one, language="en", here=None) for one in value),
            text=value if isinstance(value, str) else None,
        )
        for name, value in message["answers"].items()
    ]


def _answered(question: Mapping[str, Any], value: str | list[str], writer: str, reader: str) -> Answered:
    title = _words(question["title"], writer, reader)
    if question["kind"] == "text":
        return Answered(question=title, choices=(), text=value if isinstance(value, str) else " ".join(value))
    titles = {choice["name"]: choice["title"] for choice in question["choices"]}
    chosen = [value] if isinstance(value, str) else value
    choices = tuple(_words(titles.get(one, {"en": one}), writer, reader) for one in chosen)
    return Answered(question=title, choices=choices, text=None)


def _words(said: Mapping[str, str], writer: str, reader: str) -> Words:
    language = writer if writer in said else "en"
    return Words(text=said[language], language=language, here=said.get(reader) if reader != language else None)
