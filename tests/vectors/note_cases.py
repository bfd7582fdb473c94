"""Every way in which a note can be out of form (FORMAT.md 3)."""

from typing import Any

from crypto.sign.sign import public, sign_note
from crypto.wire.fields import to_base64url
from crypto.wire.labels import first_line
from crypto.wire.note import Note, compose
from tests.vectors.scene import PORTAL, seed

JSON = '{"said":"\u0633\u0644\u0627\u0645 \u2028 \U0001f54a"}'
TEXT = compose("record", PORTAL, JSON.encode("utf-8"))
SIGNERS = ("cat", "desk")
BAD = "bad-format"
Row = dict[str, Any]


def notes() -> Row:
    """A note as `text`, or as `bytes` where it is no text, and at `most` so long.

    Read under label `record` with the keys of two signers: who of them signed and the JSON, or the code. Where a
    `stranger` signed too, whoever needs to know all signers refuses the note.
    """
    keys = [{"name": name, "key": to_base64url(public(seed(name)))} for name in SIGNERS]
    cases = [*_taken(), *_lines(), *_names(), *_base64(), *_texts(), *_signatures()]
    return {"portal": PORTAL, "what": "record", "json": JSON, "keys": keys, "cases": cases}


def _line(name: str, text: bytes = TEXT, by: str = "") -> str:
    note = Note(text=text, signatures=(sign_note(text, name, seed(by or name)),))
    return note.encode()[len(text) + 1 :].decode("utf-8")


def _note(*lines: str, text: bytes = TEXT) -> str:
    return text.decode("utf-8") + "\n" + "".join(lines)


CAT, DESK = _line("cat"), _line("desk")
ONE = _note(CAT)


def _row(name: str, text: str, expect: str | list[str] = BAD, **more: Any) -> Row:
    result = {"code": expect} if isinstance(expect, str) else {"signers": expect}
    return {"name": name, "text": text, **more, **result}


def _taken() -> list[Row]:
    many = [_line(f"signer-{at}") for at in range(31)]
    size = len(ONE.encode("utf-8"))
    return [
        _row("one signer", ONE, ["cat"]),
        _row("two signers", _note(CAT, DESK), ["cat", "desk"]),
        _row("two signers the other way round", _note(DESK, CAT), ["cat", "desk"]),
        _row("a signer that nobody knows", _note(CAT, _line("other")), ["cat"], stranger=True),
        _row("a name that is known, with another key", _note(_line("cat", by="other"), DESK), ["desk"], stranger=True),
        _row("a name of 32 characters", _note(CAT, _line("x" * 32)), ["cat"], stranger=True),
        _row("32 signers", _note(CAT, *many), ["cat"], stranger=True),
        _row("33 signers", _note(CAT, DESK, *many)),
        _row("as long as allowed", ONE, ["cat"], most=size),
        _row("a byte longer than allowed", ONE, most=size - 1),
    ]


def _lines() -> list[Row]:
    return [
        _row("nothing", ""),
        _row("no empty line", ONE.replace("\n\n", "\n")),
        _row("two empty lines", ONE.replace("\n\n", "\n\n\n"), "bad-signature"),
        _row("no signature", _note()),
        _row("nothing but a text", TEXT.decode("utf-8")),
        _row("no line feed at the end", ONE[:-1]),
        _row("a letter for the line feed at the end", ONE[:-1] + "x"),
        _row("a carriage return for the line feed at the end", ONE[:-1] + "\r"),
        _row("an empty line at the end", ONE + "\n"),
        _row("a byte behind the end", ONE + "x"),
        _row("an empty line between signatures", _note(CAT, "\n", DESK), "bad-signature"),
        _row("carriage returns", ONE.replace("\n", "\r\n")),
        _row("a carriage return behind the signature", ONE.replace("\n", "\r\n").replace("\r\n", "\n", 3)),
        _row("a space behind the signature", ONE[:-1] + " \n"),
        _row("a space before the signature", _note(f" {CAT}")),
    ]


def _names() -> list[Row]:
    names = {
        "of 33 characters": "x" * 33,
        "that is empty": "",
        "that starts with a digit": "1at",
        "in capitals": "CAT",
        "with a plus": "c+t",
        "with an accent": "\u00e7at",
        "with a space": "c at",
    }
    rows = [_row(f"a name {what}", _note(CAT.replace("cat", name, 1))) for what, name in names.items()]
    dashes = {"a hyphen": "-", "an en dash": "\u2013", "two dashes": "\u2014\u2014", "no dash": ""}
    rows += [_row(f"{what} for the dash", _note(CAT.replace("\u2014", dash))) for what, dash in dashes.items()]
    return [
        *rows,
        _row("two spaces", _note(CAT.replace("\u2014 ", "\u2014  "))),
        _row("no space behind the dash", _note(CAT.replace("\u2014 ", "\u2014"))),
        _row("a wide space", _note(CAT.replace("\u2014 ", "\u2014\u00a0"))),
        _row("a tab", _note(CAT.replace("cat ", "cat\t"))),
        _row("one name twice", _note(CAT, CAT), "signer-twice"),
        _row("one name twice, with two keys", _note(CAT, _line("cat", by="other")), "signer-twice"),
    ]


def _base64() -> list[Row]:
    start, data = CAT[:-1].rsplit(" ", 1)
    last = data[-2]
    spare = chr(ord(last) + 1)
    forms = {
        "without padding": data[:-1],
        "with more padding": data + "=",
        "with padding inside": data[:4] + "=" + data[4:],
        "in the other alphabet": data.replace("+", "-").replace("/", "_"),
        "with a spare bit set": data[:-2] + spare + "=",
        "of 65 bytes": data[:-5] + "=",
        "of 71 bytes": "AAAA" + data,
        "of 69 bytes": data[:-1] + "A",
        "of no bytes": "",
        "cut in two": data[:8] + " " + data[8:],
    }
    return [_row(f"base64 {what}", _note(f"{start} {form}\n")) for what, form in forms.items()]


def _texts() -> list[Row]:
    lines = {
        "another label": f"{first_line('day', PORTAL)}\n{JSON}\n",
        "another portal": f"{first_line('record', 'other.portal')}\n{JSON}\n",
        "another version": f"sealed-intake/record/v2 {PORTAL}\n{JSON}\n",
        "a space behind the label": f"{first_line('record', PORTAL)} \n{JSON}\n",
        "a byte order mark": f"\ufeff{first_line('record', PORTAL)}\n{JSON}\n",
        "a third line": f"{first_line('record', PORTAL)}\n{JSON}\nmore\n",
        "an empty third line": f"{first_line('record', PORTAL)}\n{JSON}\n\n",
        "the label alone": f"{first_line('record', PORTAL)}\n",
        "an empty line first": f"\n{first_line('record', PORTAL)}\n{JSON}\n",
    }
    rows = []
    for what, text in lines.items():
        data = text.encode("utf-8")
        rows.append(_row(f"a text with {what}", _note(_line("cat", data), text=data)))
    torn = compose("record", PORTAL, b'{"said":"\xff"}')
    whole = Note(text=torn, signatures=(sign_note(torn, "cat", seed("cat")),)).encode()
    return [*rows, {"name": "bytes that are no text", "bytes": to_base64url(whole), "code": BAD}]


def _signatures() -> list[Row]:
    bent = ONE.replace("said", "sAid")
    other = _line("cat", TEXT.replace(b"said", b"sAid"))
    return [
        _row("a letter of the text altered", bent, "bad-signature"),
        _row("the signature of another text", _note(other), "bad-signature"),
        _row("one of two signatures wrong", _note(other, DESK), "bad-signature"),
        _row("another name over the same signature", _note(CAT.replace("cat", "desk", 1)), [], stranger=True),
    ]
