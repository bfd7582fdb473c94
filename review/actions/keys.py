"""Keys for the ceremony, and the pin: what a keeper does before anything is imported."""

from crypto.public.trust import MOST_PIN, Pin
from crypto.secret.identity import new_seed, public_key
from crypto.secret.offer import Offer
from crypto.sign.sign import public
from crypto.wire.digest import sha256
from crypto.wire.fields import Members, to_base64url
from review.actions.answer import Answer
from review.refusals import Refused
from review.store import Store

_MOST_EPOCHS = 24


def keys(store: Store, given: Members, day: str) -> Answer:
    """Offers public keys for some months to the ceremony, and makes the seeds that are missing; the others stay."""
    first, months = given.epoch("from"), given.integer("months", least=1, most=_MOST_EPOCHS)
    given.end()
    wanted, known = _months(first, months), store.seeds()
    made = [epoch for epoch in wanted if epoch not in known]
    for epoch in made:
        store.add_seed(epoch, new_seed())
    if made:
        store.note("keys-made", " ".join(made), day)
    own, seeds = store.own(), store.seeds()
    public_keys = {epoch: public_key(seeds[epoch]) for epoch in wanted}
    offer = Offer(vault=own.name, key=public(own.signing_seed), epochs=public_keys).encode()
    return {"offer": offer.decode("utf-8"), "fingerprint": to_base64url(sha256(offer))}


def trust(store: Store, given: Members, day: str) -> Answer:
    """Takes the pin of the station; another one later is refused."""
    pin = Pin.parse(given.text("pin", most=MOST_PIN).encode("utf-8"))
    given.end()
    before = store.own().pin
    if before is not None and before != pin.encode():
        raise Refused("trust-differs")
    if before is None:
        store.set_pin(pin.encode())
        store.note("trust-set", f"{pin.portal} {pin.seq}", day)
    roots = [{"name": one.name, "fingerprint": to_base64url(sha256(one.key))} for one in pin.roots.keys]
    return {"portal": pin.portal, "threshold": pin.roots.threshold, "roots": roots}


def _months(first: str, count: int) -> list[str]:
    start = int(first[:4]) * 12 + int(first[5:]) - 1
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(start, start + count)]
