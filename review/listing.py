"""What stands on every page of the open desk: who it reads for, and the list of cases in the order of their need."""

from typing import Any

from review.desk import Desk
from review.places import SHOWS


def open_desk(desk: Desk) -> dict[str, Any]:
    """State of every open vault, and of its cases the page that was chosen."""
    vaults = [_vault(desk, vault) for vault in desk.open_vaults()]
    days = [vault["state"]["last_day"] for vault in vaults if vault["state"]["last_day"]]
    return {
        "vaults": vaults,
        "chosen": desk.reading.chosen,
        "counts": _counted(vaults, "counts"),
        "of_any": _counted(vaults, "of_any"),
        "languages": sorted({one for vault in vaults for one in vault["list"]["languages"]}),
        "committees": {one["id"]: one["names"] for vault in vaults for one in vault["state"]["committees"]},
        "last_day": max(days, default=None),
        "leaving": sum(vault["state"]["replies_waiting"] for vault in vaults),
        "aside": sum(vault["state"]["aside"] for vault in vaults),
        "absent": sum(vault["state"]["absent"] for vault in vaults),
        "lost": sum(vault["state"]["lost"] for vault in vaults),
    }


def _counted(vaults: list[dict[str, Any]], which: str) -> dict[str, int]:
    """How many cases each filter shows in all open vaults: in the language that was chosen, or in any."""
    return {name: sum(vault["list"][which][name] for vault in vaults) for name in (*SHOWS, "pressing")}


def _vault(desk: Desk, vault: str) -> dict[str, Any]:
    keeper, today, chosen = desk.keeper(vault), desk.today(), desk.reading.chosen
    listed = keeper.ask("inbox", today, show=chosen.show, language=chosen.language, page=chosen.page_of(vault))
    state = keeper.ask("state", today)
    return {
        "name": vault,
        "state": state,
        "touched": desk.has_touched_journal(vault),
        "outside": desk.outside(vault),
        "reads_for": [committee["names"] for committee in state["committees"]],
        "list": listed,
        "waiting": [row for row in listed["cases"] if row["waiting"]],
        "answered": [row for row in listed["cases"] if not row["waiting"]],
    }
