"""In and out: the link, unlocking, locking, the reader's language."""

from pathlib import Path

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from review.pages import KEYS_COOKIE, LANGUAGE_COOKIE
from review.refusals import Refused
from review.running import desk, door, pages, sessions
from templates import languages

blueprint = Blueprint("entry", __name__)

_MOST_PATH = 1_024


@blueprint.get("/enter/<token>")
def enter(token: str) -> Response | tuple[str, int]:
    """The link of the command: the first browser that follows it is the one."""
    identifier = door().enter(token)
    if identifier is None:
        return pages().render("closed.html"), 403
    sessions().begin(identifier)
    return redirect(url_for("inbox.inbox"), 303)


@blueprint.get("/unlock")
def unlock() -> str:
    """Which vaults lie here, and a field for each passphrase."""
    return _unlock_page({})


@blueprint.post("/unlock")
def open_vaults() -> Response | tuple[str, int]:
    """Opens every vault whose passphrase was given; one wrong among them leaves the others open."""
    given = {vault: request.form.get(f"passphrase-{vault}", "") for vault in _closed_vaults()}
    refused: dict[str, Refused] = {}
    typed = {vault: request.form.get(f"keyfile-{vault}", "")[:_MOST_PATH].strip() for vault in given}
    for vault, passphrase in given.items():
        if passphrase:
            try:
                desk().unlock(vault, passphrase, Path(typed[vault]) if typed[vault] else None)
            except Refused as error:
                refused[vault] = error
    if not any(given.values()):
        return _unlock_page({}, typed, nothing_given=True), 422
    if len(refused) < sum(map(bool, given.values())):
        sessions().begin(door().renew())
    if refused:
        return _unlock_page(refused, typed), 422
    return redirect(url_for("inbox.inbox"), 303)


@blueprint.post("/lock")
def lock() -> Response:
    """Everything shut; the next page is read by a fresh process."""
    desk().lock()
    return redirect(url_for("entry.unlock"), 303)


@blueprint.post("/awake")
def awake() -> tuple[str, int]:
    """Somebody is writing, though no page was asked for."""
    return "", 204


@blueprint.post("/language")
def language() -> Response:
    """The language of the desk, for this browser."""
    chosen = request.form.get("language", "")
    if chosen not in languages("review"):
        abort(400)
    response = redirect(url_for("inbox.inbox"), 303)
    response.set_cookie(LANGUAGE_COOKIE, chosen, httponly=True, samesite="Strict", path="/")
    return response


@blueprint.post("/keys")
def keys() -> Response:
    """Whether single keys do something at this desk, for this browser (WCAG 2.2, 2.1.4)."""
    chosen = request.form.get("keys", "")
    if chosen not in ("on", "off"):
        abort(400)
    response = redirect(url_for("inbox.inbox"), 303)
    response.set_cookie(KEYS_COOKIE, chosen, httponly=True, samesite="Strict", path="/")
    return response


def _closed_vaults() -> list[str]:
    return [vault for vault in desk().vaults() if vault not in desk().open_vaults()]


def _unlock_page(
    refused: dict[str, Refused], typed: dict[str, str] | None = None, *, nothing_given: bool = False
) -> str:
    words, closed = {vault: pages().refusal(error) for vault, error in refused.items()}, _closed_vaults()
    return pages().render(
        "unlock.html",
        closed=closed,
        key_files={vault: desk().key_file_of(vault) for vault in closed},
        typed=typed or {},
        of_key_file={vault for vault, error in refused.items() if error.code.startswith("keyfile-")},
        open=desk().open_vaults(),
        refused=words,
        nothing_given=nothing_given,
    )
