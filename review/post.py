"""Makes posts of all replies that wait at a station, over the keepers of its vaults: mostly one (FORMAT.md 9.5)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crypto.errors import CryptoError
from crypto.wire.age import SLOT_LENGTH
from crypto.wire.container import read_container, write_container
from crypto.wire.digest import sha256
from crypto.wire.fields import from_base64url, to_base64url
from crypto.wire.note import Note, body
from crypto.wire.post import Post
from review.actions.carrying import SLOTS_ON_A_PAGE
from review.durable import flush, flush_file
from review.files import carried_file, free_path, open_regular
from review.process import KeeperProcess
from review.refusals import Refused

Keepers = Mapping[str, KeeperProcess]

MOST_SLOTS_OF_POST = 2 * SLOTS_ON_A_PAGE

_FORMAT = "sealed-intake/post/v1 {}\n"
_MOST = {"format": 256, "post": 4 * 1024 * 1024, "slot": SLOT_LENGTH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Replies that left, the file they are in, and the vaults that could not be told: theirs will leave once more."""

    replies: int
    path: Path
    untold: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One vault's slots by their SHA-256, and the mailboxes they go to, as base64url."""

    slots: Mapping[str, bytes] = field(repr=False)
    mailboxes: Mapping[str, str]


def write_post(keepers: Keepers, out: Path, day: str) -> int:
    """Writes what waits and marks the replies as left; returns how many, and writes nothing when there are none."""
    return sum(one.replies for one in send_posts(keepers, out, day))


def send_posts(
    keepers: Keepers, out: Path, day: str, lying: Iterable[Path] = (), further: Callable[[], Path] | None = None
) -> Iterator[Posted]:
    """The same, each post as it is made: more than one where very much waits, under names that `further` gives.

    One that refuses, by what this raises, leaves those before it as they are: written, and told.
    """
    left, path, next_name = dict(keepers), out, further or (lambda: free_path(out.parent, out.stem, out.suffix))
    while (posted := send_post(left, path, day, lying)) is not None:
        yield posted
        left = {vault: keeper for vault, keeper in left.items() if vault not in posted.untold}
        path = next_name()


def send_post(keepers: Keepers, out: Path, day: str, lying: Iterable[Path] = ()) -> Posted | None:
    """One post; one that lies there already and holds all it would hold is not written twice. Nothing if none waits.

    The vaults hear that their replies have left only after the file is durable under its name: a break before that
    leaves them waiting, and a reply that is exported twice arrives once.
    """
    waiting = _all_waiting(keepers, day)
    slots = {digest: slot for one in waiting.values() for digest, slot in one.slots.items()}
    if not slots:
        return None
    mailboxes = {digest: mailbox for one in waiting.values() for digest, mailbox in one.mailboxes.items()}
    there = _standing(keepers, day, lying, mailboxes)
    if there is None:
        signed = _signed(keepers, day, mailboxes)
        with carried_file(out) as file:
            write_container(
                file,
                [
                    ("format", _FORMAT.format(signed["portal"]).encode("ascii")),
                    ("post", signed["note"].encode("utf-8")),
                    *((f"slot/{digest}", slots[digest]) for digest in sorted(slots, key=from_base64url)),
                ],
            )
    told = {vault: list(one.slots) for vault, one in waiting.items() if one.slots}
    return _tell(keepers, told, there or out, day)


def _all_waiting(keepers: Keepers, day: str) -> dict[str, Waiting]:
    """A page of one vault after the other, while another page has room in the post."""
    found, count = dict[str, Waiting](), 0
    for vault, keeper in keepers.items():
        if count > MOST_SLOTS_OF_POST - SLOTS_ON_A_PAGE:
            break
        found[vault] = _waiting(keeper.ask_patiently("waiting", day))
        count += len(found[vault].slots)
    return found


def _tell(keepers: Keepers, slots: Mapping[str, list[str]], path: Path, day: str) -> Posted:
    """Tells every vault that has not ended what is on a stick now. One that knows none of it counts as untold."""
    replies, untold = 0, list[str]()
    for vault, listed in slots.items():
        try:
            here = keepers[vault].ask_patiently("left", day, slots=listed)["replies"]
        except Refused:
            here = 0
        replies += here
        if not here:
            untold.append(vault)
    return Posted(replies=replies, path=path, untold=tuple(untold))


def _standing(keepers: Keepers, day: str, lying: Iterable[Path], mailboxes: Mapping[str, str]) -> Path | None:
    """A whole post that this station signs just so today, with all that waits among its slots: an exchange that was
    broken off had written it. From now on it is durable.
    """
    for path in lying:
        listed = read_post(path)
        if listed is None or not mailboxes.items() <= listed.mailboxes.items():
            continue
        signed = _signed(keepers, day, listed.mailboxes)
        if (signed["portal"], signed["note"]) == (listed.portal, listed.note):
            flush_file(path)
            flush(path.parent)
            return path
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a post that lies somewhere says of itself; each of its slots is there. Who signed it was not looked at."""

    portal: str
    note: str
    mailboxes: Mapping[str, str]


def read_post(path: Path) -> Listed | None:
    """Nothing when it is not whole."""
    try:
        with open_regular(path) as source:
            return _read(read_container(source, most_member=_MOST))
    except (CryptoError, OSError, Refused, StopIteration, UnicodeDecodeError):
        return None


def _read(members: Iterator[tuple[str, bytes]]) -> Listed | None:
    (first, kind), (second, data) = next(members), next(members)
    portal, note = kind.decode("ascii").rstrip("\n").rpartition(" ")[2], Note.parse(data)
    post = Post.parse(body(note, "post", portal))
    digests = sorted(one.sha256 for one in post.slots)
    slots = [(name, sha256(slot)) for name, slot in members]
    if (first, second) != ("format", "post") or kind != _FORMAT.format(portal).encode("ascii"):
        return None
    if slots != [(f"slot/{to_base64url(digest)}", digest) for digest in digests]:
        return None
    mailboxes = {to_base64url(one.sha256): to_base64url(one.mailbox) for one in post.slots}
    return Listed(portal=portal, note=data.decode("utf-8"), mailboxes=mailboxes)


def _waiting(answer: Mapping[str, list[dict[str, str]]]) -> Waiting:
    slots = [(from_base64url(one["slot"]), one["mailbox"]) for one in answer["slots"]]
    named = {to_base64url(sha256(slot)): (slot, mailbox) for slot, mailbox in slots}
    return Waiting(
        slots={digest: slot for digest, (slot, _) in named.items()},
        mailboxes={digest: mailbox for digest, (_, mailbox) in named.items()},
    )


def _signed(keepers: Keepers, day: str, mailboxes: Mapping[str, str]) -> dict[str, str]:
    """The note, by the first vault that holds a valid post key."""
    listed = [{"mailbox": mailbox, "sha256": digest} for digest, mailbox in mailboxes.items()]
    for keeper in keepers.values():
        try:
            return keeper.ask_patiently("sign_post", day, slots=listed)
        except Refused as refused:
            if refused.code not in ("no-post-key", "no-directory", "no-trust"):
                raise
    raise Refused("no-post-key")
