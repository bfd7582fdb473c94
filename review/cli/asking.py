"""How the commands ask: passphrases come from standard input, one line each, never from the command line."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from crypto.wire.fields import is_name
from review.anchor import Outside
from review.config import seconds_awake_or_asleep
from review.keyfile import find_key_files
from review.passphrase import MOST_CHARACTERS
from review.process import KeeperProcess
from review.refusals import Refused
from review.sticks import find_sticks
from review.throttle import Throttle
from review.vault import asks_key_file, vault_names

_MOST_PATH = 4_096

OUTSIDE_SAID: dict[Outside, str] = {
    "older": "this vault is older than the station remembers. Was it put back from a copy? Do not go on with it before"
    " somebody has looked at it with you; `review restore` brings back a backup.",
    "never": "this station remembers nothing of the vault's journal. That is as it should be once, after an older"
    " release; if the vault was open with this release before, it was put back from an older copy: have somebody look.",
    "missing": "the small file that remembers the end of the journal is gone; from now on there is a new one",
}


HONEST = (
    "Your passphrase passed a rough estimate, which knows English words and common passwords, but not you, and not the"
    " lines of songs, prayers and books. Nobody can show it again."
)


TWO_PLACES = (
    "Copy the file to a second stick now, and keep the two at two places, neither of them with the station: if the last"
    " copy is lost, so is the vault, and nobody can help."
)


def station_argument() -> click.Path:
    """The folder of a station."""
    return click.Path(path_type=Path, file_okay=False)


class Name(click.ParamType[str]):
    """The name of a vault."""

    name = "name"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuses what FORMAT.md 1.1 does not allow."""
        if not is_name(value):
            self.fail("1 to 32 characters of a-z, 0-9, _ and -, starting with a letter", param, ctx)
        return value


def ask_passphrase(what: str) -> str:
    """One line; a terminal is asked without showing what is typed."""
    if sys.stdin.isatty():
        return str(click.prompt(f"Passphrase of {what}", hide_input=True, err=True))
    line = sys.stdin.readline(MOST_CHARACTERS + 2)
    if not line:
        raise click.UsageError(f"the passphrase of {what} is missing on standard input")
    return line.rstrip("\n")


def ask_key_file(vault: str) -> Path | None:
    """Where the key file of a vault lies: one line; empty for the one on a stick that is plugged in."""
    if sys.stdin.isatty():
        asked = f"Key file of {vault} (empty: look on the sticks)"
        line = str(click.prompt(asked, default="", show_default=False, err=True))
    else:
        line = sys.stdin.readline(_MOST_PATH)
        if not line:
            raise click.UsageError(f"where the key file of {vault} lies is missing on standard input")
    line = line.strip("\r\n")
    if line:
        return Path(line).absolute()
    found = find_key_files(vault, (stick.folder for stick in find_sticks()))
    if len(found) > 1:
        raise Refused("keyfile-several", vault=vault, paths=", ".join(repr(str(path)) for path in found))
    return found[0] if found else None


def key_file_if_needed(station: Path, vault: str) -> Path | None:
    """Asks where it lies, if the vault opens with one only."""
    return ask_key_file(vault) if asks_key_file(station, vault) else None


def own_passphrase(vault: str) -> str:
    """A new one that somebody has thought of: at a terminal typed twice."""
    if sys.stdin.isatty():
        asked = f"New passphrase of {vault}"
        return str(click.prompt(asked, hide_input=True, confirmation_prompt="The same again", err=True))
    return ask_passphrase(f"{vault}, the new one")


def throttle(station: Path) -> Throttle:
    """What makes the next try wait, for the commands as for the desk."""
    return Throttle(station, seconds_awake_or_asleep)


@contextmanager
def opened(
    station: Path, vault: str, day: str, passphrase: str | None = None, key_file: Path | None = None
) -> Iterator[KeeperProcess]:
    """One vault, open until the block ends; asks for its passphrase, and for its key file, if none is given."""
    if vault not in vault_names(station):
        raise Refused("no-vault", vault=vault)
    if passphrase is None:
        passphrase, key_file = ask_passphrase(vault), key_file_if_needed(station, vault)
    with throttle(station).trying(vault):
        keeper = KeeperProcess(station, vault)
        outside = keeper.open(passphrase, day, key_file)
    if outside in OUTSIDE_SAID:
        click.echo(f"{vault}: {OUTSIDE_SAID[outside]}", err=True)
    try:
        yield keeper
    finally:
        keeper.end()


@contextmanager
def opened_all(station: Path, only: str | None, day: str) -> Iterator[dict[str, KeeperProcess]]:
    """The vaults of the station, or one of them, in the order of their names."""
    names = vault_names(station) if only is None else (only,)
    if not names:
        raise click.UsageError(f"{station} holds no vault")
    with ExitStack() as stack:
        yield {name: stack.enter_context(opened(station, name, day)) for name in names}
