"""The pages people see: in every language, closed or open, and never anything that is not on the list."""

import json
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intake import config, create_app
from intake.content import static_contents
from intake.routes import pages as page_routes
from intake.routes.errors import PROBLEMS
from tests.intake.conftest import SetClock, code_of, make_folder
from tests.material import Portal

LANGUAGES = ("en", "fr", "ar")
NAMES = ("", "write", "return", "about", "limits", "contacts")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_there_in_every_language(client: FlaskClient, language: str, name: str) -> None:
    answer = client.get(f"/{language}/{name}")
    assert answer.status_code == 200
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in answer.text
    assert answer.text.count("<h1") >= 1


@pytest.mark.parametrize("name", NAMES)
def test_every_page_leads_to_itself_in_the_other_languages(client: FlaskClient, name: str) -> None:
    text = client.get(f"/en/{name}").text
    for language in ("fr", "ar"):
        assert f'href="/{language}/{name}" hreflang="{language}"' in text


def test_the_first_page_offers_every_language(client: FlaskClient) -> None:
    text = client.get("/").text
    for language in LANGUAGES:
        assert f'href="/{language}/"' in text


@pytest.mark.parametrize("name", ["write", "return"])
def test_a_page_with_the_script_carries_the_pin_as_it_was_made(client: FlaskClient, portal: Portal, name: str) -> None:
    found = re.search(r'data-pin="([^"]*)"', client.get(f"/fr/{name}").text)
    assert found is not None
    assert unescape(found[1]).encode() == portal.pin_bytes()
    assert json.loads(unescape(found[1]))["portal"] == portal.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_addresses_name_every_committee_of_the_directory(
    client: FlaskClient, portal: Portal, language: str
) -> None:
    text = client.get(f"/{language}/contacts").text
    for committee in portal.directory.committees:
        assert committee.names[language] in text


def test_no_page_has_a_form_a_field_or_a_script_of_its_own(client: FlaskClient) -> None:
    for path in ("/", *(f"/{language}/{name}" for language in LANGUAGES for name in NAMES)):
        text = client.get(path).text
        assert not re.search(r"<(form|input|textarea|select|iframe|object|embed|style)\b", text), path
        assert not re.search(r"\son[a-z]+=|\sstyle=|javascript:", text), path
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), path


def test_every_file_a_page_asks_for_is_one_that_is_served(client: FlaskClient) -> None:
    served = static_contents()
    for path in ("/", *(f"/en/{name}" for name in NAMES)):
        for name in re.findall(r'(?:src|href)="/static/([^"]+)"', client.get(path).text):
            assert name in served or name.endswith(".js"), name  # the script is built by another step


def test_a_page_does_not_repeat_what_was_asked(client: FlaskClient) -> None:
    for path in ("/en/write?q=canary", "/canary", "/en/canary", "/canary/write", "/static/canary", "/keys/canary"):
        answer = client.get(path, headers={"User-Agent": "canary", "Referer": "https://canary/"})
        assert "canary" not in answer.text
        assert "canary" not in str(answer.headers)


def test_nothing_leads_elsewhere_by_itself(client: FlaskClient) -> None:
    for path in ("/en", "/en/", "//en/", "/en//write", "/EN/", "/en/write/"):
        answer = client.get(path, headers={"Host": "evil.example"})
        assert answer.status_code in (200, 404), path
        assert "Location" not in answer.headers
        assert "evil.example" not in answer.text


@pytest.mark.parametrize(
    "name",
    [
        "../intake.toml",
        "..%2fintake.toml",
        "%2e%2e/%2e%2e/etc/passwd",
        "....//form.js",
        "/etc/passwd",
        "site.css/",
        "site.css%00",
        "SITE.CSS",
        "shared/base.css",
        "form.js.gz",
        ".",
        "",
        "__init__.py",
    ],
)
def test_only_names_on_the_list_are_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_search_engines_are_sent_away(client: FlaskClient) -> None:
    assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(("demo", "count"), [(True, 1), (False, 0)])
def test_a_demo_says_so_on_every_page(
    tmp_path: object, portal: Portal, clock: SetClock, demo: bool, count: int
) -> None:
    folder = make_folder(tmp_path / "demo", portal)  # type: ignore[operator]
    text = (folder / config.SETTINGS).read_text().replace("demo = false", f"demo = {str(demo).lower()}")
    (folder / config.SETTINGS).write_text(text)
    client = create_app(config.load(folder), clock).test_client()
    for path in ("/", "/en/", "/fr/write", "/ar/return", "/en/nothing"):
        assert client.get(path).text.count('class="demo"') == count


@pytest.mark.parametrize("path", ["/fr/nothing", "/fr/x/y"])
def test_an_error_speaks_the_language_of_its_address(client: FlaskClient, path: str) -> None:
    assert '<html lang="fr"' in client.get(path).text


def test_a_fault_of_ours_is_a_page_for_people_and_a_document_for_programs(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("canary")

    monkeypatch.setattr(type(app.extensions["site"].directories), "on", broken)
    client = app.test_client()
    page, document = client.get("/en/write"), client.get("/start")
    assert (page.status_code, page.mimetype) == (500, "text/html")
    assert (document.status_code, code_of(document)) == (500, "internal")
    assert "canary" not in page.text + document.text


def test_every_refusal_is_a_problem_document_of_the_table(client: FlaskClient) -> None:
    answer = client.get("/days/7")
    assert answer.json == {
        "type": "about:blank",
        "title": PROBLEMS["not-found"][1],
        "status": 404,
        "code": "not-found",
    }
    assert page_routes.__doc__
