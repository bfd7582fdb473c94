"""The list of cases, and what was set aside."""

from flask import Blueprint, abort, request

from crypto.wire.message import LANGUAGES
from review.chosen import Chosen
from review.listing import open_desk
from review.places import SHOWS
from review.running import desk, pages

MOST_PAGES = 1_000_000

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/")
def inbox() -> str:
    """What waits, at a glance; the list that is chosen here stands beside every page until another is."""
    here = desk()
    here.reading.chosen = _chosen(here.open_vaults())
    return pages().render("inbox.html", desk=open_desk(here), here=None, today=here.today())


@blueprint.get("/aside")
def aside() -> str:
    """What opened and was not taken, with the reason."""
    here = desk()
    kept = {vault: here.keeper(vault).ask("aside", here.today())["aside"] for vault in here.open_vaults()}
    return pages().render("aside.html", desk=open_desk(here), kept=kept, here=None)


def _chosen(vaults: tuple[str, ...]) -> Chosen:
    """From codes in the address: no word of a case ever stands there."""
    asked = request.args
    show = next((one for one in SHOWS if one == asked.get("show", "all")), None)
    language, page = asked.get("language", ""), asked.get("page", 1, type=int)
    if show is None or language not in ("", *LANGUAGES) or not 1 <= page <= MOST_PAGES:
        abort(400)
    vault = asked.get("vault", "")
    return Chosen(show=show, language=language, vault=vault if vault in vaults else "", page=page)
