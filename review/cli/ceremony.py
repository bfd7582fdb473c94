"""Makes roots, and signs a directory with them."""

from pathlib import Path

import click

from crypto.errors import CryptoError, FormatError
from crypto.secret.ceremony import ceremony_members, propose, sign_proposal
from crypto.secret.offer import MOST_OFFER, Offer
from crypto.sign.sign import signing_key
from crypto.wire.container import write_container
from crypto.wire.digest import sha256
from crypto.wire.fields import from_base64url, is_day, to_base64url
from review.cli.asking import ask_passphrase
from review.config import utc_today
from review.files import new_file, read_file
from review.plan import MOST_PLAN, read_plan
from review.refusals import Refused
from review.roots import make_root, read_roots

_file = click.Path(path_type=Path, exists=True, dir_okay=False)
_folder = click.Path(path_type=Path, file_okay=False)


@click.group("ceremony")
def group() -> None:
    """Where roots are made and directories signed. Never on a machine that has seen a network."""


@group.command()
@click.argument("folder", metavar="DIR", type=_folder)
@click.option("--count", default=3, show_default=True, type=click.IntRange(1, 16))
def roots(folder: Path, count: int) -> None:
    """Make root keys in DIR, each under its own passphrase; print one passphrase a line."""
    for number in range(1, count + 1):
        passphrase = make_root(folder, f"root-{number}")
        click.echo(f"{folder / f'root-{number}.key'} is made; its passphrase, once:", err=True)
        click.echo(passphrase)


@group.command()
@click.argument("folder", metavar="DIR", type=_folder)
@click.argument("more_offers", metavar="[FILE...]", nargs=-1, type=_file)
@click.option("--plan", required=True, type=_file, help="what was decided: portal, committees, vaults")
@click.option("--offer", "offers", required=True, multiple=True, type=_file, help="public keys of a vault; may repeat")
@click.option("--intake-key", required=True, metavar="KEY", help="what `intake key` printed")
@click.option("--out", required=True, type=_folder, help="where ceremony.tar and portal.json go")
@click.option("--threshold", default=2, show_default=True, type=click.IntRange(1, 16), help="roots that must sign")
@click.option("--now", "day", metavar="DAY", help="first day of the directory; today unless given")
def sign(
    folder: Path,
    more_offers: tuple[Path, ...],
    plan: Path,
    offers: tuple[Path, ...],
    intake_key: str,
    out: Path,
    threshold: int,
    day: str | None,
) -> None:
    """Sign the first directory with the roots of DIR; their passphrases come on standard input, in their order."""
    first_day = day or utc_today()
    if not is_day(first_day):
        raise click.BadParameter("a day is written like 2026-11-24", param_hint="--now")
    signers = read_roots(folder)
    if len(signers) < threshold:
        raise Refused("plan-unfit", why=f"{threshold} roots must sign, {len(signers)} are here")
    try:
        made = read_plan(
            read_file(plan, MOST_PLAN),
            [root.named_key() for root in signers],
            threshold,
            from_base64url(intake_key, 32),
        )
        given = [_read_offer(path) for path in (*offers, *more_offers)]
        proposal = propose(made, given, signing_key(), first_day)
        seeds = {root.name: root.seed(ask_passphrase(root.name)) for root in signers[:threshold]}
        note = sign_proposal(proposal, seeds)
    except CryptoError as error:
        raise Refused("plan-unfit", why=error.where or error.code) from None
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    with new_file(out / "ceremony.tar") as file:
        write_container(file, ceremony_members(proposal, [note]))
    with new_file(out / "portal.json") as file:
        file.write(proposal.pin().encode())
    click.echo(f"{out}: directory {proposal.directory.seq}, valid until {proposal.directory.expires}")


def _read_offer(path: Path) -> Offer:
    """An offer, its fingerprint said to be compared by voice."""
    data = read_file(path, MOST_OFFER)
    try:
        offer = Offer.parse(data)
    except FormatError:
        raise Refused("plan-unfit", why=f"{path.name!r} is no offer") from None
    click.echo(f"offer of {offer.vault}: {to_base64url(sha256(data))}", err=True)
    return offer
