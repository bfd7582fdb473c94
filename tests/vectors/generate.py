"""Writes the vectors beside this file: `python -m tests.vectors.generate [--check]`.

One scenario a case. What is sealed cannot be made twice the same (encapsulation draws its own randomness), so
`sealed.json` is made once, by `--sealed`, and kept.
"""

import argparse
import json
import sys
from pathlib import Path

from tests.vectors import bytes_cases, sealed_cases, trust_cases

FOLDER = Path(__file__).parent


def files() -> dict[str, object]:
    """File name -> content, all of it reproducible."""
    return {
        "fields.json": bytes_cases.fields(),
        "receipt.json": bytes_cases.receipts(),
        "derive.json": bytes_cases.derivations(),
        "labels.json": bytes_cases.labels(),
        "frame.json": bytes_cases.frames(),
        "message.json": bytes_cases.messages(),
        "reply.json": bytes_cases.replies(),
        "trust.json": trust_cases.directories(),
        "routing.json": trust_cases.routings(),
        "verdict.json": trust_cases.verdicts(),
    }


def text(content: object) -> str:
    """The text of a vector file."""
    return json.dumps(content, ensure_ascii=True, indent=1) + "\n"


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
