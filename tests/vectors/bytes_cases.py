"""Cases about bytes: derivation, labels, frames."""

from dataclasses import replace
from typing import Any, get_args

from crypto.secret.receipt_keys import ReceiptKeys
from crypto.sign.sign import public, sign, sign_note
from crypto.wire import frame as frames_
from crypto.wire.digest import sha256
from crypto.wire.fields import to_base64url as text
from crypto.wire.labels import What, first_line, preimage
from crypto.wire.message import Routing
from crypto.wire.reply import Reply, ReplyBody
from tests.vectors import scene

Case = dict[str, Any]
SEED = scene.seed("labels")
SLOTS = 16
FILL = 0x61
SIGNATURE = bytes(range(1, 65))


def derivations() -> dict[str, Any]:
    """All keys of some receipts, portals and indexes; tags of routings."""
    rows = [(f"index {index}", scene.RECEIPT, scene.PORTAL, index) for index in (0, 1, 7, 255, 256, 65_535)]
    rows += [("another receipt", b"\xff" * 16, scene.PORTAL, 0), ("another portal", scene.RECEIPT, "other.portal", 0)]
    rows += [("a shorter portal", scene.RECEIPT, scene.PORTAL[:-1], 0), ("zeros", bytes(16), "abc", 0)]
    cases = [
        _derived(name, ReceiptKeys(receipt=receipt, portal=portal, index=at)) for name, receipt, portal, at in rows
    ]
    return {"cases": cases, "tags": _tags()}


def _derived(name: str, keys: ReceiptKeys) -> Case:
    return {
        "name": name,
        "portal": keys.portal,
        "receipt": text(keys.receipt),
        "index": keys.index,
        "reply": text(keys.reply_seed()),
        "mailbox": text(keys.mailbox_secret()),
        "address": text(keys.mailbox_address()),
        "sign": text(keys.sign_seed()),
        "thread": text(public(keys.sign_seed())),
        "day": scene.DAY,
        "tokens": [text(keys.delete_token(scene.DAY, slot)) for slot in range(SLOTS)],
        "ids": [text(keys.submission_id(scene.DAY, slot)) for slot in range(SLOTS)],
        "next_day_token": text(keys.delete_token("2026-11-25", 0)),
    }


def _tags() -> list[Case]:
    """Tags under this world's receipt: whatever changes in a routing, even an order, changes the tag."""
    rows: list[tuple[str, list[str], list[str], list[str]]] = [
        ("one committee", ["cat"], [], []),
        ("two committees", ["cat", "cmw"], [], []),
        ("two committees in the other order", ["cmw", "cat"], [], []),
        ("one excluded", ["cat"], ["cmw-1"], []),
        ("two excluded", ["cat"], ["cmw-1", "cmw-2"], []),
        ("two excluded in the other order", ["cat"], ["cmw-2", "cmw-1"], []),
        ("one conflict", ["cat"], [], ["XA"]),
        ("two conflicts", ["cat"], [], ["XA", "XB"]),
        ("two conflicts in the other order", ["cat"], [], ["XB", "XA"]),
        ("all of them", ["cat", "cmw", "desk"], ["cmw-1", "desk"], ["XA", "XB", "XC"]),
        ("a name that moved to the next list", ["cat"], ["cmw"], []),
    ]
    return [
        {
            "name": name,
            "routing": {"committees": committees, "excluded": excluded, "conflicts": conflicts},
            "tag": text(_tag(committees, excluded, conflicts)),
        }
        for name, committees, excluded, conflicts in rows
    ]


def _tag(committees: list[str], excluded: list[str], conflicts: list[str]) -> bytes:
    bare = Routing(committees=(*committees,), excluded=(*excluded,), conflicts=(*conflicts,), tag=bytes(32))
    return scene.KEYS.routing_tag(bare)


def labels() -> dict[str, Any]:
    """One signature a label over the same bytes (each must fail as every other), and borders that could be moved."""
    data = b'{"n":1}'
    signatures = {what: text(sign(what, scene.PORTAL, data, SEED)) for what in get_args(What)}
    return {
        "key": text(public(SEED)),
        "portal": scene.PORTAL,
        "data": text(data),
        "signatures": signatures,
        "moved": _moved(data),
        "notes": _notes(data),
    }


def _moved(data: bytes) -> list[Case]:
    rows: list[tuple[str, bytes, What, str, bytes, bool]] = [
        ("right", sign("message", "abc", data, SEED), "message", "abc", data, True),
        ("no bytes at all", sign("message", "abc", b"", SEED), "message", "abc", b"", True),
        ("another portal", sign("message", "abc", data, SEED), "message", "abd", data, False),
        ("another byte", sign("message", "abc", data, SEED), "message", "abc", data[:-1] + b"]", False),
        (
            "a byte that belongs to the portal",
            sign("message", "abc", b"d" + data, SEED),
            "message",
            "abcd",
            data,
            False,
        ),
        ("a byte that belongs to the data", sign("message", "abcd", data, SEED), "message", "abc", b"d" + data, False),
        ("a zero too few", sign("message", "abc", b"\0" + data, SEED), "message", "abc", data, False),
        ("the label inside the data", _raw(preimage("reply", "abc", data)), "message", "abc", data, False),
        ("bare bytes", _raw(data), "message", "abc", data, False),
        ("bytes with the preimage before", _raw(preimage("message", "abc", data)), "message", "abc", data, True),
    ]
    return [
        {"name": name, "signature": text(signature), "what": what, "portal": portal, "data": text(covered), "ok": ok}
        for name, signature, what, portal, covered, ok in rows
    ]


def _notes(data: bytes) -> list[Case]:
    """A note has a line feed behind its label, a preimage a zero: neither passes for the other."""
    line = first_line("directory", scene.PORTAL).encode("ascii")
    note = line + b"\n" + data + b"\n"
    bare = sign_note(note, "labels", SEED).signature
    signed = sign("directory", scene.PORTAL, data + b"\n", SEED)
    rows = [
        ("a note's signature over its text", note, bare, True),
        ("a note's signature over the preimage", line + b"\0" + data + b"\n", bare, False),
        ("a preimage's signature over it", line + b"\0" + data + b"\n", signed, True),
        ("a preimage's signature over the note", note, signed, False),
    ]
    return [
        {"name": name, "covered": text(covered), "signature": text(signature), "ok": ok}
        for name, covered, signature, ok in rows
    ]


def _raw(covered: bytes) -> bytes:
    """A signature without a label: a note's line signs its text as it stands."""
    return sign_note(covered, "labels", SEED).signature


def frames() -> dict[str, Any]:
    """Every padding border to the byte, and lies about a frame.

    `size` is null when a message of `length` bytes does not fit. A built frame holds `length` times the byte 0x61 and
    the `signature`; `sha256` is that of the whole frame. A lie is such a frame, cut or continued with zeros to `total`
    bytes, with `patches` (offset, bytes) laid over it.
    """
    sizes, built = [], []
    for kind, totals in (("message", frames_.MESSAGE_FRAMES), ("reply", frames_.REPLY_FRAMES)):
        borders = [size - frames_.OVERHEAD + more for size in totals for more in (-1, 0, 1)]
        for length in (0, 1, 2, *borders):
            size = frames_.fitting(length, totals)
            sizes.append({"kind": kind, "length": length, "size": size})
            if size is not None:
                frame = frames_.fill(bytes([FILL]) * length, SIGNATURE, totals)
                built.append({"kind": kind, "length": length, "sha256": text(sha256(frame))})
    return {"signature": text(SIGNATURE), "cases": sizes, "built": built, "lies": [*_lies("message"), *_lies("reply")]}


def _lies(kind: str) -> list[Case]:
    totals = frames_.MESSAGE_FRAMES if kind == "message" else frames_.REPLY_FRAMES
    others = frames_.REPLY_FRAMES if kind == "message" else frames_.MESSAGE_FRAMES
    small, length = totals[0], 100
    field, end = 8 + length, length + frames_.OVERHEAD

    def lie(name: str, *patches: tuple[int, bytes], total: int = small, of: int = length, ok: bool = False) -> Case:
        laid = [[at, text(data)] for at, data in patches]
        return {"name": f"{kind}: {name}", "kind": kind, "length": of, "total": total, "patches": laid, "ok": ok}

    def stated(value: int) -> tuple[int, bytes]:
        return (0, value.to_bytes(8, "big"))

    room = small - frames_.OVERHEAD
    numbers = [0, length - 1, length + 1, room, room + 1, small, 2**16 + length, 2**31, 2**32 + length]
    numbers += [2**53, 2**63, 2**63 + length, 2**64 - 1]
    sizes = (0, 7, 8, 74, small - 1, small + 1, small + 2, totals[-1] - 1, totals[-1] + 1, 2 * totals[-1], *others)
    return [
        lie("the truth", ok=True),
        lie("another signature, which the frame does not judge", (field + 3, bytes(64)), ok=True),
        lie("an empty message", of=0, ok=True),
        *(lie(f"a length of {number}", stated(number)) for number in numbers),
        *(lie(f"{total} bytes would not have been needed", total=total) for total in totals[1:]),
        *(lie(f"{total} bytes in all", total=total) for total in sizes),
        lie("one size too large by a byte", total=totals[1], of=room),
        lie("just too long for one size", total=totals[1], of=room + 1, ok=True),
        *(lie(f"signature algorithm {number}", (field, bytes([number]))) for number in (0, 2, 0x61, 255)),
        *(lie(f"signature length {size}", (field + 1, size.to_bytes(2, "big"))) for size in (0, 63, 65, 64 << 8, 320)),
        lie("the first byte of the filling", (end, b"\x01")),
        lie("the second byte of the filling", (end + 1, b"\x80")),
        lie("a byte in the middle of the filling", (small // 2, b"\x01")),
        lie("the last byte of the filling", (small - 1, b"\x01")),
        lie("a space in the filling", (end + 9, b" ")),
    ]


def reply_of(words: str, **changes: Any) -> tuple[Reply, bytes]:
    """A reply of this world's `cat` vault and its frame."""
    reply = Reply(
        id=bytes(range(48, 64)),
        kind="acknowledgment",
        portal=scene.PORTAL,
        thread=public(scene.KEYS.sign_seed()),
        committee="cat",
        vault="cat",
        routing=scene.routing("cat"),
        day=scene.DAY,
        body=ReplyBody(language="ar", text=words),
    )
    reply = replace(reply, **changes)
    return reply, frame_of(reply)


def frame_of(reply: Reply) -> bytes:
    """Signed by the vault that it names."""
    data = reply.encode()
    return frames_.fill(
        data, sign("reply", scene.PORTAL, data, scene.seed(f"{reply.vault} sign")), frames_.REPLY_FRAMES
    )
