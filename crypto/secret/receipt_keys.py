"""All keys of a thread come from its receipt (FORMAT.md 5.2)."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.errors import FormatError
from crypto.wire.digest import sha256
from crypto.wire.labels import preimage
from crypto.wire.message import Routing

SLOTS = 16
THREADS = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptKeys:
    """Derives from 16 bytes of receipt, for one portal and one thread index (16 bits)."""

    receipt: bytes = field(repr=False)
    portal: str
    index: int = 0

    def __post_init__(self) -> None:
        """Refuses an index that would give the keys of another thread, or none."""
        if not 0 <= self.index < THREADS:
            raise FormatError("thread index")

    def reply_seed(self) -> bytes:
        """The X-Wing seed (32) that opens replies."""
        return self._derive("reply", b"", 32)

    def mailbox_secret(self) -> bytes:
        """Shown to fetch replies (32)."""
        return self._derive("mailbox", b"", 32)

    def mailbox_address(self) -> bytes:
        """Where replies wait (32)."""
        return sha256(self.mailbox_secret())

    def sign_seed(self) -> bytes:
        """The Ed25519 seed (32) of the thread."""
        return self._derive("sign", b"", 32)

    def delete_token(self, day: str, slot: int) -> bytes:
        """What only the author can show (16); slot 0 to 15."""
        if not 0 <= slot < SLOTS:
            raise FormatError("submission slot")
        return self._derive("submission", day.encode("ascii") + bytes([slot]), 16)

    def submission_id(self, day: str, slot: int) -> bytes:
        """The ID (16) that a delete token belongs to."""
        return sha256(self.delete_token(day, slot))[:16]

    def routing_tag(self, routing: Routing) -> bytes:
        """The HMAC (32) over a routing; its own `tag` does not count."""
        mac = hmac.HMAC(self._derive("routing", b"", 32), hashes.SHA256())
        mac.update(preimage("routing", self.portal, routing.tagged()))
        return mac.finalize()

    def _derive(self, label: str, more: bytes, length: int) -> bytes:
        info = f"sealed-intake/derive/v1 {label}".encode("ascii") + b"\x00" + self.index.to_bytes(2, "big") + more
        salt = self.portal.encode("ascii")
        return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(self.receipt)
