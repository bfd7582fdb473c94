"""Where sealed replies wait. What is asked for and not there looks like what is there."""

import time

from flask import Response

from crypto.public.seal import decoy_slot
from crypto.wire.digest import sha256
from intake.content import BYTES
from intake.limits import PACE_SECONDS, PAGE_LENGTH, SECRET_LENGTH, SLOTS_A_PAGE
from intake.retention import first_day_of_replies
from intake.routes.answers import done, read_body, send
from intake.site import Site


def read(site: Site) -> Response:
    """Four slots, newest day first. Four decoys are always made, then replaced by what is there.

    Finding something takes longer than finding nothing, so the answer waits for the next stroke of its own clock.
    """
    begun = time.monotonic()
    body = read_body((SECRET_LENGTH + PAGE_LENGTH,))
    secret, page = body[:SECRET_LENGTH], int.from_bytes(body[SECRET_LENGTH:], "big")
    slots = [decoy_slot() for _ in range(SLOTS_A_PAGE)]
    since = first_day_of_replies(site.today())
    with site.store.look() as look:
        real = look.slots(sha256(secret), since=since, skip=page * SLOTS_A_PAGE, most=SLOTS_A_PAGE)
    slots[: len(real)] = real
    answer = send(BYTES, b"".join(slots))
    time.sleep((begun - time.monotonic()) % PACE_SECONDS)
    return answer


def delete(site: Site) -> Response:
    """204, whether or not there was a mailbox."""
    secret = read_body((SECRET_LENGTH,))
    with site.store.change() as change:
        emptied = change.empty_mailbox(sha256(secret))
    if emptied:
        site.store.wipe()
    return done()
