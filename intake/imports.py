"""What is carried into intake: directories with their keys, replies, records (FORMAT.md 9.5, 9.7, 11).

Everything read here is untrusted until it has been checked; a file is taken whole, in one transaction, or not at all.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from crypto.errors import SignatureError
from crypto.public.keys import check_key_file
from crypto.public.trust import Pin
from crypto.public.verify import verify_note
from crypto.wire.age import KEY_LENGTH, Header, check_slot, encapsulated_key
from crypto.wire.container import read_container
from crypto.wire.digest import sha256
from crypto.wire.directory import MOST_DIRECTORY, NamedKey
from crypto.wire.fields import to_base64url
from crypto.wire.note import Note, body
from crypto.wire.post import MOST_POST, Post, PostSlot
from crypto.wire.record import MOST_RECORD
from intake import publiclog, records
from intake.clock import days_later
from intake.directories import Held, Standing, follow
from intake.errors import RefusedError
from intake.limits import POST_AHEAD_DAYS
from intake.retention import first_day_of_replies
from intake.store import Change, Slot, Store

Members = Iterator[tuple[str, bytes]]
Groups = dict[str, dict[str, bytes]]

# A directory names at most 200 vaults, a post key is sealed to at most 20. A slot of another length is refused by name.
_MOST_MEMBER: Mapping[str, int] = {
    "format": 256,
    "directory": MOST_DIRECTORY,
    "keys": 200 * KEY_LENGTH,
    "post-key": 32_768,
    "post": MOST_POST,
    "slot": 16_384,
    "record": MOST_RECORD,
}
MOST_MEMBERS = 1_000
POST_SIGNER = "post"
_SEALED_SEED_PAYLOAD = 16 + 32 + 16  # nonce, seed, tag


def bring_in(store: Store, pin: Pin, standing: Standing, source: BinaryIO, today: str) -> list[str]:
    """Takes a ceremony file, a post or a records file, and says in lines what is new.

    The file, on a slow stick perhaps, is read to its end before anybody has to wait for the database.
    """
    untrusted = read_container(source, most_member=_MOST_MEMBER)
    name, text = next(untrusted, ("", b""))
    kinds = {
        f"sealed-intake/{kind}/v1 {pin.portal}\n".encode("ascii"): kind for kind in ("ceremony", "post", "records")
    }
    kind = kinds.get(text) if name == "format" else None
    if kind == "ceremony":
        return _ceremony(store, pin, _sorted_out(untrusted), today)
    if kind == "post":
        return _post(store, _slots(pin, standing, untrusted, today))
    if kind == "records":
        return records.bring_in(store, pin.portal, standing, untrusted, today)
    raise RefusedError("this is no ceremony file, post or records file for this portal")


def _ceremony(store: Store, pin: Pin, untrusted: Groups, today: str) -> list[str]:
    with store.alone() as change:
        held = [Held.read(pin.portal, data) for _seq, data in change.directories()]
        lines = []
        for name, data in untrusted["directory"].items():
            new = _directory(pin, held, name, data, today)
            if new is None:
                lines.append(f"directory {int(name)}: already here")
                continue
            held.append(new)
            change.add_directory(new.seq, new.note.hash(), data)
            publiclog.append(change, today, "directory", new.seq, new.note.hash())
            lines.append(f"directory {new.seq}: new, from {new.directory.valid_from} until {new.directory.expires}")
        if not held or held[-1].seq < pin.seq:
            raise RefusedError(f"the file does not reach directory {pin.seq}, from which this portal believes")
        lines.append(f"key files: {_key_files(change, held, untrusted['keys'])} new")
        lines.append(f"post keys: {_post_keys(change, untrusted['post-key'])} new")
    return lines


def _sorted_out(untrusted: Members) -> Groups:
    """Directories, key files and post keys by the second part of their names, in the one order that is allowed."""
    groups: Groups = {"directory": {}, "keys": {}, "post-key": {}}
    order, last = list(groups), 0
    for count, (name, data) in enumerate(untrusted, 1):
        group, _, rest = name.partition("/")
        if group not in groups or order.index(group) < last or count > MOST_MEMBERS:
            raise RefusedError("the file holds what a ceremony does not make")
        last = order.index(group)
        groups[group][rest] = data
    return groups


def _directory(pin: Pin, held: list[Held], name: str, data: bytes, today: str) -> Held | None:
    """The believed directory, or nothing when it is already here."""
    untrusted = Held.read(pin.portal, data)
    if name != f"{untrusted.seq:08}":
        raise RefusedError("a directory stands under another number than its own")
    same = next((one for one in held if one.seq == untrusted.seq), None)
    if same is None:
        return follow(pin, held, data, today)
    if same.note.text != untrusted.note.text:
        raise RefusedError(f"there is another directory {untrusted.seq} than the one that is already here")
    return None


def _key_files(change: Change, held: list[Held], untrusted: dict[str, bytes]) -> int:
    """Adds those that are new. Every one that a directory names is here afterwards; one that none names is refused."""
    epochs = {to_base64url(epoch.keys): epoch for one in held for epoch in one.directory.epochs}
    if not untrusted.keys() <= epochs.keys():
        raise RefusedError("the file holds keys that no directory names")
    new = 0
    for name, epoch in epochs.items():
        stored = change.key_file(epoch.keys)
        data = untrusted.get(name, stored)
        if data is None:
            raise RefusedError(f"the key file of {epoch.id} is missing")
        check_key_file(epoch, data)
        if stored is None:
            change.add_key_file(epoch.keys, data)
            new += 1
    return new


def _post_keys(change: Change, untrusted: dict[str, bytes]) -> int:
    """Adds those that are new: sealed, so that intake carries them to the stations and cannot open them."""
    stored = {sha256 for sha256, _data in change.post_keys()}
    new = 0
    for name, data in untrusted.items():
        digest = sha256(data)
        header = Header.parse(data)
        for stanza in header.stanzas:
            encapsulated_key(stanza)
        if name != to_base64url(digest) or len(data) != header.length + _SEALED_SEED_PAYLOAD:
            raise RefusedError("a post key is not a sealed seed under its own hash")
        if digest not in stored:
            change.add_post_key(digest, data)
            new += 1
    return new


def _post(store: Store, slots: list[Slot]) -> list[str]:
    """Adds the slots that never came before; one that was deleted since does not come back."""
    with store.alone() as change:
        new = [slot for slot in slots if not change.delivered(slot.sha256)]
        for slot in new:
            change.add_slot(slot)
    return [f"post: {len(new)} of {len(slots)} slots new"]


def _slots(pin: Pin, standing: Standing, untrusted: Members, today: str) -> list[Slot]:
    """Exactly the slots that a believed post lists, in its order."""
    name, data = next(untrusted, ("", b""))
    if name != "post":
        raise RefusedError("the post has no list of its slots")
    post = _believed_post(pin, standing, Note.parse(data, MOST_POST), today)
    slots = [_slot(post.day, listed, *next(untrusted, ("", b""))) for listed in post.slots]
    if next(untrusted, None) is not None:
        raise RefusedError("the post holds more than it lists")
    return slots


def _believed_post(pin: Pin, standing: Standing, untrusted: Note, today: str) -> Post:
    """Signed by one of the keys that the directory in force takes posts under, on a day on which it does."""
    if standing.believed is None:
        raise RefusedError(f"no directory is in force ({standing.reason})")
    keys = [one for one in standing.believed.directory.post if _signed_by(untrusted, one.key)]
    if not keys:
        raise RefusedError("the post is not signed by a post key of the directory in force")
    post = Post.parse(body(untrusted, "post", pin.portal))
    if not any(one.from_day <= post.day < one.until_day for one in keys):
        raise RefusedError("the post key was not valid on the day of the post")
    if post.day < first_day_of_replies(today):
        raise RefusedError("the post is too old")
    if post.day > days_later(today, POST_AHEAD_DAYS):
        raise RefusedError("the post is from a day that has not come")
    return post


def _signed_by(note: Note, key: bytes) -> bool:
    try:
        verify_note(note, NamedKey(name=POST_SIGNER, key=key))
    except SignatureError:
        return False
    return True


def _slot(day: str, listed: PostSlot, name: str, untrusted: bytes) -> Slot:
    """One slot, which must be sealed."""
    if name != f"slot/{to_base64url(listed.sha256)}" or sha256(untrusted) != listed.sha256:
        raise RefusedError("a slot is missing, or has other bytes than the post lists")
    check_slot(untrusted)
    return Slot(mailbox=listed.mailbox, day=day, sha256=listed.sha256, data=untrusted)
