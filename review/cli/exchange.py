"""Takes bundles in, lays posts and records out, both at once with a stick, and opens the desk."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from review.cli.asking import Name, opened_all, station_argument
from review.config import Config, utc_today
from review.exchange import Plan, Progress, Reading, Report, make_plan, read_file, run
from review.network import check_offline, nowhere, ways_out
from review.pages import refusal_in
from review.post import send_posts
from review.recording import Recorded, write_records
from review.refusals import Refused
from review.serve import serve as serve_desk
from review.vault import vault_names

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
        readings = [
            _say(read_file(keeper, name, file.absolute(), today)) for name, keeper in keepers.items() for file in files
        ]
    if any(one.refused for one in readings):
        sys.exit(1)


@click.command()
@click.argument("station", type=station_argument())
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--no-records", is_flag=True, help="leave the records for another stick")
@click.option("--vault", type=Name(), help="only this vault")
def exchange(station: Path, folder: Path, *, no_records: bool, vault: str | None) -> None:
    """Read what a stick brings into every vault, and write what leaves onto it. Broken off, it goes on from there."""
    station, today = station.absolute(), utc_today()
    with opened_all(station, vault, today) as keepers:
        closed = tuple(name for name in vault_names(station) if name not in keepers)
        plan = make_plan(keepers, closed, station, folder.absolute(), today)
        plan = replace(plan, records=None) if no_records else plan
        _say_plan(plan)
        report = run(plan, keepers, today, Progress(), _say)
    _say_written(report)
    if not report.is_whole:
        sys.exit(1)


@click.command()
@click.argument("station", type=station_argument())
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
def export(station: Path, out: Path) -> None:
    """Write one post of all replies that wait, of all vaults; where very much waits, further ones beside it."""
    today, is_any = utc_today(), False
    with opened_all(station.absolute(), None, today) as keepers:
        for posted in send_posts(keepers, out, today):
            is_any = True
            click.echo(f"{posted.path}: {posted.replies} replies leave")
    if not is_any:
        click.echo("nothing is waiting; no file was written")


@click.command()
@click.argument("station", type=station_argument())
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--vault", type=Name(), help="only this vault")
def record(station: Path, out: Path, vault: str | None) -> None:
    """Write for intake which days the vaults have kept; carry it at another time than the post."""
    today = utc_today()
    with opened_all(station.absolute(), vault, today) as keepers:
        recorded = write_records(keepers, out, today)
    _say_left_out(recorded)
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


def _say(reading: Reading) -> Reading:
    """What one file brought to one vault, in a line."""
    about = f"{reading.vault}: {reading.name!r}"
    if reading.refused is not None:
        click.echo(f"{about}: {refusal_in('en', reading.refused)}", err=True)
        return reading
    click.echo(f"{about}: {_said(reading.figures)}")
    if reading.figures["expired"]:
        click.echo(f"{reading.vault}: {_EXPIRED.format(**reading.figures)}", err=True)
    return reading


def _say_plan(plan: Plan) -> None:
    files, lying = len(plan.lying.incoming), len(plan.lying.posts) + len(plan.lying.records)
    click.echo(f"{files} files to read; {plan.lying.others} other files are left alone")
    if plan.lying.unseen:
        click.echo(f"{plan.lying.unseen} files were not looked at, for others are too many or too large", err=True)
    if lying:
        click.echo(f"{lying} posts or records lie there already, which nobody has taken to intake yet")
    if plan.closed:
        click.echo(f"not open, their mail stays on the stick for them: {', '.join(plan.closed)}")


def _say_written(report: Report) -> None:
    for refused in (report.post_refused, report.records_refused):
        if refused is not None:
            click.echo(refusal_in("en", refused), err=True)
    for posted in report.posts:
        click.echo(f"{posted.path.name!r}: {posted.replies} replies leave")
    for vault in report.untold:
        click.echo(f"{vault}: {_UNTOLD}", err=True)
    if report.recorded is not None:
        _say_left_out(report.recorded)
        click.echo(f"{report.recorded.path.name!r}: records of {', '.join(report.recorded.written)}")
    found = report.figures
    click.echo(f"{found['new']} new, {found['followup']} follow-ups, {found['aside']} set aside")
    click.echo("everything is written; the stick can be taken out" if report.is_whole else _NOT_ALL)


def _say_left_out(recorded: Recorded) -> None:
    for vault, refused in recorded.left_out.items():
        click.echo(f"{vault}: left out. {refusal_in('en', refused)}", err=True)


def _said(report: Mapping[str, Any]) -> str:
    if report["kind"] == "ceremony":
        post = "post key received" if report["post_keys"] else "no post key for this vault"
        return f"directory {report['directory']} believed, {post}"
    parts = [f"{report['days']} lists", f"{report['new']} new", f"{report['followup']} follow-ups"]
    parts += [f"{report[name]} {words}" for name, words in _RARE.items() if report[name]]
    return f"directory {report['directory']} believed; " + ", ".join(parts)


_UNTOLD = "was locked before it heard that its replies left; they will leave once more, and arrive once"
_NOT_ALL = "not everything was done. What was read is kept, what was written is whole; nothing half done is left"
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
