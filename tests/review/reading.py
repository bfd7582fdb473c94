"""What the writer's page does with the slots of a post, for the station's tests."""

from collections.abc import Iterable
from io import BytesIO

from crypto.secret.unseal import unseal
from crypto.wire.container import read_container
from crypto.wire.frame import REPLY_FRAMES, Frame
from crypto.wire.reply import Fragment, Reply, join
from tests.review.carried import Writer


def members(post: bytes) -> dict[str, bytes]:
    """The members of a post by name."""
    return dict(read_container(BytesIO(post), most_member=1024 * 1024))


def slots_of(post: bytes) -> list[bytes]:
    """The sealed slots of a post."""
    return [data for name, data in members(post).items() if name.startswith("slot/")]


def open_reply(writer: Writer, slots: Iterable[bytes]) -> tuple[Reply, Frame]:
    """The one reply that these slots hold for this writer; raises what opening raises."""
    plaintexts = [unseal(slot, [writer.keys.reply_seed()]) for slot in slots]
    frame = Frame.parse(join([Fragment.parse(plaintext) for plaintext in plaintexts]), REPLY_FRAMES)
    return Reply.parse(frame.message), frame
