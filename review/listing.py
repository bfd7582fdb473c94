"""What stands on every page of the open desk: who it reads for, and the list of cases in the order of their need."""

from collections.abc import Mapping
from typing import Any

from review.desk import Desk

Row = Mapping[str, Any]


def open_desk(desk: Desk) -> dict[str, Any]:
    """State and cases of every open vault."""
    vaults = [_vault(desk, vault) for vault in desk.open_vaults()]
    days = [vault["state"]["last_day"] for vault in vaults if vault["state"]["last_day"]]
    return {
        "vaults": vaults,
        "committees": {one["id"]: one["names"] for vault in vaults for one in vault["state"]["committees"]},
        "last_day": max(days, default=None),
        "waiting": sum(len(vault["waiting"]) for vault in vaults),
        "in_danger": sum(row["in_danger"] for vault in vaults for row in vault["waiting"]),
        "leaving": sum(vault["state"]["replies_waiting"] for vault in vaults),
        "aside": sum(vault["state"]["aside"] for vault in vaults),
        "absent": sum(vault["state"]["absent"] for vault in vaults),
        "lost": sum(vault["state"]["lost"] for vault in vaults),
    }


def _vault(desk: Desk, vault: str) -> dict[str, Any]:
    keeper, today = desk.keeper(vault), desk.today()
    cases: list[Row] = keeper.ask("inbox", today)["cases"]
    waiting = [row for row in cases if row["waiting"]]
    state = keeper.ask("state", today)
    return {
        "name": vault,
        "state": state,
        "touched": desk.has_touched_journal(vault),
        "outside": desk.outside(vault),
        "reads_for": [committee["names"] for committee in state["committees"]],
        # Danger first; among equals the list keeps its order, newest first.
        "waiting": sorted(waiting, key=lambda row: not row["in_danger"]),
        "answered": [row for row in cases if not row["waiting"]],
    }
