"""The journal of a vault, written out for an auditor."""

from pathlib import Path

from flask import Blueprint, abort, request

from review.listing import open_desk
from review.refusals import Refused
from review.running import desk, pages

blueprint = Blueprint("journal", __name__, url_prefix="/journal")

_MOST_FOLDER = 1_024


@blueprint.get("")
def journals() -> str:
    """What goes out, and a form for each open vault."""
    return _page()


@blueprint.post("/<vault>")
def export(vault: str) -> str | tuple[str, int]:
    """Writes it, and says where it lies; the same again writes another file."""
    here, folder = desk(), request.form.get("folder")
    if folder is None:
        abort(400)
    folder = folder[:_MOST_FOLDER]
    try:
        if not Path(folder).is_dir():
            raise Refused("no-folder", path=repr(Path(folder).name))
        written = here.keeper(vault).ask("export_journal", here.today(), out=folder)
    except Refused as refused:
        return _page(folder=folder, refused={vault: pages().refusal(refused)}), 422
    return _page(written={vault: written})


def _page(**more: object) -> str:
    return pages().render(
        "journal.html", **{"desk": open_desk(desk()), "here": None, "folder": "", "refused": {}, "written": {}, **more}
    )
