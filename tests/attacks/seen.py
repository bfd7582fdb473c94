"""What a vault holds before and after, and what a refusal says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from review import schema
from review.refusals import Refused
from tests.material import DAY, Portal
from tests.review.carried import Day, Writer, bundle, close_day
from tests.review.conftest import Station


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one bundle did to a vault: the figures of its report, and every message set aside, by (reason, bytes)."""

    figures: Mapping[str, int]
    aside: tuple[tuple[str, bytes], ...]
    messages: tuple[bytes, ...]

    @property
    def reasons(self) -> list[str]:
        """Why something was set aside, in the order of the alphabet."""
        return sorted(reason for reason, _ in self.aside)


def carry(station: Station, *envelopes: bytes, before: Sequence[Day] = (), vault: str = "cat") -> Seen:
    """Brings a day with these envelopes to the vault, behind the days before."""
    day = close_day(station.portal, envelopes, before)
    report = station.take(vault, bundle(station.portal, [*before, day]))
    with station.vaults[vault].transaction() as connection:
        aside = connection.execute(select(schema.aside.c.reason, schema.aside.c.data)).all()
        messages = connection.scalars(select(schema.messages.c.data)).all()
    return Seen(
        figures={name: count for name, count in report.figures.items() if count and name not in ("days", "post_keys")},
        aside=tuple((row.reason, row.data) for row in aside),
        messages=tuple(messages),
    )


def everything(station: Station, vault: str = "cat") -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a vault."""
    with station.vaults[vault].transaction() as connection:
        tables = schema.metadata.sorted_tables
        return {
            table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr) for table in tables
        }


def refused(station: Station, file: bytes, day: str = DAY) -> tuple[str, str]:
    """Code and reason with which a file is refused, after which the vault holds exactly what it held before."""
    before = everything(station)
    with pytest.raises(Refused) as caught:
        station.take("cat", file, day)
    assert everything(station) == before
    return caught.value.code, str(caught.value.detail.get("why", ""))


def a_day(portal: Portal, words: str = "Somebody honest wrote this.") -> Day:
    """A day with one honest message for `cat`."""
    writer = Writer(portal=portal)
    return close_day(portal, [writer.seal(writer.account(words))])
