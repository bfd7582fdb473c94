"""What a signature is about (FORMAT.md 1.3): no signature made for one purpose verifies for another."""

from typing import Literal

What = Literal[
    "directory",
    "day",
    "today",
    "gone",
    "message",
    "reply",
    "routing",
    "post",
    "record",
    "announce",
    "destroy",
    "handover",
    "release",
    "parcel",
]


def first_line(what: What, portal: str) -> str:
    """The line a note starts with, without line feed."""
    return f"sealed-intake/{what}/v1 {portal}"


def preimage(what: What, portal: str, data: bytes) -> bytes:
    """The bytes that a signature outside a note covers."""
    return first_line(what, portal).encode("ascii") + b"\x00" + data
