"""The table of caps in FORMAT.md 1.5 against the code of both languages, and that caps come before any work."""

import re
from collections.abc import Callable
from functools import partial
from math import prod
from pathlib import Path

import pytest

from crypto.errors import FormatError
from crypto.public.trust import MOST_PIN, Pin
from crypto.secret.offer import MOST_OFFER, Offer
from crypto.wire.day import MOST_MANIFEST, DayManifest, Gone
from crypto.wire.directory import MOST_DIRECTORY, Directory
from crypto.wire.message import MOST_MESSAGE, Message
from crypto.wire.note import MOST_NOTE, Note
from crypto.wire.post import MOST_POST, Post
from crypto.wire.record import MOST_RECORD, Record
from crypto.wire.reply import MOST_REPLY, Reply

TOP = Path(__file__).parents[2]
TWIN = "intake/browser/src"
Place = tuple[str, str]


def both(name: str, module: str, package: str = "wire") -> tuple[Place, Place]:
    """The constant of this name in the Python module and in its twin."""
    return (f"crypto/{package}/{module}.py", f"{name} = "), (f"{TWIN}/{package}/{module}.ts", f"{name} = ")


def inline(name: str, python: str, typescript: str) -> tuple[Place, Place]:
    """The number behind a member's name in the two modules about messages."""
    member = f'{name}", '
    return ("crypto/wire/message.py", f'{python}("{member}most='), (
        f"{TWIN}/wire/message.ts",
        f'{typescript}("{member}',
    )


# Row of the table -> where the code says its number: the file and what stands before it.
CODE: dict[str, tuple[Place, ...]] = {
    "stanzas of an envelope": both("ENVELOPE_STANZAS", "age"),
    "stanzas of any other age file": both("MOST_STANZAS", "age"),
    "header line of an age file": both("MOST_LINE", "age"),
    "header of an age file": both("MOST_HEADER", "age"),
    "message JSON": (("crypto/wire/bodies.py", "MOST_MESSAGE = "), (f"{TWIN}/wire/message.ts", "MOST_MESSAGE = ")),
    "reply JSON": both("MOST_REPLY", "reply"),
    "committees of a routing": inline("committees", "names", "names"),
    "excluded vaults of a routing": inline("excluded", "names", "names"),
    "conflicts of a routing": inline("conflicts", "countries", "countries"),
    "ids in `seen`": (*inline("seen", "list", "each"), (f"{TWIN}/client/compose.ts", "MOST_SEEN = ")),
    "files of a message": both("MOST_FILES", "attachments"),
    "MiB of a stream": (
        ("crypto/wire/attachments.py", "384, 512, 768, "),
        (f"{TWIN}/wire/attachments.ts", "384, 512, 768, "),
    ),
    "characters of a file name": (
        ("crypto/wire/attachments.py", '"name", least=1, most='),
        (f"{TWIN}/wire/attachments.ts", "MOST_NAME = "),
    ),
    "characters of a media type": (
        ("crypto/wire/attachments.py", '"type", least=3, most='),
        (f"{TWIN}/wire/attachments.ts", "MOST_TYPE = "),
    ),
    "characters of a name in one language": both("MOST_NAME", "directory_parts"),
    "JSON with any number of commas": both("LONG", "fields"),
    "bytes for each comma of longer JSON, at least": both("LEAST_A_COMMA", "fields"),
    "JSON nesting": both("MOST_DEPTH", "fields"),
    "signatures of a note": both("MOST_SIGNATURES", "note"),
    "directory note": both("MOST_DIRECTORY", "directory"),
    "days a directory is valid": both("MOST_DAYS_VALID", "directory"),
    "roots": both("MOST_ROOTS", "directory_parts"),
    "root changes a reader walks": both("MOST_CHANGES", "trust", "public"),
    "committees of a directory": both("MOST_COMMITTEES", "directory"),
    "vaults of a directory": both("MOST_VAULTS", "directory_parts"),
    "active vaults": both("MOST_ACTIVE_VAULTS", "directory"),
    "vaults of a committee": both("MOST_VAULTS_OF_COMMITTEE", "directory_parts"),
    "members of a quorum": both("MOST_QUORUM", "directory_parts"),
    "parts of an entry": both("MOST_PARTS", "day"),
    "conflicts of a vault": both("MOST_CONFLICTS", "directory_parts"),
    "epochs of a directory": (*both("MOST_EPOCHS", "directory"), ("crypto/secret/offer.py", "MOST_EPOCHS = ")),
    "ended epochs": both("MOST_ENDED", "directory"),
    "post keys": both("MOST_POST_KEYS", "directory"),
    "lost spans": both("MOST_LOST", "directory"),
    "pin": both("MOST_PIN", "trust", "public"),
    "offer": (("crypto/secret/offer.py", "MOST_OFFER = "),),
    "record note": both("MOST_RECORD", "record"),
    "day, today or gone note": both("MOST_MANIFEST", "day"),
    "entries of a day, today or gone note": both("MOST_ENTRIES", "day"),
    "post note": both("MOST_POST", "post"),
    "slots of a post": both("MOST_SLOTS", "post"),
    "records of a records file": (("crypto/wire/record.py", "MOST_RECORDS = "),),
    "directories, key files and post keys of a container": (
        ("intake/imports.py", "MOST_MEMBERS = "),
        ("review/bundle.py", "MOST_OF_CEREMONY = "),
    ),
    "slots of a mailbox page": (
        ("intake/limits.py", "SLOTS_A_PAGE = "),
        (f"{TWIN}/client/mailbox.ts", "SLOTS_A_PAGE = "),
    ),
    "mailbox pages a reader asks for": ((f"{TWIN}/client/mailbox.ts", "MOST_PAGES = "),),
    "delete tokens in one request": (("intake/limits.py", "MOST_TOKENS = "),),
}


def stated() -> dict[str, int]:
    """Row of the table -> its number."""
    section = (TOP / "crypto" / "FORMAT.md").read_text("utf-8").split("### 1.5", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return {what: int(re.sub(r"(,(?=\d)|, exactly$)", "", most)) for what, most in rows[1:]}


def in_code(file: str, before: str) -> int:
    """The number that stands in this file behind these words."""
    text = (TOP / file).read_text("utf-8")
    found = re.findall(re.escape(before) + r"([\d_]+(?: \* [\d_]+)*)", text)
    assert len(found) == 1, f"{file} says {len(found)} numbers behind {before!r}"
    return prod(int(factor) for factor in found[0].split(" * "))


def test_the_table_and_the_code_name_the_same_things() -> None:
    assert set(CODE) == set(stated())


@pytest.mark.parametrize("what", CODE)
def test_a_cap_is_the_same_in_the_table_and_in_both_languages(what: str) -> None:
    said = {file: in_code(file, before) for file, before in CODE[what]}
    assert said == dict.fromkeys(said, stated()[what])


class Unread(bytes):
    """Bytes of which only the length may be asked."""

    def decode(self, *_: object) -> str:
        raise AssertionError("was read")

    def count(self, *_: object) -> int:
        raise AssertionError("was read")


CAPPED: dict[str, tuple[Callable[[bytes], object], int]] = {
    "any note": (Note.parse, MOST_NOTE),
    "note of a directory": (partial(Note.parse, most=MOST_DIRECTORY), MOST_DIRECTORY),
    "directory": (Directory.parse, MOST_DIRECTORY),
    "day": (DayManifest.parse, MOST_MANIFEST),
    "gone": (Gone.parse, MOST_MANIFEST),
    "post": (Post.parse, MOST_POST),
    "record": (Record.parse, MOST_RECORD),
    "pin": (Pin.parse, MOST_PIN),
    "offer": (Offer.parse, MOST_OFFER),
    "message": (Message.parse, MOST_MESSAGE),
    "reply": (Reply.parse, MOST_REPLY),
}


@pytest.mark.parametrize("name", CAPPED)
def test_what_is_too_long_is_refused_unread(name: str) -> None:
    parse, most = CAPPED[name]
    with pytest.raises(AssertionError, match="was read"):
        parse(Unread(most))
    with pytest.raises(FormatError):
        parse(Unread(most + 1))
