"""Strict JSON: what is taken, and every way to leave its one form (FORMAT.md 1.2).

A case is a text (`json`), bytes that are no UTF-8 (`raw`, base64url), or `parts`: texts and how often each stands.
"""

from typing import Any

from crypto.wire.fields import to_base64url

Case = dict[str, Any]
MOST = 1_000

_SPACES = {
    "space": " ",
    "tab": "\t",
    "line feed": "\n",
    "carriage return": "\r",
    "no-break space": "\u00a0",
    "line separator": "\u2028",
    "byte order mark": "\ufeff",
    "form feed": "\f",
    "NUL": "\0",
}
_PIECES = ("", "{", '"a"', ":", "[", "1", ",", "2", "]", ",", '"b"', ":", "{", "}", "}")


def fields() -> dict[str, Any]:
    """`ok` says whether the text is taken; `most` is the cap for every case that states none."""
    cases = [*_good(), *_bad(), *_spaces(), *_deep(), *_not_utf8(), *_long()]
    return {"most": MOST, "cases": cases}


def _good() -> list[Case]:
    texts = {
        "nothing in it": "{}",
        "a number": '{"a":1}',
        "every kind of value": '{"a":[],"b":{},"c":null,"d":true,"e":false,"f":"","g":0}',
        "members in any order": '{"b":1,"a":2,"ab":3,"a_1":4,"z9":5}',
        "the largest number": '{"a":9007199254740991}',
        "the smallest number": '{"a":-9007199254740991}',
        "minus one": '{"a":-1}',
        "characters of many scripts": '{"a":"\u0633\u4f60\u00e9e\u0301\U0001f54a"}',
        "U+2028 and U+2029 as they are": '{"a":"\u2028\u2029"}',
        "U+007F and U+0080 as they are": '{"a":"\x7f\x80"}',
        "noncharacters": '{"a":"\ufffe\uffff\U0010ffff"}',
        "the first and the last character beyond 16 bits": '{"a":"\U00010000\U0010ffff"}',
        "a byte order mark inside a text": '{"a":"\ufeff"}',
        "a slash": '{"a":"/"}',
        "the escapes that must be": '{"a":"\\b\\t\\n\\f\\r\\"\\\\\\u0000\\u000b\\u001f"}',
        "the same name at two depths": '{"a":{"a":{"a":1}}}',
        "a long member name": '{"' + "a" * 100 + '":1}',
        "names of an object's own machinery": '{"constructor":1,"prototype":2,"valueof":3}',
    }
    return [{"name": name, "json": text, "ok": True} for name, text in texts.items()]


def _bad() -> list[Case]:
    texts = {
        **_bad_members(),
        **_bad_numbers(),
        **_bad_texts(),
        "an array": "[]",
        "a text": '"a"',
        "a number alone": "1",
        "null alone": "null",
        "nothing": "",
        "a byte order mark before": "\ufeff{}",
        "a second object": "{}{}",
        "cut off": '{"a":1',
        "a comma at the end of an object": '{"a":1,}',
        "a comma at the end of an array": '{"a":[1,]}',
        "a comma at the start": '{,"a":1}',
        "two commas": '{"a":[1,,2]}',
        "a missing comma": '{"a":1"b":2}',
        "a missing value": '{"a":}',
        "a comment": '{"a":1/**/}',
        "True": '{"a":True}',
        "undefined": '{"a":undefined}',
    }
    return [{"name": name, "json": text, "ok": False} for name, text in texts.items()]


def _bad_members() -> dict[str, str]:
    return {
        "a member twice": '{"a":1,"a":1}',
        "a member twice, others between": '{"a":1,"b":2,"a":3}',
        "a member twice, deeper": '{"a":{"b":{"c":1,"c":2}}}',
        "a member twice, in an array": '{"a":[{"b":1,"b":1}]}',
        "a member twice, once escaped": '{"a":1,"\\u0061":1}',
        "a member with a capital": '{"A":1}',
        "a member with a capital, deeper": '{"a":[{"b":{"cD":1}}]}',
        "a member with a hyphen": '{"a-b":1}',
        "a member that starts with a digit": '{"1":1}',
        "a member that starts with an underscore": '{"_a":1}',
        "a member of another script": '{"\u0430":1}',
        "a member with a line feed": '{"a\\n":1}',
        "an escaped member name": '{"\\u0061":1}',
        "an empty member name": '{"":1}',
        "a member name without quotes": "{a:1}",
        "a member name in single quotes": "{'a':1}",
        "__proto__": '{"__proto__":1}',
        "__proto__, deeper": '{"a":[{"b":{"__proto__":{}}}]}',
        "__proto__ twice": '{"__proto__":1,"__proto__":1}',
    }


def _bad_numbers() -> dict[str, str]:
    names = {
        "a fraction": "1.5",
        "an integer written as a fraction": "1.0",
        "an exponent": "1e3",
        "a capital exponent": "1E3",
        "a negative exponent": "10e-1",
        "a number that JavaScript writes with an exponent": "1e+21",
        "minus zero": "-0",
        "minus zero as a fraction": "-0.0",
        "a leading zero": "01",
        "two zeros": "00",
        "a plus sign": "+1",
        "a bare fraction": ".5",
        "a bare point": "1.",
        "hexadecimal": "0x1",
        "a minus sign alone": "-",
        "digits of another script": "\u0661",
        "2 to the 53rd": "9007199254740992",
        "minus 2 to the 53rd": "-9007199254740992",
        "2 to the 53rd and one": "9007199254740993",
        "2 to the 64th": "18446744073709551616",
        "a number of 400 digits": "9" * 400,
        "NaN": "NaN",
        "Infinity": "Infinity",
        "minus Infinity": "-Infinity",
    }
    whole = {name: f'{{"a":{text}}}' for name, text in names.items()}
    return {**whole, "minus zero, in an array": '{"a":[0,-0]}', "a fraction, deeper": '{"a":[{"b":[0.5]}]}'}


def _bad_texts() -> dict[str, str]:
    names = {
        "a needless escape": "\\u0041",
        "a needless escape of another script": "\\u00e9",
        "an escaped slash": "\\/",
        "a capital in an escape": "\\u001F",
        "a long escape where a short one is due": "\\u000a",
        "an escaped quote in long form": "\\u0022",
        "an escaped backslash in long form": "\\u005c",
        "U+007F escaped": "\\u007f",
        "U+2028 escaped": "\\u2028",
        "a pair of surrogates escaped": "\\ud83d\\udd4a",
        "a lone high surrogate": "\\ud800",
        "a lone low surrogate": "\\udc00",
        "surrogates in the wrong order": "\\udd4a\\ud83d",
        "two high surrogates": "\\ud83d\\ud83d",
        "an escape that does not exist": "\\x41",
        "a vertical tab's escape": "\\v",
        "an escape cut short": "\\u00e",
        "a raw line feed": "\n",
        "a raw tab": "\t",
        "a raw NUL": "\0",
        "a raw U+001F": "\x1f",
        "a quote inside": '"',
    }
    whole = {name: f'{{"a":"{text}"}}' for name, text in names.items()}
    return {**whole, "a lone surrogate, deeper": '{"a":[{"b":["\\udbff"]}]}', "single quotes": "{\"a\":'b'}"}


def _spaces() -> list[Case]:
    """Each kind of space at each place between the pieces of one object, and the object without any."""
    cases: list[Case] = [{"name": "no space anywhere", "json": "".join(_PIECES), "ok": True}]
    for name, space in _SPACES.items():
        for at in range(1, len(_PIECES) + 1):
            text = "".join(_PIECES[:at]) + space + "".join(_PIECES[at:])
            cases.append({"name": f"{name} behind piece {at}", "json": text, "ok": False})
    return cases


def _deep() -> list[Case]:
    def nested(opening: str, closing: str, levels: int) -> list[list[Any]]:
        return [['{"a":', 1], [opening, levels], [closing, levels], ["}", 1]]

    rows: list[tuple[str, list[list[Any]], bool]] = [
        ("eight levels of objects", [['{"a":', 7], ["{}", 1], ["}", 7]], True),
        ("nine levels of objects", [['{"a":', 8], ["{}", 1], ["}", 8]], False),
        ("eight levels, a text in the last", [['{"a":', 8], ['"b"', 1], ["}", 8]], True),
        ("an object and seven arrays", nested("[", "]", 7), True),
        ("an object and eight arrays", nested("[", "]", 8), False),
        ("eight levels, mixed", [['{"a":[', 4], ["]}", 4]], True),
        ("nine levels, mixed", [['{"a":[', 4], ["{}", 1], ["]}", 4]], False),
        ("nine levels beside a flat member", [['{"b":1,"a":', 1], ["[", 8], ["]", 8], ["}", 1]], False),
        ("a hundred thousand arrays", nested("[", "]", 100_000), False),
        ("a hundred thousand arrays that never close", [['{"a":', 1], ["[", 100_000]], False),
        ("a hundred thousand objects", [['{"a":', 100_000], ["{}", 1], ["}", 100_000]], False),
    ]
    return [{"name": name, "parts": parts, "most": 1_000_000, "ok": ok} for name, parts, ok in rows]


def _not_utf8() -> list[Case]:
    pieces = {
        "a byte that UTF-8 has not": b"\xff",
        "a continuation byte alone": b"\x80",
        "a sequence cut short": b"\xe4\xbd",
        "NUL in two bytes": b"\xc0\x80",
        "a slash in two bytes": b"\xc0\xaf",
        "a slash in three bytes": b"\xe0\x80\xaf",
        "a slash in four bytes": b"\xf0\x80\x80\xaf",
        "a raw high surrogate": b"\xed\xa0\x80",
        "a raw low surrogate": b"\xed\xb0\x80",
        "a pair of raw surrogates": b"\xed\xa0\xbd\xed\xb5\x8a",
        "beyond U+10FFFF": b"\xf4\x90\x80\x80",
        "a sequence of five bytes": b"\xf8\x88\x80\x80\x80",
        "Latin-1": b"caf\xe9",
    }
    cases: list[Case] = [
        {"name": name, "raw": to_base64url(b'{"a":"' + piece + b'"}'), "ok": False} for name, piece in pieces.items()
    ]
    cases += [
        {"name": "UTF-16", "raw": to_base64url('{"a":1}'.encode("utf-16-le")), "ok": False},
        {"name": "UTF-16 with its mark", "raw": to_base64url('{"a":1}'.encode("utf-16")), "ok": False},
        {"name": "bytes of UTF-8", "raw": to_base64url('{"a":"\u00e9"}'.encode()), "ok": True},
    ]
    return cases


def _long() -> list[Case]:
    def text(length: int) -> list[list[Any]]:
        return [['{"a":"', 1], ["a", length - 8], ['"}', 1]]

    return [
        {"name": "as long as the cap", "parts": text(262_069), "most": 262_069, "ok": True},
        {"name": "a byte longer than the cap", "parts": text(262_070), "most": 262_069, "ok": False},
        {"name": "a megabyte", "parts": text(1_048_576), "most": 262_069, "ok": False},
        {"name": "a megabyte where it may be", "parts": text(1_048_576), "most": 1_048_576, "ok": True},
        {
            "name": "the cap counts bytes, not characters",
            "parts": [['{"a":"', 1], ["\u00e9", 50], ['"}', 1]],
            "most": 107,
            "ok": False,
        },
    ]
