"""The journal for an auditor, and whether a newer one continues an older one."""

from pathlib import Path

import click

from crypto.errors import FormatError
from review.cli.asking import Name, opened, station_argument
from review.config import utc_today
from review.files import open_regular
from review.journalfile import compare
from review.refusals import Refused

_export = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("station", type=station_argument())
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--vault", required=True, type=Name(), help="which vault")
def journal(station: Path, out: Path, vault: str) -> None:
    """Write the journal of VAULT for an auditor, without anything of a case, to OUT: a folder, or a new file."""
    today = utc_today()
    with opened(station.absolute(), vault, today) as keeper:
        written = keeper.ask_patiently("export_journal", today, out=str(out.absolute()))
    click.echo(f"{written['path']}: {written['entries']} entries")


@click.command("journal-check")
@click.argument("old", type=_export)
@click.argument("new", type=_export)
def journal_check(old: Path, new: Path) -> None:
    """Say whether the journal NEW continues OLD, which the auditor has kept. Needs no vault."""
    with open_regular(old) as older, open_regular(new) as newer:
        try:
            found = compare(older, newer)
        except FormatError as error:
            raise Refused("journal-unfit", path=repr((old if error.where == "old" else new).name)) from None
    if found.verdict == "other":
        raise Refused("journal-other")
    if found.verdict == "cut":
        raise Refused("journal-cut", n=found.n)
    if found.verdict == "changed":
        raise Refused("journal-changed", n=found.n)
    click.echo(f"{new} continues {old}: nothing was cut or changed, {found.n} entries are new")
