"""C2SP's own vectors of age (npm cctv-age) against this project's header, key schedule and payload.

`python -m tests.crypto.cctv` runs them all: exact class of failure, exact plaintext released until then.
"""

import base64
import hashlib
import io
import json
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crypto.errors import AgeError
from crypto.secret.unseal import Unwrap, released
from tests.crypto.cctv_kinds import ArmorError, dearmor, unwrap_any

_HERE = Path(__file__).resolve().parent
_PACKAGE = _HERE.parents[1] / "intake" / "browser" / "node_modules" / "cctv-age" / "index.js"
_CLASSES = {
    "header-failure": "header failure",
    "mac-failure": "HMAC failure",
    "no-match": "no match",
    "payload-failure": "payload failure",
}

Read = Callable[[bytes, Unwrap], Iterator[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One scenario; `payload` is the SHA-256, in hex, of what a reader releases before it ends or fails."""

    name: str
    expect: str
    payload: str
    identities: tuple[str, ...]
    passphrases: tuple[str, ...]
    armored: bool
    file: bytes

    @classmethod
    def parse(cls, name: str, data: bytes) -> "Vector":
        """Lines `name: value`, an empty line, and the file, which may be compressed."""
        head, _, file = data.partition(b"\n\n")
        lines = [line.partition(": ") for line in head.decode("utf-8").split("\n")]
        found: dict[str, list[str]] = {}
        for member, _, value in lines:
            found.setdefault(member, []).append(value)
        return cls(
            name=name,
            expect=found["expect"][0],
            payload=found.get("payload", [hashlib.sha256().hexdigest()])[0],
            identities=tuple(found.get("identity", ())),
            passphrases=tuple(found.get("passphrase", ())),
            armored=found.get("armored") == ["yes"],
            file=zlib.decompress(file) if found.get("compressed") == ["zlib"] else file,
        )


@cache
def vectors() -> tuple[Vector, ...]:
    """All of them, as the installed package has them."""
    command = ["node", str(_HERE / "cctv.mjs"), str(_PACKAGE)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return tuple(Vector.parse(name, base64.b64decode(data)) for name, data in found.items())


def read_file(data: bytes, unwrap: Unwrap) -> Iterator[bytes]:
    """The project's reader."""
    return released(io.BytesIO(data), unwrap)


def holds(vector: Vector, read: Read = read_file) -> bool:
    """Whether a reader ends as it should, and released what it should until then: nothing, if nothing is said of it."""
    out = hashlib.sha256()
    ending = _ending(vector, read, out.update)
    return ending == vector.expect and out.hexdigest() == vector.payload


def _ending(vector: Vector, read: Read, take: Callable[[bytes], None]) -> str:
    try:
        data = dearmor(vector.file) if vector.armored else vector.file
        for piece in read(data, unwrap_any(vector.identities, vector.passphrases)):
            take(piece)
    except ArmorError:
        return "armor failure"
    except AgeError as error:
        return _CLASSES[error.code]
    return "success"


def main() -> int:
    """Says how many hold, and which do not."""
    failed = [vector.name for vector in vectors() if not holds(vector)]
    print(f"python {len(vectors()) - len(failed)}/{len(vectors())}", *failed)
    return 1 if failed or not vectors() else 0


if __name__ == "__main__":
    sys.exit(main())
