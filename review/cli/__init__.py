"""The command `review`: a station's vaults, its exchange with intake, the ceremony, and the desk."""

import sys

import click

from review.cli import ceremony, exchange, journal, keeping, vaults
from review.pages import refusal_in
from review.refusals import Refused

REFUSED = 1


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def review() -> None:
    """The offline desk: opens what was sealed for its vaults, and seals the answers."""


_VAULTS = (vaults.init, vaults.keys, vaults.trust)
_KEEPING = (
    keeping.backup,
    keeping.restore,
    keeping.passphrase,
    keeping.keyfile,
    keeping.state,
    journal.journal,
    journal.journal_check,
)
_EXCHANGE = (exchange.exchange, exchange.take, exchange.export, exchange.record, exchange.serve)
for command in (*_VAULTS, *_KEEPING, *_EXCHANGE, ceremony.group):
    review.add_command(command)


def main() -> None:
    """Misuse ends with 2, a refusal with 1 and one line that says why."""
    try:
        review()
    except Refused as refused:
        click.echo(f"review: {refusal_in('en', refused)}", err=True)
        sys.exit(REFUSED)
