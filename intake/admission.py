"""Whether an envelope may come in now: a decision over the directory in force, its headers and the moment."""

from datetime import datetime

from intake.clock import midnight
from intake.directories import Standing
from intake.limits import EPOCH_AHEAD, EPOCH_GRACE


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
