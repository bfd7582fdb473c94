"""What a courier waits for: the bundle of 1,000 envelopes with 200 parts."""

import resource
import secrets
import time
from pathlib import Path

from crypto.wire.attachments import PART_LENGTH
from crypto.wire.digest import sha256
from deploy.commands import Commands
from intake import config
from intake.store import Part, Store, Submission
from tests.bench.figure import Figure
from tests.bench.portal import TODAY
from tests.material import Portal

ENVELOPES, WITH_PARTS, PARTS_EACH = 1_000, 25, 8


def measure(commands: Commands, folder: Path, portal: Portal) -> list[Figure]:
    """`intake close-day` and `intake export`, with their starts; the memory of the larger of the two."""
    fill(folder, portal)
    bundle = commands.folder / "bench-bundle.tar"
    begun = time.monotonic()
    commands.run("intake", "close-day", folder, "--short")
    closed = time.monotonic()
    commands.run("intake", "export", folder, bundle)
    done = time.monotonic()
    size = bundle.stat().st_size / 1e6
    bundle.unlink()
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        Figure(metric="closing a day of 1,000 envelopes and 200 parts", value=closed - begun, unit="s"),
        Figure(metric="export of it", value=done - closed, unit="s"),
        Figure(metric="export of it, speed", value=size / (done - closed), unit="MB/s", better="higher"),
        Figure(metric="most memory of any command until here", value=memory, unit="MiB"),
    ]


def fill(folder: Path, portal: Portal) -> None:
    """What as many submitters would have left of today."""
    settings = config.load(folder)
    store = Store.open(settings.database, settings.limits, portal.name)
    envelope = portal.envelope(epoch=TODAY[:7])
    digest = sha256(envelope)
    for number in range(ENVELOPES):
        submission = Submission(id=secrets.token_bytes(16), length=len(envelope), sha256=digest)
        with store.change() as change:
            for _ in range(PARTS_EACH if number < WITH_PARTS else 0):
                data = secrets.token_bytes(PART_LENGTH)
                part = Part(id=submission.id, name=secrets.token_bytes(16), sha256=sha256(data))
                change.add_part(part, data, TODAY)
            change.add_submission(submission, TODAY, envelope)
    store.close()
