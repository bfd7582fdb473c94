"""Writes the vectors beside this file: `python -m tests.vectors.generate [--check]`.

One scenario a case. What is sealed cannot be made twice the same (encapsulation draws its own randomness), so
`sealed.json` is made once, by `--sealed`, and kept.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.vectors import (
    attachment_cases,
    bytes_cases,
    consent_cases,
    directory_cases,
    ed25519_cases,
    freshness_cases,
    json_cases,
    message_cases,
    note_cases,
    reader_cases,
    receipt_cases,
    record_cases,
    reply_cases,
    sealed_cases,
    trust_cases,
)

FOLDER = Path(__file__).parent


MAKERS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "fields.json": json_cases.fields,
    "receipt.json": receipt_cases.receipts,
    "derive.json": bytes_cases.derivations,
    "labels.json": bytes_cases.labels,
    "frame.json": bytes_cases.frames,
    "ed25519.json": ed25519_cases.edges,
    "message.json": message_cases.messages,
    "attachments.json": attachment_cases.attachments,
    "reply.json": reply_cases.replies,
    "consent.json": consent_cases.consents,
    "note.json": note_cases.notes,
    "directory.json": directory_cases.directories,
    "pin.json": directory_cases.pins,
    "keyfile.json": directory_cases.key_files,
    "trust.json": trust_cases.directories,
    "freshness.json": freshness_cases.freshness,
    "day.json": record_cases.days,
    "today.json": record_cases.todays,
    "gone.json": record_cases.gones,
    "post.json": record_cases.posts,
    "record.json": record_cases.records,
    "routing.json": reader_cases.routings,
    "verdict.json": reader_cases.verdicts,
}


def files() -> dict[str, dict[str, Any]]:
    """File name -> content, all of it reproducible."""
    return {name: make() for name, make in MAKERS.items()}


def text(content: Mapping[str, Any]) -> str:
    """The text of a vector file: one member a line, and of cases one a line."""
    members = [f"{_line(name)}: {_cases(value)}" for name, value in content.items()]
    return "{\n" + ",\n".join(members) + "\n}\n"


def _cases(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(map(_line, value)) + "\n]"
    return _line(value)


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def main() -> int:
    """Writes the files, or compares them with what they should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument("--sealed", action="store_true", help="make sealed.json anew")
    arguments = parser.parse_args()
    different = []
    for name, content in files().items():
        path = FOLDER / name
        if arguments.check:
            if not path.exists() or path.read_text("utf-8") != text(content):
                different.append(name)
        else:
            path.write_text(text(content), "utf-8")
    if arguments.sealed:
        (FOLDER / "sealed.json").write_text(text(sealed_cases.sealed()), "utf-8")
    for name in different:
        print(f"{name} is not what generate.py makes", file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
