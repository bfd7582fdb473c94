"""What a station spends on envelopes that are not for it: each is tried with the keys of three live epochs."""

import time

from crypto.public.seal import seal_envelope
from crypto.secret.identity import Identities, new_seed, public_key
from crypto.wire.frame import MESSAGE_FRAMES
from review.opening import Foreign, open_envelope
from tests.bench.figure import Figure

ENVELOPES = 1_000
DIFFERENT = 100
LIVE_EPOCHS = 3


def measure() -> list[Figure]:
    """Seconds of one core for a thousand envelopes of others."""
    keys = [public_key(new_seed())]
    envelopes = [seal_envelope(bytes(MESSAGE_FRAMES[0]), keys) for _ in range(DIFFERENT)]
    live = Identities.load(new_seed() for _ in range(LIVE_EPOCHS))
    start = time.process_time()
    for number in range(ENVELOPES):
        if not isinstance(open_envelope(envelopes[number % DIFFERENT], live, "", lambda _: True), Foreign):
            raise RuntimeError("an envelope of others opened")
    return [
        Figure(
            metric="CPU for 1,000 envelopes tried with three live epochs, none of them ours",
            value=time.process_time() - start,
            unit="s",
            target=6,
        )
    ]
