"""The command `intake`: what the people who run the public site do."""

import ipaddress
import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from crypto.errors import CryptoError
from crypto.sign.sign import public, signing_key
from crypto.wire.fields import to_base64url
from intake import closing, config, database, files, imports, transfer
from intake.check import check as checked
from intake.clock import day_of, utc_now
from intake.directories import Directories, Standing
from intake.errors import BusyError, EvidenceError, IntakeError, RefusedError
from intake.limits import Limits
from intake.store import Store

MISUSE, REFUSAL = 2, 1

folder = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=False)
def intake() -> None:
    """The public site of a portal: it keeps what is sealed, and can open none of it."""


@intake.command()
@folder
def key(folder: Path) -> None:
    """Make DIR and the key that signs what leaves it; print the public half."""
    _make_private(folder)
    seed = signing_key()
    try:
        files.create(folder / config.KEY, seed)
    except FileExistsError:
        raise RefusedError(f"{folder / config.KEY} is already there") from None
    click.echo(to_base64url(public(seed)))


@intake.command()
@folder
@click.option("--portal", "pin", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--database", "url", default=config.DEFAULT_DATABASE, metavar="URL", help="SQLAlchemy URL; - reads it")
@click.option("--demo", is_flag=True, help="a banner on every page, and days may be closed early")
def init(folder: Path, pin: Path, url: str, demo: bool) -> None:
    """Make the settings and the database of DIR for the portal that the ceremony made."""
    from intake import migrations  # no other command needs what it loads

    _make_private(folder)
    for name in (config.PIN, config.SETTINGS):
        files.tidy(folder / name)
    data = pin.read_bytes()
    if (folder / config.SETTINGS).exists() or _has_other(folder / config.PIN, data):
        raise RefusedError(f"{folder} is the folder of an intake already")
    portal = config.read_pin(data).portal
    url = _believable(url)
    store = Store(config.database_inside(folder, url), Limits())
    migrations.create(store, portal, day_of(utc_now()))
    config.write(folder, data, url, demo=demo)
    click.echo(f"{folder} is ready: `intake import` the ceremony file, then `intake serve`")


@intake.command()
@folder
def upgrade(folder: Path) -> None:
    """Bring the database of DIR to this release. Stop serving first; the same again changes nothing."""
    from intake import migrations

    settings = config.load(folder)
    _write_anew_inside(folder)
    before, now = migrations.bring_up(Store(settings.database, settings.limits))
    click.echo(f"{folder}: the database was at {before}, and is at {now}")


@intake.command("import")
@folder
@click.argument("sources", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
def bring_in(folder: Path, sources: tuple[Path, ...]) -> None:
    """Take ceremony files, posts and records files. The same file again changes nothing."""
    settings = config.load(folder)
    store = _store(settings)
    for source in sources:
        today = day_of(utc_now())
        standing = _standing(settings, store, today)
        try:
            with files.open_regular(source) as untrusted:
                lines = imports.bring_in(store, settings.pin, standing, untrusted, today)
        except EvidenceError as error:
            _tell(source, error.taken)
            raise RefusedError(f"{source.name!r}: {error}") from None
        except (CryptoError, RefusedError) as error:
            raise RefusedError(f"{source.name!r}: nothing taken: {error}") from None
        _tell(source, lines)


@intake.command()
@folder
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65_535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
def serve(folder: Path, host: str, port: int, workers: int) -> None:
    """Answer requests, until stopped."""
    from intake.serve import serve as run  # nor this one

    if not _is_loopback(host):
        raise RefusedError(f"{host} can be reached from elsewhere: a public host needs a front (deploy/INTAKE.md)")
    settings = config.load(folder)
    _store(settings).close()
    run(settings, host, port, workers)


@intake.command("close-day")
@folder
@click.option("--short", is_flag=True, help="demo only: also what is there of today")
@click.option("--after-gap", is_flag=True, help="also days that are far behind: delete nothing for its age this time")
def close_day(folder: Path, short: bool, after_gap: bool) -> None:
    """Close every UTC day that is over: sign its manifest and forget in which order things came.

    Then let go of what every vault concerned has in a backup, and of what has waited for too long. It refuses when the
    clock stands elsewhere than the days do, until --after-gap says that the clock is right.
    """
    settings, store, _today, standing = _opened(folder)
    if short and not settings.demo:
        raise RefusedError("--short is for demos: a real day is closed when it is over")
    signer = closing.Signer.named_by(standing, settings.pin.portal, config.read_key(folder))
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        click.echo(line)

    closing.close_days(
        store,
        signer,
        utc_now,
        short=short,
        after_gap=after_gap,
        retention_days=settings.limits.retention_days,
        say=say,
    )
    if not said:
        click.echo("nothing to close")


@intake.command()
@folder
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path, dir_okay=False))
def export(folder: Path, out: Path) -> None:
    """Write the bundle of all closed days, and of today so far, to OUT."""
    settings, store, today, standing = _opened(folder)
    signer = closing.Signer.named_by(standing, settings.pin.portal, config.read_key(folder))
    done = transfer.export(store, signer, out, today)
    click.echo(f"{out}: {done.manifests} manifests" + (", and today so far" if done.today else ""))
    if not done.today:
        click.echo("earlier days are not closed, so today is not in it: run `intake close-day`")


@intake.command()
@folder
def check(folder: Path) -> None:
    """Say how DIR is, and what is wrong with it."""
    settings, store, today, standing = _opened(folder)
    report = checked(settings, store, standing, today)
    for line in report.state:
        click.echo(line)
    if report.wrong:
        raise RefusedError("; ".join(report.wrong))


def main(arguments: Sequence[str] | None = None) -> None:
    """One clear line on stderr when something is refused (exit 1) or was asked for wrongly (exit 2).

    Whatever breaks, no process of ours leaves its memory on a disk.
    """
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        intake.main(arguments, prog_name="intake", standalone_mode=False)
    except click.UsageError as error:
        _end(error.format_message(), MISUSE)
    except click.Abort:
        _end("stopped", REFUSAL)
    except BusyError:
        _end("others are writing to the database: try again", REFUSAL)
    except (IntakeError, OSError) as error:
        _end(str(error), REFUSAL)


def _tell(source: Path, lines: Sequence[str]) -> None:
    for line in lines:
        click.echo(f"{source.name!r}: {line}")


def _end(words: str, status: int) -> None:
    click.echo(f"intake: {words}", err=True)
    sys.exit(status)


def _believable(url: str) -> str:
    """The URL of a database, read from standard input for `-`: the command line can be seen by everybody."""
    if url == "-":
        url = sys.stdin.readline().strip()
    elif database.holds_password(url):
        raise RefusedError("a password on the command line can be seen by others: `--database -` reads the URL")
    if not database.is_sqlite(url):
        click.echo(f"intake: warning: {database.TRACES}", err=True)
    return url


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _has_other(file: Path, data: bytes) -> bool:
    return file.exists() and file.read_bytes() != data


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=files.PRIVATE_FOLDER, parents=True, exist_ok=True)
    if not files.is_private(folder):
        raise RefusedError(f"{folder} may be read by others: `chmod 700` it")


def _opened(folder: Path) -> tuple[config.Config, Store, str, Standing]:
    settings = config.load(folder)
    store, today = _store(settings), day_of(utc_now())
    return settings, store, today, _standing(settings, store, today)


def _standing(settings: config.Config, store: Store, today: str) -> Standing:
    with store.look() as look:
        return Directories(settings.pin).on(today, look)


def _write_anew_inside(folder: Path) -> None:
    """SQLite writes a file anew in its own folder, never in a shared place."""
    os.environ["SQLITE_TMPDIR"] = str(folder)


def _store(settings: config.Config) -> Store:
    _write_anew_inside(settings.folder)
    return Store.open(settings.database, settings.limits, settings.pin.portal)
