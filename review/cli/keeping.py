"""Backs a vault up, brings it back, changes its passphrase, and says how it stands."""

from pathlib import Path

import click

from review.backing import BackupRun, Step
from review.backupfile import read_head
from review.cli.asking import (
    HONEST,
    TWO_PLACES,
    Name,
    ask_key_file,
    ask_passphrase,
    key_file_if_needed,
    opened,
    opened_all,
    own_passphrase,
    station_argument,
    throttle,
)
from review.config import utc_today
from review.passphrase import new_passphrase
from review.process import KeeperProcess

_SAID: dict[Step, str] = {
    "writing": "writing the copy ...",
    "opening": "opening it elsewhere, from where it was written ...",
    "comparing": "comparing it with the vault ...",
}


@click.command()
@click.argument("station", type=station_argument())
@click.argument("vault", type=Name())
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
def backup(station: Path, vault: str, folder: Path) -> None:
    """Write VAULT into one encrypted file in FOLDER, and open that file elsewhere with the passphrase typed anew."""
    station, today = station.absolute(), utc_today()
    with opened(station, vault, today) as keeper:
        anew, key_file = ask_passphrase(f"{vault}, once more, for the copy"), key_file_if_needed(station, vault)
        run = BackupRun(station, vault, keeper, throttle(station))
        run.run(
            folder.absolute(),
            anew,
            today,
            lambda step: click.echo(_SAID.get(step, ""), err=True, nl=step in _SAID),
            key_file,
        )
    click.echo(f"{folder / run.name}: a good backup of {vault}")
    click.echo("Only the passphrase of today opens it. If that is lost, so is the backup.", err=True)
    if key_file is not None:
        click.echo(f"It needs the key file of today, too. {TWO_PLACES}", err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.argument("station", type=station_argument())
def restore(file: Path, station: Path) -> None:
    """Make the vault of the backup FILE in STATION, which has none of its name."""
    station, head = station.absolute(), read_head(file)
    passphrase = ask_passphrase(f"{head.vault} when the backup was made")
    if head.header.key_file:
        click.echo("This backup needs the key file of the day on which it was made.", err=True)
    key_file = ask_key_file(head.vault) if head.header.key_file else None
    keeper = KeeperProcess(station, head.vault)
    vault = keeper.restore(file.absolute(), passphrase, utc_today(), key_file)
    keeper.end()
    click.echo(
        f"{station / vault}.vault is restored. It counts no backup: make one now, after the newest bundle is in."
    )


@click.command()
@click.argument("station", type=station_argument())
@click.option("--vault", required=True, type=Name(), help="which vault")
@click.option("--own", is_flag=True, help="ask for a passphrase of your own instead of printing a new one")
def passphrase(station: Path, vault: str, own: bool) -> None:
    """Give VAULT another passphrase; a new one is printed, once. Backups keep the one of their day."""
    station, today = station.absolute(), utc_today()
    old, key_file = ask_passphrase(vault), key_file_if_needed(station, vault)
    with opened(station, vault, today, old, key_file) as keeper:
        new = own_passphrase(vault) if own else new_passphrase()
        if not own:
            # Before anything is changed: whatever happens then, somebody has read it.
            click.echo(f"Write down what will be the passphrase of {vault}; nobody can show it again:", err=True)
            click.echo(new)
        keeper.ask("change_passphrase", today, old=old, new=new, key_file=_text(key_file))
    click.echo(f"{vault} has its new passphrase. Copies and backups made before open with the old one.", err=True)
    if own:
        click.echo(HONEST, err=True)


@click.command()
@click.argument("station", type=station_argument())
@click.argument("vault", type=Name())
@click.option("--make", "made", type=click.Path(path_type=Path, dir_okay=False), help="a new key file, on a stick")
@click.option("--remove", is_flag=True, help="open with the passphrase alone from now on")
def keyfile(station: Path, vault: str, made: Path | None, *, remove: bool) -> None:
    """Let VAULT ask for a file on a stick beside its passphrase, for another one, or for none any more."""
    if (made is None) != remove:
        raise click.UsageError("say either --make FILE or --remove")
    station, today = station.absolute(), utc_today()
    passphrase, key_file = ask_passphrase(vault), key_file_if_needed(station, vault)
    given = {"passphrase": passphrase, "key_file": _text(key_file)}
    with opened(station, vault, today, passphrase, key_file) as keeper:
        if made is None:
            keeper.ask_patiently("remove_key_file", today, **given)
        else:
            keeper.ask_patiently("set_key_file", today, made=str(made.absolute()), **given)
    if made is None:
        click.echo(f"{vault} opens with its passphrase alone. Backups made before still need the key file.", err=True)
    else:
        click.echo(f"{vault} opens with its passphrase and {made} together, and with nothing less. {TWO_PLACES}")


@click.command()
@click.argument("station", type=station_argument())
@click.option("--vault", type=Name(), help="only this vault")
def state(station: Path, vault: str | None) -> None:
    """Say of every vault which days it has read, and when its last good backup was made."""
    today = utc_today()
    with opened_all(station.absolute(), vault, today) as keepers:
        for name, keeper in keepers.items():
            found = keeper.ask("state", today)
            click.echo(f"{name}: last day read: {found['last_day'] or 'none yet'}")
            click.echo(f"{name}: {_backup(found['backup'])}")


def _text(path: Path | None) -> str:
    return "" if path is None else str(path)


def _backup(last: dict[str, object] | None) -> str:
    if last is None:
        return "no good backup yet: a broken disk would take everything"
    said = f"last good backup: {last['day']} ({last['name']})"
    return f"{said}; lists that it does not hold: {last['newer']}" if last["newer"] else said
