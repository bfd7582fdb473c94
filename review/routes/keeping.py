"""What keeps a vault: backups that were opened elsewhere, and its passphrase."""

from pathlib import Path

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from review.desk import KeyFileWanted
from review.listing import open_desk
from review.passphrase import MOST_CHARACTERS, new_passphrase
from review.refusals import Refused
from review.running import desk, door, pages, sessions
from review.sticks import find_sticks

blueprint = Blueprint("keeping", __name__)

_MOST_FOLDER = 1_024
Refusals = dict[str, Refused]


@blueprint.get("/backup")
def backups() -> str:
    """When the last good backup of each open vault was made, and a form for the next."""
    return _backups({})


@blueprint.post("/backup/<vault>")
def begin(vault: str) -> Response | tuple[str, int]:
    """Begins one; the next page tells how far it is."""
    folder = request.form.get("stick", "")[:_MOST_FOLDER] or _text("folder", _MOST_FOLDER)
    passphrase = _text("passphrase", MOST_CHARACTERS + 1)
    try:
        _check(passphrase)
        desk().begin_backup(vault, Path(folder), passphrase, _key_file())
    except Refused as refused:
        if refused.code != "backup-running":
            return _backups({vault: refused}, folder), 422
    return redirect(url_for("keeping.progress", vault=vault), 303)


@blueprint.get("/backup/<vault>")
def progress(vault: str) -> str | Response:
    """How far it is. It asks no keeper, for the one of this vault is writing."""
    desk().keeper(vault)
    run = desk().backup(vault)
    if run is None:
        return redirect(url_for("keeping.backups"), 303)
    words = None if run.refused is None else pages().refusal(run.refused)
    return pages().render("backup_progress.html", vault=vault, run=run, refused=words)


@blueprint.get("/passphrase")
def passphrases() -> str:
    """A form for each open vault, and a passphrase of the machine's to take."""
    return _passphrases({})


@blueprint.post("/passphrase/<vault>")
def change(vault: str) -> Response | tuple[str, int]:
    """Changes it, or says why not. Every session but this one ends, and this one goes on under another identifier."""
    old, new, again = (_text(name, MOST_CHARACTERS + 1) for name in ("old", "new", "again"))
    try:
        _check(old)
        if new != again:
            raise Refused("passphrases-differ")
        desk().change_passphrase(vault, old, new, _key_file())
    except Refused as refused:
        return _passphrases({vault: refused}), 422
    sessions().begin(door().renew())
    return redirect(url_for("keeping.changed", vault=vault), 303)


@blueprint.get("/passphrase/<vault>/changed")
def changed(vault: str) -> str:
    """What a new passphrase means for what was copied before."""
    desk().keeper(vault)
    return pages().render("passphrase_changed.html", desk=open_desk(desk()), here=None, vault=vault)


def _backups(refused: Refusals, folder: str = "") -> str:
    words = {vault: pages().refusal(error) for vault, error in refused.items()}
    return pages().render(
        "backup.html",
        desk=open_desk(desk()),
        here=None,
        refused=words,
        key_files=_key_files(),
        folder=folder,
        sticks=find_sticks(),
    )


def _passphrases(refused: Refusals) -> str:
    words = {vault: (error.code, pages().refusal(error)) for vault, error in refused.items()}
    return pages().render(
        "passphrase.html",
        desk=open_desk(desk()),
        here=None,
        refused=words,
        key_files=_key_files(),
        made=new_passphrase(),
    )


def _key_files() -> dict[str, KeyFileWanted]:
    return {vault: desk().key_file_of(vault) for vault in desk().open_vaults()}


def _key_file() -> Path | None:
    """Where the key file lies; the field stands there only for a vault that needs one."""
    typed = request.form.get("keyfile", "")[:_MOST_FOLDER].strip()
    return Path(typed) if typed else None


def _check(passphrase: str) -> None:
    if not passphrase.strip():
        raise Refused("passphrase-empty")


def _text(name: str, most: int) -> str:
    """What stands in a field, or the beginning of what is refused as too long anyway."""
    value = request.form.get(name)
    if value is None:
        abort(400)
    return value[:most]
