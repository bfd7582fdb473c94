"""Renders the pages that people see. They hold nothing of the person who asks, so each is rendered once."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment

from crypto.wire.digest import sha256
from intake.config import Config
from intake.content import HTML, Content
from intake.directories import Standing
from templates import environment, languages, questionnaire_bytes, questionnaire_hash, questionnaires

FIRST_PAGE = "languages.html"


class Pages:
    """The words of every page in every language, for one directory at a time."""

    def __init__(self, config: Config, static: Mapping[str, Content]) -> None:
        self.languages = languages("intake")
        self._environments: Mapping[str, Environment] = {
            language: environment("intake", language) for language in self.languages
        }
        current = questionnaire_hash(questionnaire_bytes())
        self._always: Mapping[str, Any] = {
            "demo": config.demo,
            "exit_url": config.exit_url,
            "integrity": {name: _integrity(content) for name, content in static.items()},
            "pin_json": config.pin_text,
            "questionnaire": questionnaires()[current],
            "questionnaire_hash": current,
        }
        self._rendered: dict[tuple[str, str, int], Content] = {}

    def page(self, template: str, language: str, standing: Standing) -> Content:
        """One page, as it is under the newest directory."""
        seq = 0 if standing.newest is None else standing.newest.seq
        key = (template, language, seq)
        if key not in self._rendered:
            values = {"committees": _committees(standing, language), "path_in": _same_page(template)}
            self._rendered[key] = self._render(template, language, values)
        return self._rendered[key]

    def error(self, status: int, language: str) -> Content:
        """Says that a page cannot be shown. Its links to other languages lead to their first pages."""
        key = (f"error {status}", language, 0)
        if key not in self._rendered:
            values = {"status": status, "path_in": _same_page("start.html")}
            self._rendered[key] = self._render("error.html", language, values)
        return self._rendered[key]

    def _render(self, template: str, language: str, values: Mapping[str, Any]) -> Content:
        text = self._environments[language].get_template(template).render(**self._always, **values)
        return Content.of(HTML, text.encode("utf-8"))


def _integrity(content: Content) -> str:
    """What a browser compares a script or style with before it uses it; one that came otherwise is not used."""
    return f"sha256-{b64encode(sha256(content.plain)).decode('ascii')}"


def _same_page(template: str) -> Any:
    name = "" if template == "start.html" else template.removesuffix(".html")
    return lambda language: f"/{language}/{name}"


def _committees(standing: Standing, language: str) -> list[dict[str, str]]:
    if standing.newest is None:
        return []
    return [
        {"id": one.id, "name": one.names[language], "status": one.status, "contact": one.contact}
        for one in standing.newest.directory.committees
    ]
