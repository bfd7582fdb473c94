"""Writes what the vaults of a station have kept into one file for intake: records (FORMAT.md 9.6)."""

from collections.abc import Mapping
from pathlib import Path

from crypto.wire.container import write_container
from review.files import new_file
from review.process import KeeperProcess
from review.refusals import Refused

_WITHOUT_RECORD = ("no-directory", "no-trust")


def write_records(keepers: Mapping[str, KeeperProcess], out: Path, day: str) -> list[str]:
    """Writes the newest record of every vault that believes a directory; returns the names of those vaults.

    A vault signs and remembers its record before the file is written: whatever happens to the file, no two records
    of a vault ever have one number and different words.
    """
    signed = {vault: answer for vault, keeper in sorted(keepers.items()) if (answer := _signed(keeper, day))}
    if not signed:
        raise Refused("no-directory")
    portals = {answer["portal"] for answer in signed.values()}
    if len(portals) > 1:
        raise Refused("portals-differ")
    with new_file(out) as file:
        write_container(
            file,
            [
                ("format", f"sealed-intake/records/v1 {portals.pop()}\n".encode("ascii")),
                *((f"record/{vault}", answer["note"].encode("utf-8")) for vault, answer in signed.items()),
            ],
        )
    return list(signed)


def _signed(keeper: KeeperProcess, day: str) -> dict[str, str] | None:
    try:
        return keeper.ask("record", day)
    except Refused as refused:
        if refused.code in _WITHOUT_RECORD:
            return None
        raise
