"""The command `review` from the first vault to the first post, as people type it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crypto.sign.sign import public, signing_key
from crypto.wire.fields import to_base64url
from crypto.wire.message import LANGUAGES
from review.passphrase import CHEAP_PROFILE, new_passphrase
from review.process import KeeperProcess
from review.refusals import Refused
from review.roots import read_roots
from tests.material import COMMITTEES
from tests.review.reading import members

VAULTS = ("cat", "ced")


def review(*words: object, answers: Sequence[str] = (), cwd: Path) -> tuple[int, list[str], str]:
    """Exit status, lines printed, and what was complained about."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("review")), *map(str, words)],
        input="".join(f"{answer}\n" for answer in answers),
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )
    return done.returncode, done.stdout.splitlines(), done.stderr


def forget(folder: Path, vault: str) -> None:
    """Away with a vault that a test has made."""
    for file in (folder / "st").glob(f"{vault}*"):
        file.unlink()


def plan() -> dict[str, object]:
    """What people decided."""
    said = {language: f"in {language}" for language in LANGUAGES}
    return {
        "portal": "test.sealed-intake",
        "committees": [
            {
                "id": name,
                "names": said,
                "arrangement": arrangement,
                "vaults": list(vaults),
                "status": "open" if vaults else "not-open",
                "contact": "",
            }
            for name, (arrangement, vaults) in COMMITTEES.items()
            if set(vaults) <= set(VAULTS)
        ],
        "vaults": [{"id": vault, "titles": said, "conflicts": []} for vault in VAULTS],
    }


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], list[str]]:
    """A folder with two vaults and a ceremony that was held; passphrases of the vaults and of the roots."""
    folder, today = tmp_path_factory.mktemp("commands"), datetime.now(UTC).date()
    passphrases: dict[str, str] = {}
    for vault in VAULTS:
        passphrases[vault] = new_passphrase()
        keeper = KeeperProcess(folder / "st", vault)
        keeper.create(passphrases[vault], today.isoformat(), CHEAP_PROFILE)
        keeper.end()
        asked = ("keys", "st", "--vault", vault, "--from", f"{today:%Y-%m}", "--months", 3, "--out", f"{vault}.json")
        assert review(*asked, answers=[passphrases[vault]], cwd=folder)[0] == 0
    roots = review("ceremony", "roots", "roots", "--count", 3, cwd=folder)[1]
    (folder / "plan.json").write_text(json.dumps(plan(), indent=2))
    status, said, complained = sign(folder, roots[:2], today)
    assert status == 0, complained
    assert said[-1].startswith("ceremony: directory 1, valid until ")
    for vault in VAULTS:
        told = ("trust", "st", "--vault", vault, "ceremony/portal.json")
        assert review(*told, answers=[passphrases[vault]], cwd=folder)[0] == 0
    return folder, passphrases, roots


def sign(folder: Path, answers: Sequence[str], today: date, out: str = "ceremony") -> tuple[int, list[str], str]:
    """Signs the plan with the roots in the folder."""
    key = to_base64url(public(signing_key()))
    offers = [f"{vault}.json" for vault in VAULTS]
    what = ("--plan", "plan.json", "--offer", *offers, "--intake-key", key, "--out", out, "--now", today.isoformat())
    return review("ceremony", "sign", "roots", *what, answers=answers, cwd=folder)


Held = tuple[Path, dict[str, str], list[str]]


def test_the_ceremony_file_is_taken_by_every_vault_of_the_station(held: Held) -> None:
    folder, passphrases, _ = held
    status, said, _ = review("import", "st", "ceremony/ceremony.tar", answers=list(passphrases.values()), cwd=folder)
    assert status == 0
    assert said == [f"{vault}: 'ceremony.tar': directory 1 believed, post key received" for vault in VAULTS]


def test_an_export_without_answers_writes_no_file_and_says_so(held: Held) -> None:
    folder, passphrases, _ = held
    status, said, _ = review("export", "st", "post.tar", answers=list(passphrases.values()), cwd=folder)
    assert (status, said) == (0, ["nothing is waiting; no file was written"])
    assert not (folder / "post.tar").exists()


def test_records_are_written_by_every_vault_that_has_taken_the_ceremony_file(held: Held) -> None:
    folder, passphrases, _ = held
    answers = list(passphrases.values())
    assert review("import", "st", "ceremony/ceremony.tar", answers=answers, cwd=folder)[0] == 0
    status, said, _ = review("record", "st", "records.tar", answers=answers, cwd=folder)
    assert (status, said) == (0, ["records.tar: records of cat, ced"])
    assert set(members((folder / "records.tar").read_bytes())) == {"format", "record/cat", "record/ced"}
    status, said, complained = review("record", "st", "records.tar", answers=answers, cwd=folder)
    assert (status, said) == (1, [])
    assert "There is a file 'records.tar' already." in complained
    alone = review("record", "st", "alone.tar", "--vault", "ced", answers=[passphrases["ced"]], cwd=folder)
    assert alone[1] == ["alone.tar: records of ced"]


def test_vaults_that_write_no_record_are_named_and_it_fails_only_when_none_writes_one(held: Held) -> None:
    folder, passphrases, _ = held
    answers = list(passphrases.values())
    assert review("import", "st", "ceremony/ceremony.tar", answers=answers, cwd=folder)[0] == 0
    new = review("init", "st", "--vault", "new", cwd=folder)[1][-1]
    asked = ("record", "st", "with-new.tar")
    try:
        status, said, complained = review(*asked, answers=[*answers, new], cwd=folder)
        assert (status, said) == (0, ["with-new.tar: records of cat, ced"])
        assert complained.startswith("new: left out. ")
        status, said, complained = review("record", "st", "n.tar", "--vault", "new", answers=[new], cwd=folder)
        assert (status, said, len(complained.splitlines())) == (1, [], 2)
        assert complained.endswith("review: No vault here may write a record for intake. No file was written.\n")
        assert not (folder / "n.tar").exists()
    finally:
        forget(folder, "new")


def test_a_wrong_passphrase_is_one_line_and_status_1(held: Held) -> None:
    folder, passphrases, _ = held
    asked = ("trust", "st", "--vault", "cat", "ceremony/portal.json")
    status, said, complained = review(*asked, answers=[passphrases["ced"]], cwd=folder)
    assert (status, said) == (1, [])
    assert complained.startswith("review: This passphrase does not open the vault cat.")
    assert len(complained.splitlines()) == 1


def test_a_file_that_is_refused_stops_no_other_vault_and_ends_with_1(held: Held) -> None:
    folder, passphrases, _ = held
    (folder / "junk.tar").write_bytes(b"junk")
    answers = list(passphrases.values())
    status, said, complained = review("import", "st", "junk.tar", "ceremony/ceremony.tar", answers=answers, cwd=folder)
    assert status == 1
    assert len(said) == len(VAULTS)
    assert complained.count("'junk.tar': This file is not as intake or the ceremony made it") == len(VAULTS)


def test_the_name_of_a_file_reaches_the_terminal_as_letters_only(held: Held) -> None:
    folder, passphrases, _ = held
    name = "\x1b[2Jgood\r.tar"
    (folder / name).write_bytes(b"junk")
    status, said, complained = review("import", "st", name, answers=list(passphrases.values()), cwd=folder)
    assert (status, said) == (1, [])
    assert "\x1b" not in complained
    assert complained.count(repr(name)) == len(VAULTS)


@pytest.mark.parametrize(
    "words",
    [
        ("init",),
        ("init", "st", "--vault", "No Name"),
        ("keys", "st", "--vault", "cat", "--from", "2026-13", "--months", "3", "--out", "x.json"),
        ("import", "st"),
        ("import", "nowhere", "plan.json"),
        ("serve", "st", "--port", "99999"),
        ("trust", "st", "--vault", "cat", "nothing.json"),
        ("ceremony",),
        ("nonsense",),
    ],
)
def test_misuse_ends_with_2(held: Held, words: tuple[str, ...]) -> None:
    assert review(*words, cwd=held[0])[0] == 2


def test_a_backup_is_made_and_brought_back_and_the_state_says_when(held: Held, tmp_path: Path) -> None:
    folder, passphrases, _ = held
    cat, today = passphrases["cat"], f"{datetime.now(UTC).date()}"
    assert review("state", "st", "--vault", "cat", answers=[cat], cwd=folder)[1][-1].startswith("cat: no good backup")
    status, said, complained = review("backup", "st", "cat", tmp_path, answers=[cat, cat], cwd=folder)
    assert (status, said) == (0, [f"{tmp_path / f'cat-{today}.backup'}: a good backup of cat"])
    assert "comparing it with the vault" in complained
    said = review("state", "st", "--vault", "cat", answers=[cat], cwd=folder)[1]
    assert said[-1] == f"cat: last good backup: {today} (cat-{today}.backup)"
    given = ("restore", tmp_path / f"cat-{today}.backup")
    assert review(*given, "st", answers=[cat], cwd=folder)[0] == 1
    status, _, complained = review(*given, tmp_path / "new", answers=[cat], cwd=folder)
    assert (status, complained) == (0, "")
    assert "no good backup yet" in review("state", tmp_path / "new", answers=[cat], cwd=folder)[1][-1]
    assert review("backup", "st", "cat", folder / "st", answers=[cat, cat], cwd=folder)[0] == 1


def test_a_passphrase_is_made_or_ones_own_and_changes_by_a_command(held: Held) -> None:
    folder, own = held[0], "seven geese walk over frozen turnips"
    try:
        status, said, complained = review("init", "st", "--vault", "own", "--own", answers=["geese1"], cwd=folder)
        assert (status, said) == (1, [])
        assert "too easy to guess" in complained
        assert review("init", "st", "--vault", "own", "--own", answers=[own], cwd=folder)[:2] == (0, [])
        status, said, _ = review("passphrase", "st", "--vault", "own", answers=[own], cwd=folder)
        assert status == 0
        assert review("state", "st", "--vault", "own", answers=[own], cwd=folder)[0] == 1
        assert review("state", "st", "--vault", "own", answers=[said[-1]], cwd=folder)[0] == 0
    finally:
        forget(folder, "own")


def test_a_vault_is_not_made_twice(held: Held) -> None:
    status, said, complained = review("init", "st", "--vault", "cat", cwd=held[0])
    assert (status, said) == (1, [])
    assert "There is a vault cat here already." in complained


def test_the_same_months_again_make_the_same_offer(held: Held) -> None:
    folder, passphrases, _ = held
    month = f"{datetime.now(UTC):%Y-%m}"
    asked = ("keys", "st", "--vault", "cat", "--from", month, "--months", 3, "--out", "again.json")
    assert review(*asked, answers=[passphrases["cat"]], cwd=folder)[0] == 0
    assert (folder / "again.json").read_bytes() == (folder / "cat.json").read_bytes()


def test_fewer_roots_than_the_threshold_sign_nothing(held: Held) -> None:
    folder, _, roots = held
    assert sign(folder, roots[:1], datetime.now(UTC).date(), "fewer")[0] == 2
    assert sign(folder, [roots[0], roots[2]], datetime.now(UTC).date(), "wrong")[0] == 1
    assert not (folder / "fewer").exists()
    assert not (folder / "wrong").exists()


def test_a_plan_that_does_not_fit_its_offers_signs_nothing(held: Held) -> None:
    folder, _, roots = held
    key = to_base64url(public(signing_key()))
    what = ("--plan", "plan.json", "--offer", "cat.json", "--intake-key", key, "--out", "unfit")
    status, _, complained = review("ceremony", "sign", "roots", *what, answers=roots[:2], cwd=folder)
    assert status == 1
    assert "offers do not match the vaults of the plan" in complained


def test_a_roots_file_shows_its_public_key_and_opens_with_its_own_passphrase_alone(held: Held) -> None:
    folder, _, roots = held
    first, second, _ = read_roots(folder / "roots")
    seed = first.seed(roots[0])
    assert public(seed) == first.key
    assert seed not in (folder / "roots" / "root-1.key").read_bytes()
    with pytest.raises(Refused):
        first.seed(roots[1])
    assert second.key != first.key
