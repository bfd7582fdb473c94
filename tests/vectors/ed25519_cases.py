"""Ed25519 at its edges: signatures that some verifiers take and others refuse (FORMAT.md 1.4).

The points are made with plain arithmetic, because no library makes wrong ones. Whether a row holds is libsodium's
answer, never this file's. Secrets here are public, and the arithmetic is slow and leaks: it makes rows, nothing else.
"""

import hashlib
from typing import Any

from crypto.public.verify import holds
from tests.vectors import scene

Case = dict[str, Any]
Point = tuple[int, int]

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
NEUTRAL: Point = (0, 1)
MESSAGE = b"edge"
SIGN_BIT = 1 << 255
_A = int.from_bytes(scene.seed("edge key"), "little") % L
_R = int.from_bytes(scene.seed("edge nonce"), "little") % L


def edges() -> dict[str, Any]:
    """Rows with libsodium's answer. T0 to T7 are the points of small order, T1 the one that makes them all."""
    cases = [*_plain(), *_scalars(), *_mixed(), *_small_keys(), *_small_shares(), *_odd_encodings()]
    about = "What libsodium says of Ed25519 signatures at the edges. T0 to T7 are the multiples of T1, of order 8."
    return {"about": about, "message": MESSAGE.hex(), "cases": cases}


def _row(name: str, key: bytes, share: bytes, scalar: int) -> Case:
    signature = share + (scalar % (1 << 256)).to_bytes(32, "little")
    return {
        "name": name,
        "key": key.hex(),
        "signature": signature.hex(),
        "ok": holds(MESSAGE, signature, key),
    }


def _answer(key: bytes, share: bytes) -> int:
    """S for the share rB under the key aB, whatever else is in the bytes."""
    return (_R + _challenge(share, key) * _A) % L


def _challenge(share: bytes, key: bytes) -> int:
    return int.from_bytes(hashlib.sha512(share + key + MESSAGE).digest(), "little") % L


def _plain() -> list[Case]:
    key, share = encode(times(_A, BASE)), encode(times(_R, BASE))
    answer = _answer(key, share)
    other = encode(times(_A + 1, BASE))
    return [
        _row("a good signature", key, share, answer),
        _row("a good signature, another key", other, share, answer),
        _row("a good signature, S larger by one", key, share, answer + 1),
        _row("a good signature, the sign of R turned", key, _turned(share), answer),
        _row("a good signature, the sign of the key turned", _turned(key), share, answer),
        _row("R and S both zero", key, bytes(32), 0),
        _row("all bytes 255", key, b"\xff" * 32, -1),
    ]


def _scalars() -> list[Case]:
    """S is taken below L only, although S + nL gives the same point."""
    key, share = encode(times(_A, BASE)), encode(times(_R, BASE))
    answer = _answer(key, share)
    rows = [_row(f"S not reduced: S + {n} L", key, share, answer + n * L) for n in (1, 2, 3, 7, 8, 14)]
    flagged = [_row(f"S with bit {bit} set", key, share, answer | 1 << bit) for bit in (253, 254, 255)]
    return rows + flagged + [_row("S is L itself", key, share, L), _row("S is zero", key, share, 0)]


def _mixed() -> list[Case]:
    """A key and a share with a part of small order: a verifier that multiplies by eight would take every one."""
    rows = []
    for at in range(8):
        for by in range(8):
            key, share = encode(add(times(_A, BASE), SMALL[at])), encode(add(times(_R, BASE), SMALL[by]))
            row = _row("", key, share, _answer(key, share))
            how = "also without the cofactor" if row["ok"] else "with the cofactor alone"
            rows.append({**row, "name": f"mixed order: key + T{at}, R + T{by}: holds {how}"})
    return rows


def _small_keys() -> list[Case]:
    """A key of small order, for which nearly anything would be signed."""
    share = encode(times(_R, BASE))
    rows = [_row(f"small order: the key is T{at}", encode(SMALL[at]), share, _R) for at in range(8)]
    rows += [
        _row(f"small order: key T{at} and R T{by}, S zero", encode(SMALL[at]), encode(SMALL[by]), 0)
        for at in range(8)
        for by in sorted({0, -at % 8})
    ]
    return rows


def _small_shares() -> list[Case]:
    """A share of small order under a good key: R = T0 satisfies the equation even without the cofactor."""
    key = encode(times(_A, BASE))
    return [
        _row(f"small order: R is T{at}", key, encode(SMALL[at]), _challenge(encode(SMALL[at]), key) * _A % L)
        for at in range(8)
    ]


def _odd_encodings() -> list[Case]:
    """The same points in bytes that no encoder writes: y not below p, or a minus sign before a zero."""
    good, share = encode(times(_A, BASE)), encode(times(_R, BASE))
    odd = {
        "T0 with y = p + 1": P + 1,
        "T0 with a minus sign": 1 | SIGN_BIT,
        "T0 with y = p + 1 and a minus sign": P + 1 | SIGN_BIT,
        "T4 with a minus sign": P - 1 | SIGN_BIT,
        "T2 or T6 with y = p": P,
        "T2 or T6 with y = p and a minus sign": P | SIGN_BIT,
        "no point: y = 2": 2,
        "a point with y = p + 3": P + 3,
        "a point with y = p + 18": P + 18,
    }
    rows = []
    for name, number in odd.items():
        data = number.to_bytes(32, "little")
        rows.append(_row(f"encoding: the key is {name}", data, share, _R))
        rows.append(_row(f"encoding: R is {name}", good, data, _challenge(data, good) * _A % L))
        rows.append(_row(f"encoding: key and R are {name}, S zero", data, data, 0))
    return rows


def add(left: Point, right: Point) -> Point:
    """The sum of two points of the twisted Edwards curve (RFC 8032, 5.1.4, in affine form)."""
    (x1, y1), (x2, y2) = left, right
    product = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P)
    return (x % P, y % P)


def times(factor: int, point: Point) -> Point:
    """The multiple, by doubling and adding."""
    result = NEUTRAL
    while factor:
        if factor & 1:
            result = add(result, point)
        point = add(point, point)
        factor >>= 1
    return result


def encode(point: Point) -> bytes:
    """32 bytes (RFC 8032, 5.1.2)."""
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def with_y(y: int) -> Point | None:
    """The point with this y and an even x, if there is one (RFC 8032, 5.1.3)."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        return None
    return (x if x % 2 == 0 else P - x, y % P)


def _turned(data: bytes) -> bytes:
    return data[:31] + bytes([data[31] ^ 0x80])


def _base() -> Point:
    found = with_y(4 * pow(5, -1, P))
    assert found is not None
    return found


def _of_order_eight() -> Point:
    """L times any point is of small order; the first one of order 8 makes the others."""
    for y in range(2, 100):
        point = with_y(y)
        small = NEUTRAL if point is None else times(L, point)
        if times(4, small) != NEUTRAL:
            return small
    raise AssertionError


BASE = _base()
_T1 = _of_order_eight()
SMALL = tuple(times(at, _T1) for at in range(8))
