"""What the house promises to those who work in it: a lock that pins everything, and commands that are all explained."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt")
PIN = re.compile(r"^([a-z0-9-]+)==([^ ]+) \\$", re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_has_one_version_and_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(PIN.findall(text)) == len(packages)
    for block in re.split(r"\n(?=\S)", text)[1:]:
        if not block.startswith("#"):
            assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_to_fetch_from(lock: str) -> None:
    assert not re.search(r"://|--index|--find-links|--trusted-host", (ROOT / lock).read_text())


def test_the_lock_for_developers_holds_the_one_for_users_unchanged() -> None:
    users, developers = (dict(PIN.findall((ROOT / lock).read_text())) for lock in LOCKS)
    assert users.items() <= developers.items()


def test_the_case_confusing_crypto_package_stays_out() -> None:
    assert not re.search(r"pycrypto", (ROOT / "requirements-dev.txt").read_text())


def test_every_command_of_make_is_explained() -> None:
    help_text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    explained = re.findall(r"^  make (\w+)", help_text, re.MULTILINE)
    assert {"run", "test", "prove", "bench", "tools", "help"} <= set(explained)
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert set(phony.group(1).split()) == set(explained)


def test_what_every_change_must_pass_is_make_test() -> None:
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "exec make test"


def test_the_demo_has_the_committees_and_addresses_of_the_annex() -> None:
    annex = json.loads((ROOT / "templates" / "data" / "annex1.json").read_text())
    plan = json.loads((ROOT / "deploy" / "demo-plan.json").read_text())
    committees = {committee["id"]: committee["contact"] for committee in plan["committees"]}
    assert committees.pop("desk") == ""
    assert list(committees.items()) == [(committee["id"], committee["email"]) for committee in annex["committees"]]


@pytest.mark.parametrize(
    "trick", ["import importlib\nimportlib.import_module('review')", "import runpy\nrunpy.run_path('x')"]
)
def test_an_import_that_the_contracts_cannot_see_is_refused(trick: str) -> None:
    lint = [str(Path(sys.executable).parent / "ruff"), "check", "--stdin-filename", "intake/trick.py", "-"]
    verdict = subprocess.run(lint, cwd=ROOT, input=trick, capture_output=True, text=True, check=False)
    assert verdict.returncode == 1
    assert "TID251" in verdict.stdout
