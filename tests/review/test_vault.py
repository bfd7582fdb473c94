"""A vault at rest: what its file shows, and what opens it."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from review import passphrase, schema
from review.passphrase import MOST_CHARACTERS, new_passphrase, stretch
from review.refusals import Refused
from review.store import Store
from review.vault import create, open_vault, vault_names
from tests.material import Portal
from tests.review.carried import WORDS, Writer, bundle, close_day
from tests.review.conftest import PASSPHRASE, Station

# A virtual table (FTS5) and what SQLite keeps it in: no table of SQLAlchemy's.
OF_SEARCH = ["words", "words_config", "words_data", "words_docsize", "words_idx"]


def refused(action: Callable[[], object]) -> Refused:
    """The refusal that the action ends with."""
    with pytest.raises(Refused) as caught:
        action()
    return caught.value


def test_the_passphrase_opens_it_again(station: Station) -> None:
    with open_vault(station.folder, "cat", PASSPHRASE).transaction() as connection:
        assert Store(connection).own().name == "cat"


@pytest.mark.parametrize("wrong", ["otter lamp tunnel velvet orchard thistle", PASSPHRASE.upper(), "x"])
def test_another_passphrase_gives_one_exact_refusal(station: Station, wrong: str) -> None:
    error = refused(lambda: open_vault(station.folder, "cat", wrong))
    assert (error.code, error.detail) == ("wrong-passphrase", {"vault": "cat"})


def test_a_damaged_first_page_gives_the_same_refusal(station: Station) -> None:
    file = station.folder / "cat.vault"
    data = bytearray(file.read_bytes())
    data[100] ^= 1
    file.write_bytes(data)
    assert refused(lambda: open_vault(station.folder, "cat", PASSPHRASE)).code == "wrong-passphrase"


def test_spaces_and_unicode_forms_of_the_same_words_do_not_matter(station: Station) -> None:
    typed = "  " + PASSPHRASE.replace(" ", " \u3000 ").replace("lamp", "ｌａｍｐ") + "\t"
    open_vault(station.folder, "cat", typed)


def test_a_too_long_passphrase_never_reaches_argon2(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_args: object, **_more: object) -> bytes:
        raise AssertionError("Argon2 was asked")

    monkeypatch.setattr(passphrase, "hash_secret_raw", never)
    assert refused(lambda: open_vault(station.folder, "cat", "x" * (MOST_CHARACTERS + 1))).code == "passphrase-too-long"
    assert refused(lambda: open_vault(station.folder, "cat", " \t ")).code == "passphrase-empty"


def test_the_longest_passphrase_is_stretched() -> None:
    assert len(stretch("x" * MOST_CHARACTERS, bytes(16), passphrase.NEWEST_PROFILE)) == 32


def test_generated_passphrases_are_seven_words_and_differ() -> None:
    made = {new_passphrase() for _ in range(20)}
    assert len(made) == 20
    assert {len(one.split()) for one in made} == {7}


def test_the_files_hold_no_header_of_sqlite_and_no_word_of_anybody(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    station.take("cat", bundle(portal, [close_day(portal, [writer.seal(writer.account())])]))
    pseudonym = station.look("cat", lambda store: store.inbox()[0].case.pseudonym)
    searched = b"".join(path.read_bytes() for path in station.folder.iterdir())
    said = [WORDS[:20].encode(), pseudonym.encode(), PASSPHRASE.encode(), portal.vaults["cat"].sign_seed]
    assert [canary for canary in (b"SQLite format", b"signing_seed", *said) if canary in searched] == []


def test_the_search_would_find_them_in_a_plain_database(tmp_path: Path) -> None:
    plain = sqlite3.connect(tmp_path / "plain.db")
    plain.execute("create table words (signing_seed text)")
    plain.execute("insert into words values (?)", (WORDS,))
    plain.commit()
    plain.close()
    searched = (tmp_path / "plain.db").read_bytes()
    assert all(canary in searched for canary in (b"SQLite format", WORDS[:20].encode(), b"signing_seed"))


def test_everything_a_vault_leaves_in_its_folder_is_for_its_owner_alone(station: Station) -> None:
    assert sorted(path.name for path in station.folder.iterdir()) == ["cat.vault", "cat.vault.json"]
    assert station.folder.stat().st_mode & 0o077 == 0


def test_a_vault_is_never_made_over_another(station: Station) -> None:
    before = (station.folder / "cat.vault").read_bytes()
    assert refused(lambda: create(station.folder, "cat", PASSPHRASE)).code == "vault-exists"
    assert (station.folder / "cat.vault").read_bytes() == before


def test_without_its_small_file_a_vault_says_what_is_missing(station: Station) -> None:
    (station.folder / "cat.vault.json").write_text('{"v":2}')
    assert refused(lambda: open_vault(station.folder, "cat", PASSPHRASE)).code == "vault-damaged"
    (station.folder / "cat.vault.json").unlink()
    assert refused(lambda: open_vault(station.folder, "cat", PASSPHRASE)).code == "no-vault"


def test_a_vault_does_not_open_with_the_salt_of_another(station: Station) -> None:
    station.add_untold("ced")
    shutil.copy(station.folder / "ced.vault.json", station.folder / "cat.vault.json")
    assert refused(lambda: open_vault(station.folder, "cat", PASSPHRASE)).code == "wrong-passphrase"
    assert vault_names(station.folder) == ("cat", "ced")


def test_the_migrations_make_exactly_the_tables_of_the_schema(station: Station) -> None:
    def unknown() -> list[str]:
        found = compare_metadata(MigrationContext.configure(connection), schema.metadata)
        assert [one for one in found if one[0] != "remove_table"] == []
        return sorted(one[1].name for one in found)

    with station.vaults["cat"].transaction() as connection:
        assert unknown() == OF_SEARCH
        # The control: what only looks like one of these is no part of the schema either.
        connection.exec_driver_sql("CREATE TABLE words_more (a)")
        assert unknown() == [*OF_SEARCH, "words_more"]


def test_a_vault_of_a_newer_release_is_left_alone(station: Station) -> None:
    with station.vaults["cat"].transaction() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    assert refused(lambda: open_vault(station.folder, "cat", PASSPHRASE)).code == "vault-newer"


def test_the_cipher_is_set_as_it_is_said(station: Station) -> None:
    with station.vaults["cat"].transaction() as connection:
        said = {
            name: connection.exec_driver_sql(f"pragma {name}").scalar()
            for name in ("cipher_memory_security", "cipher_page_size", "cipher_hmac_algorithm", "secure_delete")
        }
    assert said == {
        "cipher_memory_security": "1",
        "cipher_page_size": "4096",
        "cipher_hmac_algorithm": "HMAC_SHA512",
        "secure_delete": 1,
    }
