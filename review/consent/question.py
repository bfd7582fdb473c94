"""The form of a question through the thread, read once and strictly (no request of a browser is known here)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crypto.errors import FormatError
from crypto.wire.message import LANGUAGES
from review.consent.entries import MOST_RECIPIENT, NOT_SAID
from review.consent.exact import exact
from review.consent.faults import Faults, of_words
from review.consent.measures import IDENTITIES, MEASURES, MOST_DAYS, usual_days

MOST_EXPLAINED, MOST_TEXT = 4_000, 32_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the form for asking holds, as it was typed; `days` is empty where the usual number stands."""

    measure: str = NOT_SAID
    recipient: str = field(default="", repr=False)
    identity: str = NOT_SAID
    text: str = field(default="", repr=False)
    days: str = ""
    learn: str = field(default="", repr=False)
    help: str = field(default="", repr=False)
    wrong: str = field(default="", repr=False)
    language: str = ""

    @classmethod
    def sent(cls, form: Mapping[str, str]) -> "Question":
        """From a posted form. Raises `FormatError` for what no form of ours sends."""
        given = {name: exact(form.get(name, "")) for name in cls.__dataclass_fields__}
        lengths = {"recipient": MOST_RECIPIENT, "text": MOST_TEXT, "days": 6}
        is_known = (
            given["measure"] in (NOT_SAID, *MEASURES)
            and given["identity"] in (NOT_SAID, *IDENTITIES)
            and given["language"] in LANGUAGES
        )
        if not is_known or any(len(value) > lengths.get(name, MOST_EXPLAINED) for name, value in given.items()):
            raise FormatError("question")
        return cls(**given)

    @property
    def number_of_days(self) -> int | None:
        """For how long a yes counts; nothing where it is no number of days."""
        if not self.days:
            return usual_days(self.measure)
        is_number = self.days.isascii() and self.days.isdigit() and 1 <= int(self.days) <= MOST_DAYS
        return int(self.days) if is_number else None

    def faults(self) -> Faults:
        """Field -> what is missing or wrong there."""
        found = {name: "choose" for name in ("measure", "identity") if getattr(self, name) == NOT_SAID}
        found |= {name: "words" for name in ("learn", "help", "wrong") if not getattr(self, name)}
        found |= of_words(self.recipient, self.text)
        return found | ({"days": "days"} if self.number_of_days is None else {})
