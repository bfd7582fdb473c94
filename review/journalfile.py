"""The journal for an auditor (docs/JOURNAL.md): what was done on which day, nothing of a case, and whether a newer
export continues an older one. Pure: no vault, no key.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, TypeVar

from crypto.errors import FormatError
from crypto.wire.digest import sha256
from crypto.wire.fields import Members, encode_json, parse_json, to_base64url
from review.journal import Entry, What
from review.refusals import CODES

KIND = "sealed-intake/journal"
SUFFIX = ".journal"
T = TypeVar("T")

_PURPOSE = b"sealed-intake/journal"
_MARK_LENGTH = 32
_MOST_LINE = 1_024
_WORD = re.compile(r"[a-z][a-z-]{0,31}\Z")

_CODE = "|".join(map(re.escape, CODES))
_COUNT = "[0-9]{1,10}"
_MONTH = "[0-9]{4}-[0-9]{2}"
_DAY = f"{_MONTH}-[0-9]{{2}}"

# Which words of the journal say outside what they are about, and in which form: `VAULT` and `PORTAL` stand for the
# names of this vault and its portal. A word that does not stand here hides it, and so does one of another form.
_SAID: dict[What, str] = {
    "vault-made": "VAULT",
    "vault-opened": "VAULT",
    "anchor-missing": "VAULT",
    "anchor-none": "VAULT",
    "vault-older": f"remembered {_COUNT}",
    "vault-restored": f"journal {_COUNT}(?:, remembered {_COUNT})?",
    "keys-made": f"{_MONTH}(?: {_MONTH})*",
    "trust-set": f"PORTAL {_COUNT}",
    "file-taken": f"(?:bundle|ceremony) directory {_COUNT} days {_COUNT}",
    "file-refused": _CODE,
    "post-left": f"{_COUNT} replies",
    "record-signed": _COUNT,
    "judged-again": f"{_COUNT} taken",
    "backup-written": rf"VAULT-{_DAY}(?:-{_COUNT})?\.backup",
    "backup-verified": rf"VAULT-{_DAY}(?:-{_COUNT})?\.backup",
    "backup-refused": _CODE,
    "passphrase-changed": "[A-Z0-9_]{1,32}",
    "passphrase-refused": _CODE,
    "keyfile-set": "[A-Z0-9_]{1,32}",
    "keyfile-removed": "[A-Z0-9_]{1,32}",
    "keyfile-refused": _CODE,
    "journal-exported": f"{_COUNT} entries",
    "journal-refused": _CODE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportHead:
    """The first line of an export."""

    vault: str
    portal: str | None
    entries: int

    @classmethod
    def parse(cls, line: bytes) -> "ExportHead":
        """From its bytes without the line feed."""
        members = Members(parse_json(line, most=_MOST_LINE), "journal")
        members.integer("v", least=1, most=1)
        members.choice("kind", (KIND,))
        vault, entries, portal = members.name("vault"), members.integer("entries", least=1), members.take("portal")
        members.end()
        if portal is not None:
            portal = Members({"portal": portal}, "journal").portal("portal")
        return cls(vault=vault, portal=portal, entries=entries)

    def encode(self) -> bytes:
        """Its bytes, with the line feed."""
        said = {"v": 1, "kind": KIND, "vault": self.vault, "portal": self.portal, "entries": self.entries}
        return encode_json(said) + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLine:
    """One entry as it goes out. `about` is `None` where it stays inside."""

    n: int
    day: str
    what: str
    about: str | None
    mark: bytes = field(repr=False)

    @classmethod
    def of(cls, entry: Entry, secret: bytes, vault: str, portal: str | None) -> "ExportLine":
        """Of an entry as it reads now, under the anchor secret of its vault (32 bytes)."""
        return cls(
            n=entry.n,
            day=entry.day,
            what=entry.what,
            about=entry.about if _may_say(entry, vault, portal) else None,
            mark=sha256(secret + _PURPOSE + entry.hash()),
        )

    @classmethod
    def parse(cls, line: bytes) -> "ExportLine":
        """From its bytes without the line feed."""
        members = Members(parse_json(line, most=_MOST_LINE), "entry")
        n, day = members.integer("n", least=1), members.day("day")
        what = members.text("what", most=32, rule=lambda text: bool(_WORD.match(text)))
        about = members.take("about")
        if about is not None and not isinstance(about, str):
            members.refuse("about")
        made = cls(n=n, day=day, what=what, about=about, mark=members.data("mark", _MARK_LENGTH))
        members.end()
        return made

    def encode(self) -> bytes:
        """Its bytes, with the line feed."""
        said = {"n": self.n, "day": self.day, "what": self.what, "about": self.about, "mark": to_base64url(self.mark)}
        return encode_json(said) + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How a newer export stands to an older one.

    `continues`: all of the older stands in it, and `n` entries more. `cut`: it ends after entry `n`, before the older
    one does or before its own end. `changed`: entry `n` is the first that is another. `other`: of another vault.
    """

    verdict: Literal["continues", "cut", "changed", "other"]
    n: int = 0


def write_export(out: BinaryIO, head: ExportHead, entries: Iterable[Entry], secret: bytes) -> None:
    """Writes all of it, entry by entry."""
    out.write(head.encode())
    for entry in entries:
        out.write(ExportLine.of(entry, secret, head.vault, head.portal).encode())


def compare(old: BinaryIO, new: BinaryIO) -> Comparison:
    """Raises `FormatError`, with `old` or `new` as its place, where one is no export.

    The older is read to its end, the newer until it differs.
    """
    older, newer = _Export(old, "old"), _Export(new, "new")
    if older.head.vault != newer.head.vault or older.head.portal not in (None, newer.head.portal):
        return Comparison(verdict="other")
    n, lines = 0, older.whole()
    for line in lines:
        found = newer.line()
        if found is None or found != line or n == newer.head.entries:
            # To its end: an older one that is no export itself proves nothing.
            for _ in lines:
                pass
            return Comparison(verdict="cut", n=n) if found is None else Comparison(verdict="changed", n=n + 1)
        n += 1
    while (found := newer.line()) is not None:
        n += 1
        if found.n != n or n > newer.head.entries:
            return Comparison(verdict="changed", n=n)
    if n < newer.head.entries:
        return Comparison(verdict="cut", n=n)
    return Comparison(verdict="continues", n=n - older.head.entries)


class _Export:
    """One of the two, read line by line."""

    def __init__(self, source: BinaryIO, which: Literal["old", "new"]) -> None:
        self._source = source
        self._which = which
        self.head = self._strictly(ExportHead.parse, self._read())

    def line(self) -> ExportLine | None:
        """The next entry; none at the end of the file. An empty line is no end."""
        line = self._read()
        return self._strictly(ExportLine.parse, line) if line else None

    def whole(self) -> Iterator[ExportLine]:
        """Every entry; refused when one is missing or stands elsewhere."""
        n = 0
        while (line := self.line()) is not None:
            n += 1
            if line.n != n or n > self.head.entries:
                raise FormatError(self._which)
            yield line
        if n != self.head.entries:
            raise FormatError(self._which)

    def _read(self) -> bytes:
        return self._source.readline(_MOST_LINE + 1)

    def _strictly(self, parse: Callable[[bytes], T], line: bytes) -> T:
        try:
            if not line.endswith(b"\n"):
                raise FormatError("line")
            return parse(line[:-1])
        except FormatError:
            raise FormatError(self._which) from None


def _may_say(entry: Entry, vault: str, portal: str | None) -> bool:
    form = next((form for what, form in _SAID.items() if what == entry.what), None)
    if form is None:
        return False
    form = form.replace("VAULT", re.escape(vault)).replace("PORTAL", re.escape(portal or ""))
    return re.fullmatch(form, entry.about) is not None
