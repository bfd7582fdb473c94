"""`docs/attacks.md` and the gallery agree: every attack has its test, and every test its line."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "attacks.md"
PAGES = ROOT / "intake" / "browser" / "test" / "attacks.test.ts"


def listed(text: str) -> Counter[str]:
    """The tests that the table names, and how often."""
    rows = [row.split("|") for row in text.splitlines() if row.startswith("| ") and not row.startswith("| what")]
    return Counter(
        name for row in rows for name in re.findall(r'`(test_\w+)`|"([^"]+)"', row[4]) for name in name if name
    )


def made() -> set[str]:
    """The tests of the gallery by their names."""
    files = [path for path in Path(__file__).parent.glob("test_*.py") if path.name != Path(__file__).name]
    python = {name for path in files for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)}
    return python | set(re.findall(r'^test\("([^"]+)"', PAGES.read_text(), re.MULTILINE))


def test_every_attack_has_its_test_and_every_test_its_line() -> None:
    names = listed(TABLE.read_text())
    assert set(names) == made()
    assert set(names.values()) == {1}


def test_a_test_that_the_table_forgets_is_noticed() -> None:
    text = TABLE.read_text()
    for name in ("test_no_envelope_stops_the_others", "a reply of a revoked vault is not genuine"):
        assert made() - set(listed(text.replace(name, "another test"))) == {name}


def test_the_table_stays_short_enough_to_be_read() -> None:
    assert len(TABLE.read_text().splitlines()) <= 60
