"""Writes what the vaults of a station have kept into one file for intake: records (FORMAT.md 9.6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from crypto.wire.container import write_container
from review.exchange_files import same_among
from review.files import carried_file
from review.process import KeeperProcess
from review.refusals import Refused

# Of these vaults intake would take no record.
_WITHOUT_RECORD = ("no-directory", "no-trust", "not-active")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The vaults whose records stand in the file, and why others were left out, by their names."""

    path: Path
    written: tuple[str, ...]
    left_out: Mapping[str, Refused]


def write_records(keepers: Mapping[str, KeeperProcess], out: Path, day: str, lying: Iterable[Path] = ()) -> Recorded:
    """Writes the newest record of every vault that is active in the directory it believes; no file if none is.

    The same records among those that lie there already are not written twice.
    A vault signs and remembers its record before the file is written: whatever happens to the file, no two records
    of a vault ever have one number and different words.
    """
    signed, left_out = dict[str, dict[str, str]](), dict[str, Refused]()
    for vault, keeper in sorted(keepers.items()):
        try:
            signed[vault] = keeper.ask_patiently("record", day)
        except Refused as refused:
            if refused.code not in _WITHOUT_RECORD:
                raise
            left_out[vault] = refused
    path = _write(signed, out, lying) if signed else out
    return Recorded(path=path, written=tuple(signed), left_out=left_out)


def _write(signed: Mapping[str, Mapping[str, str]], out: Path, lying: Iterable[Path]) -> Path:
    portals = {answer["portal"] for answer in signed.values()}
    if len(portals) > 1:
        raise Refused("portals-differ")
    members = [
        ("format", f"sealed-intake/records/v1 {portals.pop()}\n".encode("ascii")),
        *((f"record/{vault}", answer["note"].encode("utf-8")) for vault, answer in signed.items()),
    ]
    there = same_among(lying, members)
    if there is None:
        with carried_file(out) as file:
            write_container(file, members)
    return there or out
