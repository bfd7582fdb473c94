"""Bodies that stay the same for everybody, ready to be sent plain or packed.

Only what holds no secret is ever packed: the length of packed bytes tells something about what is in them.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from templates import static_files

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
JSON = "application/json"
BYTES = "application/octet-stream"

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": TEXT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A body, its media type, and the same body packed with gzip where that is shorter."""

    type: str
    plain: bytes
    packed: bytes | None = None

    @classmethod
    def of(cls, type_: str, plain: bytes, packed: bytes | None = None) -> "Content":
        """Packs the body unless the build did it already."""
        packed = packed or gzip.compress(plain, mtime=0)
        return cls(type=type_, plain=plain, packed=packed if len(packed) < len(plain) else None)


def static_contents() -> Mapping[str, Content]:
    """All that is served below `/static/`, by name, read once: what is not in it does not exist."""
    bodies = static_files("intake")
    built = files("intake").joinpath("static")
    if built.is_dir():
        bodies |= {entry.name: entry.read_bytes() for entry in built.iterdir() if entry.is_file()}
    return {
        name: Content.of(TYPES[name.rpartition(".")[2]], body, bodies.get(f"{name}.gz"))
        for name, body in bodies.items()
        if name.rpartition(".")[2] in TYPES
    }
