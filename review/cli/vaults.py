"""Makes a vault, its keys, and what it trusts."""

from datetime import date
from pathlib import Path

import click

from crypto.errors import FormatError
from crypto.public.trust import MOST_PIN, Pin
from review.cli.asking import HONEST, Name, opened, own_passphrase, station_argument
from review.config import utc_today
from review.files import new_file, read_file
from review.passphrase import new_passphrase
from review.process import KeeperProcess
from review.refusals import Refused
from review.vault import vault_names

_vault = click.option("--vault", required=True, type=Name(), help="name of the vault, as the directory will say it")


class Month(click.ParamType[str]):
    """An epoch, `YYYY-MM`."""

    name = "YYYY-MM"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuses what is no month."""
        try:
            return f"{date.fromisoformat(f'{value}-01'):%Y-%m}"
        except ValueError:
            self.fail("a month is written like 2026-11", param, ctx)


@click.command()
@click.argument("station", type=station_argument())
@_vault
@click.option("--own", is_flag=True, help="ask for a passphrase of your own instead of printing one")
def init(station: Path, vault: str, own: bool) -> None:
    """Make a vault in STATION; print its passphrase, once, as the last line."""
    if vault in vault_names(station):
        raise Refused("vault-exists", vault=vault)
    passphrase = own_passphrase(vault) if own else new_passphrase()
    if not own:
        # Before anything is made: whatever happens then, somebody has read it.
        click.echo(f"Write down what will be the passphrase of {vault}; nobody can show it again:", err=True)
        click.echo(passphrase)
    keeper = KeeperProcess(station.absolute(), vault)
    keeper.create(passphrase, utc_today())
    keeper.end()
    click.echo(f"{station / vault}.vault is made.{f' {HONEST}' if own else ''}", err=True)
    click.echo(f"It can ask for a file on a stick as well: `review keyfile {station} {vault} --make FILE`.", err=True)


@click.command()
@click.argument("station", type=station_argument())
@_vault
@click.option("--from", "first", required=True, type=Month(), help="first month")
@click.option("--months", required=True, type=click.IntRange(1, 24), help="how many months")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="the public offer")
def keys(station: Path, vault: str, first: str, months: int, out: Path) -> None:
    """Make the vault's sealing keys for some months; write the public half for the ceremony."""
    today = utc_today()
    with opened(station.absolute(), vault, today) as keeper, new_file(out) as file:
        made = keeper.ask("keys", today, **{"from": first}, months=months)
        file.write(made["offer"].encode("utf-8"))
    click.echo(f"{out}: read this fingerprint aloud at the ceremony: {made['fingerprint']}")


@click.command()
@click.argument("station", type=station_argument())
@_vault
@click.argument("pin", metavar="PORTAL.JSON", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def trust(station: Path, vault: str, pin: Path) -> None:
    """Tell the vault which portal and which roots to trust; print them to be compared."""
    today = utc_today()
    try:
        told = Pin.parse(read_file(pin, MOST_PIN)).encode().decode("utf-8")
    except FormatError:
        raise Refused("file-unreadable", path=repr(pin.name)) from None
    with opened(station.absolute(), vault, today) as keeper:
        trusted = keeper.ask("trust", today, pin=told)
    click.echo(f"{vault} trusts {trusted['portal']}; {trusted['threshold']} of these roots must sign:")
    for root in trusted["roots"]:
        click.echo(f"  {root['name']}  {root['fingerprint']}")
