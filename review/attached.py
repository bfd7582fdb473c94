"""The files of a message: which sealed parts carry them, and opening those into a folder (FORMAT.md 7).

A message may come more than once, and only with one submission the parts that its writer made: everybody it was sealed
to can send it on, with other bytes under the names of the parts. So the parts of each submission stay apart.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from crypto.errors import FormatError
from crypto.public.attachments import part_name
from crypto.public.whole import new_file, whole_folder
from crypto.secret.attachments import parts_joined, unseal_attachments
from crypto.wire.attachments import Attachments
from crypto.wire.digest import Sha256
from crypto.wire.message import Message
from review.records import Stream
from review.refusals import Refused
from review.store import Store

OPENED = "opened"
"""The folder of a station that holds what was saved, a folder for each message."""

LIST_NAME = "list.txt"
_INNER = "files"
_INTEREST = ("whole", "unfit", "awaited")


def add_stream(store: Store, number: int, message: Message, submission: bytes) -> None:
    """Remembers that this submission brought the message, and may bring its parts."""
    store.add_stream(Stream(submission=submission, number=number, id=message.id, state="awaited"))
    judge_streams(store, submission)


def wanted_parts(store: Store, submission: bytes) -> set[bytes]:
    """The names of the parts of a submission that are not here, for messages whose files are not here whole."""
    wanted: set[bytes] = set()
    for stream in _awaited(store, submission):
        if not any(one.state == "whole" for one in store.streams_of(stream.number, stream.id)):
            wanted.update(_names(_message(store, stream)))
    return wanted and wanted - store.part_names(submission)


def settle_parts(store: Store, submission: bytes, listed: Mapping[bytes, bytes]) -> None:
    """Of what a note of today brought, keeps what the closed day lists too (name -> SHA-256), and awaits the rest.

    What a whole stream consists of stays: its message is signed and names its hash, whatever intake lists.
    """
    streams = store.streams_with(submission)
    proven = {name for one in streams if one.state == "whole" for name in _names(_message(store, one))}
    store.settle_parts(submission, listed, proven)
    left = store.part_names(submission)
    for one in streams:
        if one.state == "unfit" and not left.issuperset(_names(_message(store, one))):
            store.set_stream(replace(one, state="awaited"))


def judge_streams(store: Store, submission: bytes) -> None:
    """Says of each stream of a submission whose parts are all here whether it is the one that its message names."""
    for stream in _awaited(store, submission):
        message = _message(store, stream)
        if set(_names(message)) <= store.part_names(submission):
            is_right = _hash(store, message, submission) == _attachments(message).sha256
            store.set_stream(replace(stream, state="whole" if is_right else "unfit"))


def missing_parts(store: Store, number: int, message: Message) -> int:
    """How many parts of the files of a message are not here, of the submission that brought most of them."""
    streams = store.streams_of(number, message.id)
    if not streams or any(one.state != "awaited" for one in streams):
        return 0
    names = set(_names(message))
    return min(len(names - store.part_names(one.submission)) for one in streams)


def sweep(station: Path) -> None:
    """Removes what a saving left that was ended in its midst: words of somebody, under a hidden name."""
    for unfinished in (station / OPENED).glob(".unfinished-*"):
        shutil.rmtree(unfinished, ignore_errors=True)


def save(store: Store, number: int, message: Message, folder: Path) -> None:
    """Makes `folder` (0700) with the files as `1`, `2` and so on, and a list which is which; all of it or nothing."""
    if missing_parts(store, number, message):
        raise Refused("files-missing")
    stream = min(store.streams_of(number, message.id), key=lambda one: _INTEREST.index(one.state))
    try:
        if not folder.parent.is_dir():
            folder.parent.mkdir(mode=0o700)
        with whole_folder(folder) as unfinished:
            source = parts_joined(_parts(store, message, stream.submission))
            _open_into(unfinished, source, _attachments(message))
    except FormatError as error:
        raise Refused("files-unfit", check=error.code) from None
    except FileExistsError:
        raise Refused("files-saved", path=repr(folder.name)) from None
    except OSError:
        raise Refused("file-unwritable", path=repr(folder.name)) from None


def _open_into(folder: Path, source: BinaryIO, attachments: Attachments) -> None:
    for path in unseal_attachments(source, attachments, folder / _INNER):
        path.rename(folder / path.name)
    (folder / _INNER).rmdir()
    with new_file(folder / LIST_NAME) as out:
        for name, file in enumerate(attachments.files, 1):
            out.write(f"{name}\t{file.type}\t{file.name}\n".encode())


def _awaited(store: Store, submission: bytes) -> list[Stream]:
    return [stream for stream in store.streams_with(submission) if stream.state == "awaited"]


def _message(store: Store, stream: Stream) -> Message:
    data = store.message_data(stream.number, stream.id)
    assert data is not None
    return Message.parse(data)


def _attachments(message: Message) -> Attachments:
    assert message.attachments is not None
    return message.attachments


def _names(message: Message) -> list[bytes]:
    """The names of all parts of its stream, in order."""
    attachments = _attachments(message)
    return [part_name(attachments.seed, message.portal, number) for number in range(attachments.mebibytes)]


def _hash(store: Store, message: Message, submission: bytes) -> bytes:
    sha256 = Sha256()
    for part in _parts(store, message, submission):
        sha256.update(part)
    return sha256.digest()


def _parts(store: Store, message: Message, submission: bytes) -> Iterator[bytes]:
    """One part after the other, in order."""
    for name in _names(message):
        yield store.part(submission, name) or b""
