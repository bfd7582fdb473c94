"""Words of answers that the desk keeps ready, in the six languages, for the places of a case's way that come again."""

from functools import cache

from jinja2 import Environment

from templates import environment, languages

LANGUAGES = languages("replies")

# In the order in which a case comes to them; texts of `templates/replies`.
PREPARED = (
    "questions",
    "no-state-contact",
    "not-verified",
    "correlation-not-established",
    "step-taken",
    "answer-received",
    "nothing-yet",
    "ended",
    "handover",
)
# Stands where the focal point has to write something.
UNFILLED = "[…]"


def prepared(name: str, language: str, **values: int | str) -> str:
    """The text in one of the six languages; KeyError for another language."""
    return _environment(language).get_template(f"{name}.txt").render(values).strip()


@cache
def _environment(language: str) -> Environment:
    return environment("replies", language)
