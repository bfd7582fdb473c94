"""A key file: the second thing that a vault can ask for beside its passphrase, on a stick.

One line of JSON in its one form (FORMAT.md 1.2) that says what it is, `{v, kind, vault}` with `v` 1 and `kind` the text
`sealed-intake/key-file`, ended by a line feed; then 32 random bytes, and nothing more.
"""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from crypto.errors import FormatError
from crypto.wire.fields import Members, encode_json, parse_json
from review.files import new_file, open_regular, read_file
from review.refusals import Refused

KIND = "sealed-intake/key-file"
SUFFIX = ".keyfile"
LENGTH = 32
_MOST = 256


def make_key_file(path: Path, vault: str) -> bytes:
    """Writes one for this vault, durable; what is there already stays. Its 32 bytes, as they stand on the stick."""
    with new_file(path) as out:
        out.write(encode_json({"v": 1, "kind": KIND, "vault": vault}) + b"\n" + secrets.token_bytes(LENGTH))
    return read_key_file(path, vault)


def read_key_file(path: Path, vault: str) -> bytes:
    """The 32 bytes of the key file of this vault; every other file is refused, without a look at any passphrase."""
    try:
        with open_regular(path) as source:
            # As it stands on the stick, not as this machine remembers having written it.
            os.posix_fadvise(source.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            data = source.read(_MOST + 1)
    except (OSError, Refused):
        raise Refused("keyfile-missing", vault=vault, path=repr(path.name)) from None
    named = _vault_of(data)
    if named is None:
        raise Refused("keyfile-unfit", path=repr(path.name))
    if named != vault:
        raise Refused("keyfile-other", vault=vault, other=named)
    return data[-LENGTH:]


def find_key_files(vault: str, folders: Iterable[Path]) -> tuple[Path, ...]:
    """The key files of this vault that lie in these folders under names that end in `.keyfile`.

    Of several, one may be from before a change: a person knows which.
    """
    return tuple(path for folder in folders for path in sorted(folder.glob(f"*{SUFFIX}")) if _is_of(vault, path))


def _is_of(vault: str, path: Path) -> bool:
    try:
        return _vault_of(read_file(path, _MOST)) == vault
    except Refused:
        return False


def _vault_of(data: bytes) -> str | None:
    line, end, rest = data.partition(b"\n")
    if not end or len(rest) != LENGTH:
        return None
    try:
        members = Members(parse_json(line, most=_MOST), "key file")
        members.integer("v", least=1, most=1)
        members.choice("kind", (KIND,))
        vault = members.name("vault")
        members.end()
    except FormatError:
        return None
    return vault
