"""What submitters send: headers of real envelopes before random bytes, made again at any time from a number."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from crypto.wire.age import ENVELOPE_LENGTHS
from crypto.wire.digest import sha256
from tests.kills.ledger import Promise
from tests.material import Portal

HEADER_LENGTH = 24_982
PART_LENGTH = 1 << 20
_PARTS = (0, 0, 0, 0, 0, 1, 1, 1, 2, 3)
_SIZES = (0, 0, 0, 1, 2)
_LENGTHS = sorted(ENVELOPE_LENGTHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A submission, and the token that deletes it."""

    number: int
    token: bytes = field(repr=False)
    envelope: bytes = field(repr=False)
    parts: Mapping[bytes, bytes] = field(repr=False)

    @property
    def id(self) -> bytes:
        """The first half of the token's hash."""
        return sha256(self.token)[:16]

    def promise(self) -> Promise:
        """What is remembered of it."""
        return Promise(
            number=self.number,
            id=self.id,
            envelope=sha256(self.envelope),
            length=len(self.envelope),
            parts={name: sha256(data) for name, data in self.parts.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Seals the submission of a number, the same every time."""

    seed: int
    header: bytes

    @classmethod
    def of(cls, portal: Portal, epoch: str, seed: int) -> "Desk":
        """To the vault of a committee."""
        return cls(seed=seed, header=portal.envelope(epoch=epoch)[:HEADER_LENGTH])

    def seal(self, number: int) -> Sealed:
        """An envelope of some size and 0 to 3 parts."""
        dice = random.Random(f"{self.seed} {number}")
        length = _LENGTHS[dice.choice(_SIZES)]
        return Sealed(
            number=number,
            token=dice.randbytes(16),
            envelope=self.header + dice.randbytes(length - HEADER_LENGTH),
            parts={dice.randbytes(16): dice.randbytes(PART_LENGTH) for _ in range(dice.choice(_PARTS))},
        )
