"""The journal for an auditor: written out without anything of a case, and remembered as written out."""

from pathlib import Path

from crypto.public.trust import Pin
from crypto.wire.fields import Members
from review.actions.answer import MOST_PATH, Answer
from review.files import free_path, new_file
from review.journalfile import SUFFIX, ExportHead, write_export
from review.refusals import Refused
from review.store import Store
from review.vault import Vault


def export(vault: Vault, given: Members, day: str) -> tuple[Vault, Answer]:
    """Writes it into a folder, under a name that is free, or as a file that is not there yet.

    The journal says so before: what left the desk without a trace would be worse than a trace of what did not leave.
    """
    out = Path(given.text("out", most=MOST_PATH))
    given.end()
    path = _place(out, vault, day)
    with vault.transaction() as connection:
        store = Store(connection)
        store.note("journal-exported", f"{_entries(store) + 1} entries", day)
    with vault.transaction() as connection, new_file(path) as file:
        store = Store(connection)
        pin, secret, entries = store.own().pin, store.anchor_secret(), _entries(store)
        assert secret is not None
        portal = None if pin is None else Pin.parse(pin).portal
        write_export(
            file,
            ExportHead(vault=vault.name, portal=portal, entries=entries),
            (entry for entry, _ in store.journal()),
            secret,
        )
    return vault, {"path": str(path), "name": path.name, "entries": entries}


def _entries(store: Store) -> int:
    head = store.journal_head()
    assert head is not None
    return head[0]


def _place(out: Path, vault: Vault, day: str) -> Path:
    """Where it goes. Beside the vaults it would be taken for one of the station's own files."""
    folder = out if out.is_dir() else out.parent
    if not out.is_absolute() or not folder.is_dir():
        raise Refused("no-folder", path=repr(folder.name))
    if folder.resolve().is_relative_to(vault.station.resolve()):
        raise Refused("inside-station", path=repr(folder.name))
    return free_path(out, f"{vault.name}-journal-{day}", SUFFIX) if out.is_dir() else out
