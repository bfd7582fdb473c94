"""Cases about bytes: strict JSON, receipts, derivation, labels, frames, messages, reply fragments."""

from dataclasses import replace
from typing import Any, get_args

from crypto.sign.sign import public, sign
from crypto.wire import frame as frames_
from crypto.wire.fields import to_base64url as text
from crypto.wire.labels import What
from crypto.wire.message import AccountBody, Answer
from crypto.wire.receipt import check_digit, format_digits
from crypto.wire.reply import Reply, ReplyBody, fragments
from tests.vectors import scene

Case = dict[str, Any]
SEED = scene.seed("labels")


def fields() -> dict[str, Any]:
    """Strict JSON: `ok` says whether the text is taken."""
    good = [
        "{}",
        '{"a":1}',
        '{"a":[],"b":{},"c":null,"d":true,"e":"\u00e9\u2028\\u0001\\n\\"\\\\"}',
        '{"a":9007199254740991}',
    ]
    good += ['{"b":1,"a":2}', '{"a":' * 7 + "{}" + "}" * 7, '{"a":"\\u007f"}'.replace("\\u007f", "\x7f")]
    bad = {
        "a space": '{"a": 1}',
        "a line feed at the end": '{"a":1}\n',
        "a member twice": '{"a":1,"a":1}',
        "a member with a capital": '{"A":1}',
        "a member with a hyphen": '{"a-b":1}',
        "__proto__": '{"__proto__":1}',
        "an empty member name": '{"":1}',
        "a fraction": '{"a":1.5}',
        "an integer written as a fraction": '{"a":1.0}',
        "an exponent": '{"a":1e3}',
        "minus zero": '{"a":-0}',
        "a leading zero": '{"a":01}',
        "2 to the 53rd": '{"a":9007199254740992}',
        "NaN": '{"a":NaN}',
        "Infinity": '{"a":Infinity}',
        "a needless escape": '{"a":"\\u0041"}',
        "an escaped slash": '{"a":"\\/"}',
        "a capital in an escape": '{"a":"\\u000B"}',
        "a lone surrogate": '{"a":"\\ud800"}',
        "an array": "[]",
        "nothing": "",
        "nine levels": '{"a":' * 8 + "{}" + "}" * 8,
        "a byte order mark": "\ufeff{}",
        "a second object": "{}{}",
    }
    cases = [{"name": f"good {at}", "json": one, "ok": True} for at, one in enumerate(good)]
    cases += [{"name": name, "json": one, "ok": False} for name, one in bad.items()]
    return {"cases": cases}


def receipts() -> dict[str, Any]:
    """Digits to bytes, or the code of the refusal."""
    zero, top, some = bytes(16), b"\xff" * 16, scene.RECEIPT
    digits = format_digits(some)
    arabic = digits.translate({ord("0") + at: 0x0660 + at for at in range(10)})
    wide = digits.translate({ord("0") + at: 0xFF10 + at for at in range(10)})
    plain = digits.replace(" ", "")
    good = [(digits, some), (format_digits(zero), zero), (format_digits(top), top), (plain, some), (arabic, some)]
    good += [
        (wide, some),
        (digits.replace(" ", " - "), some),
        (digits.replace(" ", "\n"), some),
        (f"\u200f{arabic}\u00a0", some),
    ]
    swapped = plain[:20] + plain[21] + plain[20] + plain[22:]
    above = "340282366920938463463374607431768211456"
    bad = [
        ("receipt-count", ""),
        ("receipt-count", plain[:-1]),
        ("receipt-count", plain + "0"),
        ("receipt-check", plain[:-1] + str((int(plain[-1]) + 1) % 10)),
        ("receipt-check", swapped),
        ("receipt-characters", plain[:-1] + "x"),
        ("receipt-characters", plain[:-1] + "\u00bd"),
        ("receipt-range", above + check_digit(above)),
    ]
    cases: list[Case] = [
        {"name": f"good {at}", "text": one, "receipt": text(value)} for at, (one, value) in enumerate(good)
    ]
    cases += [{"name": f"bad {at}", "text": one, "code": code} for at, (code, one) in enumerate(bad)]
    return {
        "cases": cases,
        "formatted": [{"receipt": text(one), "text": format_digits(one)} for one in (zero, top, some)],
    }


def derivations() -> dict[str, Any]:
    """All keys of three receipts and indexes."""
    cases = []
    for receipt, index in ((scene.RECEIPT, 0), (scene.RECEIPT, 7), (b"\xff" * 16, 65_535)):
        keys = replace(scene.KEYS, receipt=receipt, index=index)
        cases.append(
            {
                "name": f"index {index}",
                "portal": scene.PORTAL,
                "receipt": text(receipt),
                "index": index,
                "reply": text(keys.reply_seed()),
                "mailbox": text(keys.mailbox_secret()),
                "address": text(keys.mailbox_address()),
                "sign": text(keys.sign_seed()),
                "day": scene.DAY,
                "tokens": [text(keys.delete_token(scene.DAY, slot)) for slot in (0, 15)],
                "ids": [text(keys.submission_id(scene.DAY, slot)) for slot in (0, 15)],
                "routing": {"committees": ["cat"], "excluded": ["cmw-1"], "conflicts": ["XA"]},
                "tag": text(keys.routing_tag(scene.routing("cat", excluded=("cmw-1",), conflicts=("XA",)))),
            }
        )
    return {"cases": cases}


def labels() -> dict[str, Any]:
    """One signature, and every way to take it for another."""
    signature = sign("message", scene.PORTAL, b"abc", SEED)
    data = text(b"abc")
    others = [what for what in get_args(What) if what != "message"]
    cases = [{"name": "right", "what": "message", "portal": scene.PORTAL, "data": data, "ok": True}]
    cases += [{"name": f"as {one}", "what": one, "portal": scene.PORTAL, "data": data, "ok": False} for one in others]
    cases += [
        {"name": "other portal", "what": "message", "portal": "other.portal", "data": data, "ok": False},
        {"name": "other data", "what": "message", "portal": scene.PORTAL, "data": text(b"abd"), "ok": False},
    ]
    return {"key": text(public(SEED)), "signature": text(signature), "cases": cases}


def frames() -> dict[str, Any]:
    """Every padding border, by length of the message; `size` is null when it does not fit."""
    cases = []
    for kind, sizes in (("message", frames_.MESSAGE_FRAMES), ("reply", frames_.REPLY_FRAMES)):
        lengths = [2, *(size - frames_.OVERHEAD + more for size in sizes for more in (-1, 0, 1))]
        cases += [{"kind": kind, "length": length, "size": frames_.fitting(length, sizes)} for length in lengths]
    return {"cases": cases}


def messages() -> dict[str, Any]:
    """Exact bytes of messages in many scripts, with the signature of the thread."""
    followup = scene.message()
    answers: dict[str, Answer] = {"words": "line 1\nline 2\r\n\ttab \u0000 end", "danger": ("now",)}
    account = replace(followup, body=AccountBody(questionnaire=bytes(32), answers=answers))
    silent = replace(followup, thread=replace(followup.thread, recipient=None, mailbox=None))
    cases = []
    for name, one in (("followup", followup), ("account", account), ("no reply wanted", silent)):
        data = one.encode()
        signature = sign("message", scene.PORTAL, data, scene.KEYS.sign_seed())
        cases.append({"name": name, "json": data.decode("utf-8"), "signature": text(signature)})
    return {"cases": cases}


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
    data = reply.encode()
    seed = scene.seed(f"{reply.vault} sign")
    return reply, frames_.fill(data, sign("reply", scene.PORTAL, data, seed), frames_.REPLY_FRAMES)


def replies() -> dict[str, Any]:
    """Replies of one, two and four fragments: the slot plaintexts and the JSON they join to."""
    cases = []
    for words in ("\u0648\u0635\u0644", "\u00e9" * 5_000, "\u4f60" * 8_000):
        reply, frame = reply_of(words)
        parts = fragments(frame, reply.id)
        cases.append({"json": reply.encode().decode("utf-8"), "fragments": [text(part) for part in parts]})
    return {"cases": cases}
