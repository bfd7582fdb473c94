"""The files of a message, out of the vault."""

import os
from pathlib import Path

from crypto.wire.fields import Members
from review import views
from review.actions.answer import MOST_PATH, Answer
from review.attached import OPENED, save
from review.standing import standing
from review.store import Store


def files(store: Store, given: Members, day: str) -> Answer:
    """The files of one message, and whether they are saved already."""
    number, turn, folder = _message_and_folder(given)
    found = views.files(store, number, turn)
    path = folder / views.folder_name(found["pseudonym"], turn)
    stands = standing(store, views.find_case(store, number), day)
    return {**found, "folder": str(path), "saved": os.path.lexists(path), "consent": stands.summary()}


def save_files(store: Store, given: Members, day: str) -> Answer:
    """Opens the files of one message into a folder of the station."""
    number, turn, folder = _message_and_folder(given)
    found, message = views.files(store, number, turn), views.message_with_files(store, number, turn)
    store.note("files-saved", f"{found['pseudonym']} {turn}", day)
    path = folder / views.folder_name(found["pseudonym"], turn)
    save(store, number, message, path)
    return {"folder": str(path)}


def _message_and_folder(given: Members) -> tuple[int, int, Path]:
    """Number of the case, turn, and where the station keeps what was saved."""
    number, turn = given.integer("number", least=1), given.integer("turn", least=1)
    station = Path(given.text("station", most=MOST_PATH))
    given.end()
    return number, turn, station / OPENED
