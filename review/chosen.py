"""What the desk remembers of how it is being read: which list, and what was searched. In memory, until it locks."""

from dataclasses import dataclass, field

from review.places import Show


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which cases stand in the list: of a filter, in one language or any; and of `vault` which page."""

    show: Show = "all"
    language: str = ""
    vault: str = ""
    page: int = 1

    def page_of(self, vault: str) -> int:
        """The page of this vault's list."""
        return self.page if vault == self.vault else 1


@dataclass(slots=True)
class Reading:
    """The list that was chosen last, and the words that were searched last."""

    chosen: Chosen = Chosen()
    searched: str = field(default="", repr=False)
