"""What the public pages must hold, and must not, whatever is put into them."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

import templates
from crypto.wire.directory import MOST_DAYS_VALID
from intake.limits import REPLY_LIFETIME_DAYS
from templates import annex, languages
from tests.templates.pages import FORM_PAGES, PAGES, STATUSES, VALUES, every_page, page

SOURCES = Path(templates.__file__).parent
FIELDS = {"form", "input", "textarea", "select"}
VOID = {"meta", "link", "br", "input"}


class Elements(HTMLParser):
    """Every start tag with its attributes, and whether all tags are closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID and not (self.get_starttag_text() or "").endswith("/>"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.found if found == tag]


def sources() -> Iterator[Path]:
    for folder in ("intake", "shared"):
        yield from (SOURCES / folder).rglob("*.html")
        yield from (SOURCES / folder).rglob("*.svg")


def test_every_page_renders_in_every_language_as_whole_html() -> None:
    rendered = list(every_page())
    assert len(rendered) == len(languages("intake")) * (len(PAGES) + len(STATUSES))
    for template, language, html in rendered:
        assert Elements(html).open == [], (template, language)
        assert f'<html lang="{language}"' in html


def test_no_page_has_a_form_or_a_field() -> None:
    """Fields are made by the script, after the directory is believed and the lock is tested."""
    for template, _language, html in every_page():
        assert not FIELDS & {tag for tag, _ in Elements(html).found}, template
        assert "contenteditable" not in html


def test_no_page_has_a_style_or_script_of_its_own_or_anything_from_elsewhere() -> None:
    for template, _language, html in every_page():
        elements = Elements(html)
        assert elements.named("style") == []
        assert [
            script for script in elements.named("script") if not (script.get("src") or "").startswith("/static/")
        ] == []
        for tag, attributes in elements.found:
            assert not [name for name in attributes if name == "style" or name.startswith("on")], (template, tag)
            address = attributes.get("src") or attributes.get("href") or "/"
            leads_out = tag == "a" and attributes.get("class") == "exit"
            assert leads_out or address.startswith(("/", "#")), (template, address)


def test_sources_never_switch_escaping_off() -> None:
    for source in sources():
        text = source.read_text("utf-8")
        assert not re.search(r"\|\s*safe|autoescape|Markup|\sstyle=", text), source.name


def test_values_are_escaped() -> None:
    html = page("contacts.html", "en")
    assert "An open &lt;committee&gt;" in html
    assert "&#34;portal&#34;:&#34;a.portal&#34;" in page("write.html", "en")


def test_exit_is_the_first_link_of_every_page_and_tells_nothing() -> None:
    for template, _language, html in every_page():
        first = Elements(html).named("a")[0]
        assert first["class"] == "exit", template
        assert first["href"] == VALUES["exit_url"]
        assert first["rel"] == "noreferrer"


def test_every_page_has_one_heading_of_its_own() -> None:
    for template, _language, html in every_page():
        outside = re.sub(r"<template.*?</template>", "", html, flags=re.DOTALL)
        assert len(Elements(outside).named("h1")) == 1, template


def test_titles_are_neutral() -> None:
    for _template, language, html in every_page():
        title = re.search(r"<title>(.*?)</title>", html)
        assert title
        assert title[1].startswith({"en": "Form", "fr": "Formulaire", "ar": "استمارة"}[language])


def test_the_demo_says_so_on_every_page_and_nothing_else_does() -> None:
    for template, _language, html in every_page():
        assert 'class="demo"' in html, template
    assert 'class="demo"' not in page("start.html", "en", demo=False)


def test_committees_stand_with_their_printed_or_their_own_address() -> None:
    html = page("contacts.html", "en")
    for address in ("ohchr-cat@un.org", "ohchr-crc@un.org", "new@elsewhere.example"):
        assert f'<bdi dir="ltr" class="address">{address}</bdi>' in html
    assert "as printed in 2023" in html
    assert "mailto:" not in html


def test_the_annex_names_ten_committees_and_no_person() -> None:
    committees = annex()["committees"]
    assert len({each["id"] for each in committees}) == len(committees) == 10
    assert {key for each in committees for key in each} == {"id", "abbreviation", "email"}


def test_an_error_page_says_what_happened_for_each_status() -> None:
    headings = {status: re.search(r"<h1>(.*?)</h1>", page("error.html", "en", status=status)) for status in STATUSES}
    assert len({heading[1] for heading in headings.values() if heading}) == len(STATUSES)


@pytest.mark.parametrize(("template", "days"), [("about.html", REPLY_LIFETIME_DAYS), ("limits.html", MOST_DAYS_VALID)])
def test_days_that_a_page_speaks_of_are_those_of_the_code(template: str, days: int) -> None:
    for language in languages("intake"):
        assert re.search(rf"\b{days}\b", page(template, language)), language


@pytest.mark.parametrize("template", FORM_PAGES)
def test_a_form_page_says_without_script_why_it_is_closed_and_where_else_to_turn(template: str) -> None:
    outside = re.sub(r"<template.*?</template>", "", page(template, "en"), flags=re.DOTALL)
    assert "Scripts are switched off in this browser" in outside
    assert "/en/contacts" in outside
