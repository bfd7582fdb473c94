"""A whole portal in one folder: throw-away roots and keys, an intake, two stations and the way between them.

Everything is done by the real commands. The demo shows it to people; the journey tests walk through it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from deploy.commands import Commands

PLAN = Path(__file__).with_name("demo-plan.json")
STATIONS: Mapping[str, tuple[str, ...]] = {"station": ("cat", "ced", "desk"), "station-cmw": ("cmw-1", "cmw-2")}
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
        """Brings all closed days to every station."""
        self.commands.run("intake", "export", self.intake, self.bundle)
        for station in STATIONS:
            self._at_station(station, "import", self.bundle)

    def carry_back(self) -> bool:
        """Brings the replies that wait at the stations to the mailboxes; whether there were any."""
        posts = [self.folder / f"post-{station}.tar" for station in STATIONS]
        for station, post in zip(STATIONS, posts, strict=True):
            self._at_station(station, "export", post)
        carried = [post for post in posts if post.exists()]
        for post in carried:
            self.commands.run("intake", "import", self.intake, post)
            post.unlink()
        return bool(carried)

    def _at_station(self, station: str, verb: str, file: Path) -> None:
        answers = [self.passphrases[vault] for vault in STATIONS[station]]
        self.commands.run("review", verb, self.folder / station, file, answers=answers)


def prepare(commands: Commands, today: date) -> Rehearsal:
    """Makes the keys, holds the ceremony, and brings its directory to the intake and to every station."""
    folder, run = commands.folder, commands.run
    (folder / "offers").mkdir()
    passphrases = {
        vault: _make_vault(commands, station, vault, today) for station, vaults in STATIONS.items() for vault in vaults
    }
    rehearsal = Rehearsal(commands=commands, passphrases=passphrases)
    ceremony = _hold_ceremony(rehearsal, today)
    pin, directory = ceremony / "portal.json", ceremony / "ceremony.tar"
    run("intake", "init", rehearsal.intake, "--portal", pin, "--demo")
    run("intake", "import", rehearsal.intake, directory)
    for station, vaults in STATIONS.items():
        for vault in vaults:
            run("review", "trust", folder / station, "--vault", vault, pin, answers=[passphrases[vault]])
        rehearsal._at_station(station, "import", directory)
    return rehearsal


def _make_vault(commands: Commands, station: str, vault: str, today: date) -> str:
    """A vault with keys for some months, its public offer beside it; its passphrase."""
    of_vault = (commands.folder / station, "--vault", vault)
    passphrase = commands.run("review", "init", *of_vault)[-1]
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
