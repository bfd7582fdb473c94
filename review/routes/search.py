"""Words searched in every open vault. They come by a form and stay in memory: no address ever holds them."""

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from review.listing import open_desk
from review.running import desk, pages
from review.search.words import MOST_SEARCHED

MOST_PAGES = 1_000_000

blueprint = Blueprint("search", __name__, url_prefix="/search")


@blueprint.post("")
def begin() -> Response | tuple[str, int]:
    """Remembers the words until the desk locks, and leads to what they find."""
    words = " ".join(request.form.get("words", "").split())
    if len(words) > MOST_SEARCHED:
        return _page(words, {}, is_too_long=True), 422
    desk().reading.searched = words
    return redirect(url_for("search.found"), 303)


@blueprint.get("")
def found() -> str:
    """What was found, vault by vault; of `vault` this `page`."""
    here, vault, page = desk(), request.args.get("vault", ""), request.args.get("page", 1, type=int)
    if not 1 <= page <= MOST_PAGES:
        abort(400)
    words = here.reading.searched
    results = {
        one: here.keeper(one).ask("search", here.today(), words=words, page=page if one == vault else 1)
        for one in here.open_vaults()
        if words
    }
    return _page(words, results)


def _page(words: str, results: dict[str, dict[str, object]], *, is_too_long: bool = False) -> str:
    return pages().render(
        "search.html",
        desk=open_desk(desk()),
        here=None,
        searching=True,
        words=words,
        results=results,
        is_too_long=is_too_long,
        most=MOST_SEARCHED,
    )
