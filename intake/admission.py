"""Whether an envelope or a part may come in now: decisions over the directory in force, what is there, the moment."""

from collections.abc import Sequence
from datetime import datetime

from crypto.wire.attachments import PART_LENGTH
from intake.clock import midnight
from intake.directories import Standing
from intake.limits import EPOCH_AHEAD, EPOCH_GRACE, Limits
from intake.store import Change, Look, Part

MOST_DROPPED = 8
"""So many submissions without an envelope lose their parts for one part that comes: nobody waits long for room."""


def refusal(standing: Standing, seq: int, epoch_id: str, now: datetime) -> str | None:
    """The code of why not, or nothing.

    `seq` is the directory whose keys were used and `epoch_id` the month: an old directory stays good until `min_seq`
    passes it, an epoch until a week after its end.
    """
    if standing.believed is None:
        return "closed"
    directory = standing.believed.directory
    if seq > directory.seq:
        return "unknown-directory"
    if seq < directory.min_seq or seq not in standing.held:
        return "directory-outdated"
    epoch = standing.held[seq].directory.epoch(epoch_id)
    if epoch is None:
        return "bad-header"
    if now >= midnight(epoch.until_day) + EPOCH_GRACE:
        return "epoch-over"
    if now + EPOCH_AHEAD < midnight(epoch.from_day):
        return "epoch-early"
    return None


def refusal_of_part(standing: Standing, part: Part, held: Sequence[Part], *, whole: bool, most: int) -> str | None:
    """The code of why not, or nothing, also where the same part is `held` already.

    A submission that is `whole`, because its envelope came, takes no other part; before that, `most` of them.
    """
    if standing.believed is None:
        return "closed"
    taken = {one.name: one.sha256 for one in held}
    if part.name in taken:
        return None if taken[part.name] == part.sha256 else "conflict"
    if whole:
        return "conflict"
    return "too-many-parts" if len(held) >= most else None


def make_room(change: Change, limits: Limits, submission_id: bytes, today: str) -> bool:
    """Whether one more part has room, once others that waited for their envelopes since an earlier day have gone.

    The oldest day goes first, submission by submission; never parts of this one, and never parts of today.
    """
    if _has_room(change, limits):
        return True
    for other in change.staged_before(today, MOST_DROPPED, but=submission_id):
        if change.drop_staged(other, today) and _has_room(change, limits):
            return True
    return False


def _has_room(look: Look, limits: Limits) -> bool:
    return look.count_staged() < limits.staged_parts and look.bytes_used() + PART_LENGTH <= limits.part_bytes
