"""Settings are read strictly: what is unknown or of another kind stops the server, not the visitor."""

from pathlib import Path

import pytest

from intake import config
from intake.config import Config
from intake.errors import RefusedError
from intake.limits import Limits


def test_the_defaults_are_those_of_a_new_intake(settings: Config, folder: Path) -> None:
    assert settings.database == f"sqlite:///{folder / 'intake.db'}"
    assert (settings.demo, settings.limits) == (False, Limits())
    assert settings.exit_url.startswith("https://")


@pytest.mark.parametrize("name", sorted(Limits.names()))
def test_every_limit_can_be_set(folder: Path, name: str) -> None:
    with (folder / config.SETTINGS).open("a") as settings:
        settings.write(f"[limits]\n{name} = 77\n")
    assert getattr(config.load(folder).limits, name) == 77


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("database = 1", "`database` is a text"),
        ("demo = true", "`database` is a text"),
        ("database = 'x'\ndemo = 'yes'", "`demo` is true or false"),
        ("database = 'x'\ncolour = 'red'", "unknown setting colour"),
        ("database = 'x'\nexit_url = 'http://example.org'", "https://"),
        ("database = 'x'\n[limits]\nspeed = 1", "unknown limit speed"),
        ("database = 'x'\n[limits]\nthreads = 0", "whole number from 1"),
        ("database = 'x'\n[limits]\nthreads = true", "whole number from 1"),
        ("database = 'x'\n[limits]\nthreads = 1.5", "whole number from 1"),
        ("database = 'x'\nlimits = 3", "`limits` is a table"),
        ("database =", "cannot be read"),
    ],
)
def test_settings_out_of_form_are_refused_with_their_reason(folder: Path, text: str, reason: str) -> None:
    (folder / config.SETTINGS).write_text(text)
    with pytest.raises(RefusedError, match=reason):
        config.load(folder)


def test_a_folder_without_settings_is_not_an_intake(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="intake init"):
        config.load(tmp_path)


@pytest.mark.parametrize("pin", [b"", b"{}", b"\xff", b'{"v": 1}'])
def test_a_pin_out_of_form_is_refused(folder: Path, pin: bytes) -> None:
    (folder / config.PIN).write_bytes(pin)
    with pytest.raises(RefusedError, match="is not a pin"):
        config.load(folder)


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("sqlite:///a.db", True),
        ("sqlite:///sub/a.db", True),
        ("sqlite:////var/a.db", False),
        ("postgresql+psycopg://u:p@db/intake", False),
    ],
)
def test_a_relative_sqlite_path_is_one_inside_the_folder(tmp_path: Path, url: str, inside: bool) -> None:
    assert (str(tmp_path) in config.database_inside(tmp_path, url)) is inside


def test_a_database_password_is_not_shown(settings: Config) -> None:
    assert "intake.db" not in repr(settings)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_settings_that_others_may_read_are_refused(folder: Path, mode: int) -> None:
    (folder / config.SETTINGS).chmod(mode)
    with pytest.raises(RefusedError, match="may be read by others"):
        config.load(folder)
    (folder / config.SETTINGS).chmod(0o600)
    assert config.load(folder).limits == Limits()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(folder: Path, mode: int) -> None:
    (folder / config.KEY).chmod(mode)
    with pytest.raises(RefusedError, match="may be read by others"):
        config.read_key(folder)


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_a_key_of_another_length_is_refused(folder: Path, seed: bytes) -> None:
    (folder / config.KEY).write_bytes(seed)
    with pytest.raises(RefusedError, match="not a key"):
        config.read_key(folder)
