"""What stands in the tables before and after a purge, and the records that let it happen."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from intake import schema
from intake.clock import days_later
from intake.store import Store
from tests.intake.conftest import take
from tests.intake.test_records import named, record, records_file
from tests.material import Portal

SECOND, TODAY, LATER = "2026-11-11", "2026-11-12", "2026-11-13"
LIMIT = days_later(SECOND, 90)
"""So long after the day on which manifest 1 was closed."""


def backed_up(store: Store, portal: Portal, vaults: Sequence[str], n: int | None = None, number: int = 1) -> None:
    """These vaults say that a backup holds a manifest, the newest unless a number is given."""
    given = {vault: record(portal, number, manifest=named(store, n)) for vault in vaults}
    take(store, portal, records_file(portal, given), TODAY)


def kept(store: Store) -> dict[str, list[Any]]:
    """Every row of every table but the revision."""
    with store.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in schema.metadata.sorted_tables
        }


def held(store: Store) -> dict[int, int]:
    """How many submissions of each manifest still have their bytes."""
    found: dict[int, int] = {}
    for row in kept(store)["closed"]:
        found[row[1]] = found.get(row[1], 0) + (row[4] is not None)
    return found
