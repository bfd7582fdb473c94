"""What a vault brings to the ceremony: its public keys (FORMAT.md 11.1)."""

from dataclasses import dataclass

from crypto.errors import FormatError
from crypto.wire.age import KEY_LENGTH
from crypto.wire.fields import Members, encode_json, parse_json, to_base64url

MOST_OFFER = 65_536
MOST_EPOCHS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A vault's name, its signing key (32 bytes) and its sealing key (1,216 bytes) for each epoch id."""

    vault: str
    key: bytes
    epochs: dict[str, bytes]

    @classmethod
    def parse(cls, data: bytes) -> "Offer":
        """From the bytes of an offer file."""
        members = Members(parse_json(data, most=MOST_OFFER), "offer")
        members.integer("v", least=1, most=1)
        vault, key = members.name("vault"), members.data("key", 32)
        epochs: dict[str, bytes] = {}
        for value in members.list("epochs", most=MOST_EPOCHS):
            one = Members(value, "offer epoch")
            epoch = one.epoch("id")
            if epoch in epochs:
                raise FormatError("offer epoch twice")
            epochs[epoch] = one.data("key", KEY_LENGTH)
            one.end()
        members.end()
        return cls(vault=vault, key=key, epochs=epochs)

    def encode(self) -> bytes:
        """The bytes of an offer file."""
        epochs = [{"id": epoch, "key": to_base64url(key)} for epoch, key in self.epochs.items()]
        return encode_json({"v": 1, "vault": self.vault, "key": to_base64url(self.key), "epochs": epochs})
