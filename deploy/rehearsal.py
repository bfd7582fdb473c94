"""A whole portal in one folder: throw-away roots and keys, an intake, a station and the way between them.

Everything is done by the real commands, but for the making of the vaults: these are thrown away, are opened all the
time, and take a cheaper Argon2id than `review init` gives.

The demo shows it to people; the journey tests walk through it.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from deploy.commands import Commands
from review.passphrase import CHEAP_PROFILE, new_passphrase
from review.process import KeeperProcess

PLAN = Path(__file__).with_name("demo-plan.json")
VAULTS = ("cat", "ced", "desk")
"""At the station that is served."""

ELSEWHERE = ("cmw-1", "cmw-2")
"""At a station of their own, which made its keys for the ceremony; nobody sits there."""

MONTHS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A prepared portal: its commands, and the passphrase of each vault."""

    commands: Commands
    passphrases: Mapping[str, str] = field(repr=False)

    @property
    def folder(self) -> Path:
        """Where everything lies."""
        return self.commands.folder

    @property
    def intake(self) -> Path:
        """The folder of the public server."""
        return self.folder / "intake"

    @property
    def station(self) -> Path:
        """The folder of the station that is served."""
        return self.folder / "station"

    @property
    def bundle(self) -> Path:
        """What the courier carries from the intake to the stations."""
        return self.folder / "bundle.tar"

    def close_day(self) -> bool:
        """Closes what has arrived, as a further manifest of today; whether there was anything."""
        said = self.commands.run("intake", "close-day", self.intake, "--short")
        return any(line.startswith("closed") for line in said)

    def carry_out(self) -> None:
        """Brings all closed days to the station."""
        self.commands.run("intake", "export", self.intake, self.bundle)
        self.at_station("import", self.bundle)

    def carry_back(self) -> bool:
        """Brings the replies that wait at the station to the mailboxes; whether there were any."""
        post = self.folder / "post.tar"
        self.at_station("export", post)
        if not post.exists():
            return False
        self.commands.run("intake", "import", self.intake, post)
        post.unlink()
        return True

    def carry_records(self) -> None:
        """Brings what the vaults say they have kept to the intake: a file of its own, at a time of its own."""
        records = self.folder / "records.tar"
        self.at_station("record", records)
        self.commands.run("intake", "import", self.intake, records)
        records.unlink()

    def at_station(self, verb: str, file: Path) -> None:
        """Opens all vaults of the station to take this file in, or to write it."""
        answers = [self.passphrases[vault] for vault in VAULTS]
        self.commands.run("review", verb, self.station, file, answers=answers)


def prepare(commands: Commands, today: date) -> Rehearsal:
    """Makes the keys, holds the ceremony, and brings its directory to the intake and to every station."""
    folder, run = commands.folder, commands.run
    (folder / "offers").mkdir()
    passphrases = _make_vaults(commands, today)
    rehearsal = Rehearsal(commands=commands, passphrases=passphrases)
    ceremony = _hold_ceremony(rehearsal, today)
    pin, directory = ceremony / "portal.json", ceremony / "ceremony.tar"
    run("intake", "init", rehearsal.intake, "--portal", pin, "--demo")
    run("intake", "import", rehearsal.intake, directory)
    for vault, passphrase in passphrases.items():
        run("review", "trust", rehearsal.station, "--vault", vault, pin, answers=[passphrase])
    rehearsal.at_station("import", directory)
    return rehearsal


def _make_vaults(commands: Commands, today: date) -> dict[str, str]:
    """All vaults, several at a time, since each takes a second of reckoning; the passphrases of our station."""
    stations = {
        **dict.fromkeys(VAULTS, commands.folder / "station"),
        **dict.fromkeys(ELSEWHERE, commands.folder / "station-elsewhere"),
    }
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(partial(_make_vault, commands, today), stations, stations.values()))
    return {vault: made[number] for number, vault in enumerate(stations) if vault in VAULTS}


def _make_vault(commands: Commands, today: date, vault: str, station: Path) -> str:
    """A vault with keys for some months, and its public offer; its passphrase."""
    of_vault = (station, "--vault", vault)
    passphrase = new_passphrase()
    keeper = KeeperProcess(station, vault)
    keeper.create(passphrase, today.isoformat(), CHEAP_PROFILE)
    keeper.end()
    months = ("--from", f"{today:%Y-%m}", "--months", MONTHS)
    offer = commands.folder / "offers" / f"{vault}.json"
    commands.run("review", "keys", *of_vault, *months, "--out", offer, answers=[passphrase])
    return passphrase


def _hold_ceremony(rehearsal: Rehearsal, today: date) -> Path:
    """Three roots, two of which sign the plan; the folder with the ceremony file and `portal.json`."""
    folder, run = rehearsal.folder, rehearsal.commands.run
    roots, out = folder / "roots", folder / "ceremony"
    intake_key = run("intake", "key", rehearsal.intake)[-1]
    root_passphrases = run("review", "ceremony", "roots", roots, "--count", 3)[-3:]
    offers = sorted((folder / "offers").iterdir())
    what = ("--plan", PLAN, "--offer", *offers, "--intake-key", intake_key, "--out", out, "--now", today.isoformat())
    run("review", "ceremony", "sign", roots, *what, answers=root_passphrases[:2])
    return out
