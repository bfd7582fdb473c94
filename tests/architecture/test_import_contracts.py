"""Each import contract of pyproject.toml is broken on a copy and seen to be caught; none is there for show."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("crypto", "intake", "review", "templates", "deploy")
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

# (contract, file that is added to, statement that must not stand there)
BREACHES = [
    ("powers", "crypto/wire/note.py", "import crypto.public.verify"),
    ("powers", "crypto/public/seal.py", "import crypto.sign.sign"),
    ("powers", "crypto/sign/sign.py", "import crypto.secret.identity"),
    ("powers", "crypto/errors.py", "import crypto.wire.note"),
    ("powers", "crypto/shortcut.py", ""),
    ("apps", "intake/store/__init__.py", "import review"),
    ("apps", "review/store.py", "import intake"),
    ("apps", "templates/__init__.py", "import intake"),
    ("apps", "crypto/wire/note.py", "import templates"),
    ("secret", "intake/store/__init__.py", "import crypto.secret.unseal"),
    ("secret", "crypto/public/seal.py", "import crypto.secret.identity"),
    ("intake-cannot-open", "intake/store/__init__.py", "import crypto.secret.receipt_keys"),
    ("wire", "crypto/wire/age.py", "import cryptography"),
    ("wire", "crypto/wire/note.py", "import nacl.signing"),
    ("wire", "crypto/wire/container.py", "import os"),
    ("wire", "crypto/wire/container.py", "from pathlib import Path"),
    ("primitives", "intake/store/__init__.py", "import hashlib"),
    ("primitives", "intake/store/__init__.py", "import hmac"),
    ("primitives", "review/store.py", "import nacl.secret"),
    ("primitives", "review/store.py", "import cryptography.fernet"),
    ("argon2", "review/store.py", "import argon2"),
    ("offline", "review/store.py", "import socket"),
    ("offline", "review/store.py", "import smtplib"),
    ("offline", "crypto/public/trust.py", "import urllib.request"),
    ("offline", "templates/__init__.py", "import http.client"),
    ("intake", "intake/store/__init__.py", "import intake.closing"),
    ("intake", "intake/shortcut.py", ""),
    ("review", "review/store.py", "import review.desk"),
    ("review", "review/shortcut.py", ""),
    ("routes", "intake/routes/mailbox.py", "import sqlalchemy"),
    ("routes", "intake/routes/mailbox.py", "import intake.schema"),
    ("routes", "review/routes/cases.py", "import sqlalchemy.orm"),
    ("routes", "review/routes/cases.py", "import review.schema"),
    ("pages", "intake/routes/mailbox.py", "import intake.routes.submissions"),
    ("pages", "review/routes/inbox.py", "import review.routes.cases"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages and their contracts, free to be spoilt."""
    keep_out = shutil.ignore_patterns("browser", "static", "node_modules", "__pycache__")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=keep_out)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    """What import-linter says about one contract of the packages in this folder."""
    words = [str(LINT_IMPORTS), "--no-cache", "--contract", contract]
    environment = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "COLUMNS": "300"}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("contract", "file", "statement"), BREACHES)
def test_a_breach_of_the_contract_is_caught(contract: str, file: str, statement: str, copy: Path) -> None:
    spoilt = copy / file
    spoilt.write_text(f"{spoilt.read_text() if spoilt.exists() else ''}\n{statement}\n")
    verdict = lint(copy, contract)
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert "BROKEN" in verdict.stdout


@pytest.mark.parametrize("contract", sorted(contract["id"] for contract in CONTRACTS))
def test_the_copy_is_sound_before_it_is_spoilt(contract: str, copy: Path) -> None:
    verdict = lint(copy, contract)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_every_contract_is_broken_at_least_once() -> None:
    assert {contract["id"] for contract in CONTRACTS} == {contract for contract, _, _ in BREACHES}
