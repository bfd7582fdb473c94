"""Takes bundles in, lays posts and records out, and opens the desk."""

import sys
from pathlib import Path
from typing import Any

import click

from review.cli.asking import Name, opened_all, station_argument
from review.config import Config, utc_today
from review.network import check_offline, nowhere, ways_out
from review.pages import refusal_in
from review.post import write_post
from review.process import KeeperProcess
from review.recording import write_records
from review.refusals import Refused
from review.serve import serve as serve_desk

DEFAULT_PORT = 8001


@click.command("import")
@click.argument("station", type=station_argument())
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True)
)
@click.option("--vault", type=Name(), help="only this vault")
def take(station: Path, files: tuple[Path, ...], vault: str | None) -> None:
    """Take ceremony files and bundles into every vault. The same file again changes nothing."""
    today = utc_today()
    with opened_all(station.absolute(), vault, today) as keepers:
        taken = [_take(name, keeper, file, today) for name, keeper in keepers.items() for file in files]
    if not all(taken):
        sys.exit(1)


@click.command()
@click.argument("station", type=station_argument())
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
def export(station: Path, out: Path) -> None:
    """Write one post of all replies that wait, of all vaults."""
    today = utc_today()
    with opened_all(station.absolute(), None, today) as keepers:
        replies = write_post(keepers, out, today)
    click.echo(f"{out}: {replies} replies leave" if replies else "nothing is waiting; no file was written")


@click.command()
@click.argument("station", type=station_argument())
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--vault", type=Name(), help="only this vault")
def record(station: Path, out: Path, vault: str | None) -> None:
    """Write for intake which days the vaults have kept; carry it at another time than the post."""
    today = utc_today()
    with opened_all(station.absolute(), vault, today) as keepers:
        recorded = write_records(keepers, out, today)
    for name, refused in recorded.left_out.items():
        click.echo(f"{name}: left out. {refusal_in('en', refused)}", err=True)
    if not recorded.written:
        raise Refused("no-records")
    click.echo(f"{out}: records of {', '.join(recorded.written)}")


@click.command()
@click.argument("station", type=station_argument())
@click.option(
    "--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one"
)
@click.option("--demo", is_flag=True, help="a banner on every page")
@click.option("--with-network", is_flag=True, help="open it also where the machine reaches a network: for trials only")
def serve(station: Path, port: int, demo: bool, with_network: bool) -> None:
    """Open the desk on this machine, for the one browser that follows the printed link.

    Refuses on a machine that can reach a network, and locks when one comes up.
    """
    look = nowhere if with_network else ways_out
    check_offline(look())
    serve_desk(Config(station=station.absolute(), demo=demo, with_network=with_network, ways_out=look), port)


def _take(vault: str, keeper: KeeperProcess, file: Path, today: str) -> bool:
    """Takes one file into one vault and says so in a line; a refusal does not stop the others."""
    try:
        report = keeper.ask("take", today, path=str(file.absolute()))
    except Refused as refused:
        click.echo(f"{vault}: {file.name!r}: {refusal_in('en', refused)}", err=True)
        return False
    click.echo(f"{vault}: {file.name!r}: {_said(report)}")
    if report["expired"]:
        click.echo(f"{vault}: {_EXPIRED.format(**report)}", err=True)
    return True


def _said(report: dict[str, Any]) -> str:
    if report["kind"] == "ceremony":
        post = "post key received" if report["post_keys"] else "no post key for this vault"
        return f"directory {report['directory']} believed, {post}"
    parts = [f"{report['days']} lists", f"{report['new']} new", f"{report['followup']} follow-ups"]
    parts += [f"{report[name]} {words}" for name, words in _RARE.items() if report[name]]
    return f"directory {report['directory']} believed; " + ", ".join(parts)


_EXPIRED = "directory {directory} expired on {expired}: have the newest file of the ceremony carried here"
_RARE = {
    "foreign": "for others",
    "double": "here already",
    "aside": "set aside",
    "parts": "parts of files",
    "gone": "no longer held by intake",
    "absent": "missing without a word: tell the people who run intake",
    "lost": "deleted by intake before this vault had it: ask the other vaults of the committee for it",
}
