"""Who may see the desk, and when: the link, the host, the lock, the throttle."""

import re
import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from review.config import Config
from review.desk import Desk
from review.door import COOKIE, Door
from review.headers import HEADERS
from review.process import KeeperProcess
from review.throttle import FIRST_WAIT_SECONDS, FREE_TRIES
from tests.material import Portal
from tests.review.carried import WORDS, Writer, bundle, close_day
from tests.review.conftest import ADDRESS, HOST, PASSPHRASE, SetClock, Station
from tests.review.test_keeper import lives

PROTECTED = ["/", "/aside", "/cases/cat/1", "/cases/cat/1/write", "/cases/cat/1/files/1"]
SEALING, SAVING = "/cases/cat/1/seal", "/cases/cat/1/files/1"


@pytest.fixture(autouse=True)
def _one_case(station: Station, portal: Portal) -> None:
    writer = Writer(portal=portal)
    station.take("cat", bundle(portal, [close_day(portal, [writer.seal(writer.account())])]))


def token(page: str) -> str:
    """The CSRF token of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def get(client: FlaskClient, path: str) -> str:
    """A page that is shown."""
    answer = client.get(path, base_url=ADDRESS)
    assert answer.status_code == 200, answer.location
    return answer.text


def post(client: FlaskClient, path: str, page: str, **form: str) -> tuple[int, str]:
    """Status and body or target of a form of `page`."""
    answer = client.post(path, base_url=ADDRESS, data={"csrf_token": token(page), **form})
    return answer.status_code, answer.location or answer.text


def unlock(client: FlaskClient, passphrase: str = PASSPHRASE) -> tuple[int, str]:
    """Types a passphrase for `cat`."""
    return post(client, "/unlock", get(client, "/unlock"), **{"passphrase-cat": passphrase})


def desk(app: Flask) -> Desk:
    """The vaults that are open."""
    found: Desk = app.extensions["desk"]
    return found


def session_of(client: FlaskClient) -> str:
    """The browser's cookie."""
    cookie = client.get_cookie(COOKIE, domain=HOST)
    assert cookie is not None
    return cookie.value


def test_the_link_opens_the_desk_once(app: Flask) -> None:
    link = f"/enter/{app.extensions['door'].link}"
    first, second = app.test_client(), app.test_client()
    assert first.get(link, base_url=ADDRESS).status_code == 303
    assert second.get(link, base_url=ADDRESS).status_code == 403
    assert first.get("/unlock", base_url=ADDRESS).status_code == 200
    assert second.get("/unlock", base_url=ADDRESS).status_code == 403


def test_another_token_opens_nothing_and_leaves_the_link_unused(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/enter/" + "0" * 64, base_url=ADDRESS).status_code == 403
    assert client.get(f"/enter/{app.extensions['door'].link}", base_url=ADDRESS).status_code == 303


@pytest.mark.parametrize("path", [*PROTECTED, "/unlock", "/nothing"])
def test_a_browser_without_the_link_sees_no_page(app: Flask, path: str) -> None:
    answer = app.test_client().get(path, base_url=ADDRESS)
    assert answer.status_code == 403
    assert "csrf_token" not in answer.text


@pytest.mark.parametrize("path", ["/unlock", "/lock", "/language", "/awake", SEALING, SAVING])
def test_a_browser_without_the_link_can_do_nothing(app: Flask, path: str) -> None:
    assert app.test_client().post(path, base_url=ADDRESS).status_code == 403


@pytest.mark.parametrize("path", PROTECTED)
def test_every_protected_page_leads_to_the_lock_page_while_locked(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url=ADDRESS)
    assert (answer.status_code, answer.location) == (303, "/unlock")


def test_the_passphrase_opens_the_case_with_its_words(client: FlaskClient) -> None:
    assert unlock(client) == (303, "/")
    assert WORDS.replace("'", "&#39;") in get(client, "/cases/cat/1")


def test_the_session_changes_at_unlock_and_the_old_one_is_a_stranger(app: Flask, client: FlaskClient) -> None:
    before = session_of(client)
    unlock(client)
    assert session_of(client) != before
    thief = app.test_client()
    thief.set_cookie(COOKIE, before, domain=HOST)
    assert thief.get("/", base_url=ADDRESS).status_code == 403


def test_the_cookie_is_kept_from_scripts_and_other_sites(app: Flask) -> None:
    answer = app.test_client().get(f"/enter/{app.extensions['door'].link}", base_url=ADDRESS)
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert not {"Expires", "Domain"} & {part.split("=")[0] for part in cookie.split("; ")}


def test_locking_ends_the_keeper_and_every_page(app: Flask, client: FlaskClient) -> None:
    unlock(client)
    pid = desk(app).keeper("cat").pid
    assert post(client, "/lock", get(client, "/")) == (303, "/unlock")
    assert not lives(pid)
    for path in PROTECTED:
        assert client.get(path, base_url=ADDRESS).location == "/unlock"


def test_ten_idle_minutes_lock_the_desk(app: Flask, client: FlaskClient, clock: SetClock) -> None:
    unlock(client)
    pid = desk(app).keeper("cat").pid
    clock.seconds += 599
    assert client.get("/", base_url=ADDRESS).status_code == 200
    clock.seconds += 599
    assert post(client, "/awake", get(client, "/"))[0] == 204
    clock.seconds += 600
    assert client.get("/", base_url=ADDRESS).location == "/unlock"
    assert not lives(pid)


def test_pictures_and_styles_do_not_keep_the_desk_awake(app: Flask, client: FlaskClient, clock: SetClock) -> None:
    unlock(client)
    clock.seconds += 500
    client.get("/static/desk.css", base_url=ADDRESS)
    clock.seconds += 100
    assert desk(app).lock_if_idle()


def test_a_stranger_does_not_keep_the_desk_awake(app: Flask, client: FlaskClient, clock: SetClock) -> None:
    unlock(client)
    clock.seconds += 500
    for path in ("/", "/enter/" + "0" * 64):
        assert app.test_client().get(path, base_url=ADDRESS).status_code == 403
    clock.seconds += 100
    assert desk(app).lock_if_idle()


def test_the_idle_clock_runs_while_the_machine_sleeps() -> None:
    moment, awake = Config(station=Path()).moment(), time.clock_gettime(time.CLOCK_BOOTTIME)
    assert 0 <= awake - moment < 60


def test_a_keeper_that_cannot_be_ended_well_keeps_no_other_from_ending(
    app: Flask, client: FlaskClient, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.add("ced")
    post(client, "/unlock", get(client, "/unlock"), **{"passphrase-cat": PASSPHRASE, "passphrase-ced": PASSPHRASE})
    cat, ced = desk(app).keeper("cat"), desk(app).keeper("ced")
    end = type(cat).end
    forgotten: list[bool] = []

    def broken(keeper: KeeperProcess) -> None:
        end(keeper)
        raise OSError("this one")

    monkeypatch.setattr(KeeperProcess, "end", broken)
    monkeypatch.setattr(desk(app), "_after_lock", lambda: forgotten.append(True))
    with pytest.raises(OSError, match="this one"):
        desk(app).lock()
    assert not lives(cat.pid)
    assert not lives(ced.pid)
    assert forgotten == [True]


def test_a_fault_outside_every_handler_is_told_by_kind_and_place_alone(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: object, **_values: object) -> str:
        raise ValueError(WORDS)

    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(app.extensions["pages"], "refusal", broken)
    unlock(client)
    assert client.get("/cases/cat/99", base_url=ADDRESS).status_code == 500
    said = capfd.readouterr().err
    assert "Traceback" not in said
    assert WORDS not in said


def test_a_keeper_that_died_leads_to_the_lock_page_not_to_a_fault(app: Flask, client: FlaskClient) -> None:
    unlock(client)
    desk(app).keeper("cat").end()
    assert client.get("/", base_url=ADDRESS).location == "/unlock"
    assert desk(app).open_vaults() == ()


def test_wrong_passphrases_make_the_next_try_wait(client: FlaskClient, clock: SetClock) -> None:
    for _ in range(FREE_TRIES):
        status, page = unlock(client, "wrong words")
        assert status == 422
        assert "does not open the vault cat" in page
    assert "Wait 5 seconds" in unlock(client)[1]
    clock.seconds += FIRST_WAIT_SECONDS
    assert unlock(client) == (303, "/")


def test_waiting_doubles_and_a_right_passphrase_forgives(client: FlaskClient, clock: SetClock) -> None:
    for _ in range(FREE_TRIES):
        unlock(client, "wrong words")
    clock.seconds += FIRST_WAIT_SECONDS
    unlock(client, "wrong words")
    assert f"Wait {2 * FIRST_WAIT_SECONDS} seconds" in unlock(client, "wrong words")[1]


def test_a_too_long_passphrase_is_refused_in_words(client: FlaskClient) -> None:
    status, page = unlock(client, "x" * 257)
    assert status == 422
    assert "at most 256 characters" in page


def test_an_empty_form_asks_for_a_passphrase(client: FlaskClient) -> None:
    assert "at least one vault" in unlock(client, "")[1]


@pytest.mark.parametrize(
    "host",
    ["evil.example", f"{HOST}:8000", HOST, "127.0.0.1:8001", "localhost:8001", f"{HOST}.evil:8001", f"x.{HOST}:8001"],
)
def test_under_any_other_name_there_is_one_page_without_a_cookie_and_without_the_name(app: Flask, host: str) -> None:
    client = app.test_client()
    for path in (f"/enter/{app.extensions['door'].link}", "/", "/unlock"):
        answer = client.get(path, base_url=ADDRESS, headers={"Host": host})
        assert answer.status_code == 400
        assert "The desk is not at this address" in answer.text
        assert "Set-Cookie" not in answer.headers
        assert HOST not in answer.text
    looks = client.get("/static/desk.css", base_url=ADDRESS, headers={"Host": host})
    assert (looks.status_code, looks.headers.get("Set-Cookie")) == (200, None)
    assert client.get(f"/enter/{app.extensions['door'].link}", base_url=ADDRESS).status_code == 303


def test_the_name_of_the_desk_is_new_at_every_start_and_cannot_be_guessed() -> None:
    names = {Door().host for _ in range(20)}
    assert len(names) == 20
    assert all(re.fullmatch(r"[a-z0-9]{32,63}\.localhost", name) for name in names)


@pytest.mark.parametrize("path", ["/unlock", "/lock", "/language", "/awake", "/cases/cat/1/draft", SEALING, SAVING])
def test_a_form_without_its_token_does_nothing(client: FlaskClient, path: str) -> None:
    unlock(client)
    form = {"kind": "text", "language": "en", "text": "Hello.", "passphrase-cat": PASSPHRASE}
    assert client.post(path, base_url=ADDRESS, data=form).status_code == 400
    assert client.get("/", base_url=ADDRESS).status_code == 200


def test_a_token_from_before_the_unlock_is_worthless(client: FlaskClient) -> None:
    before = get(client, "/unlock")
    unlock(client)
    assert post(client, "/lock", before)[0] == 400


def test_the_headers_are_these_and_no_others_on_every_kind_of_answer(client: FlaskClient) -> None:
    unlock(client)
    shown = ["/", "/cases/cat/1", "/aside", "/unlock", "/nothing", "/cases/cat/99", "/static/desk.css", "/static/x"]
    for path in shown:
        answer = client.get(path, base_url=ADDRESS)
        others = {"Content-Type", "Content-Length", "Vary"}
        assert {name: value for name, value in answer.headers.items() if name not in others} == dict(HEADERS), path


@pytest.mark.parametrize("path", ["/static/../desk.css", "/static/%2e%2e/desk.css", "/static/../../pyproject.toml"])
def test_static_names_are_never_joined_to_a_path(client: FlaskClient, path: str) -> None:
    assert client.get(path, base_url=ADDRESS).status_code in (303, 404)


def test_the_language_of_the_desk_can_be_chosen(client: FlaskClient) -> None:
    assert post(client, "/language", get(client, "/unlock"), language="fr")[0] == 303
    assert '<html lang="fr"' in get(client, "/unlock")
    assert post(client, "/language", get(client, "/unlock"), language="xx")[0] == 400
