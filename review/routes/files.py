"""The files of one message: what saving them means, and saving them."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from review.listing import open_desk
from review.refusals import Refused
from review.running import desk, pages

blueprint = Blueprint("files", __name__, url_prefix="/cases/<vault>/<int:number>/files/<int:turn>")


@blueprint.get("")
def files(vault: str, number: int, turn: int) -> str:
    """The warning before they are saved, or where they lie."""
    return _page(vault, number, turn)


@blueprint.post("")
def save(vault: str, number: int, turn: int) -> Response | tuple[str, int]:
    """Saves them all, or none and says why."""
    here = desk()
    try:
        here.keeper(vault).ask("save_files", here.today(), number=number, turn=turn, station=str(here.station))
    except Refused as refused:
        return _page(vault, number, turn, refused), 409
    return redirect(url_for("files.files", vault=vault, number=number, turn=turn), 303)


def _page(vault: str, number: int, turn: int, refused: Refused | None = None) -> str:
    here, words = desk(), pages()
    found = here.keeper(vault).ask("files", here.today(), number=number, turn=turn, station=str(here.station))
    return words.render(
        "files.html",
        desk=open_desk(here),
        here=(vault, number),
        turn=turn,
        found=found,
        refused=None if refused is None else words.refusal(refused),
    )
