"""The list of cases, and what was set aside."""

from flask import Blueprint

from review.listing import open_desk
from review.running import desk, pages

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/")
def inbox() -> str:
    """What waits, at a glance."""
    return pages().render("inbox.html", desk=open_desk(desk()), here=None)


@blueprint.get("/aside")
def aside() -> str:
    """What opened and was not taken, with the reason."""
    here = desk()
    kept = {vault: here.keeper(vault).ask("aside", here.today())["aside"] for vault in here.open_vaults()}
    return pages().render("aside.html", desk=open_desk(here), kept=kept, here=None)
