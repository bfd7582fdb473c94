"""Every public page, rendered with values like a server's."""

import json
from collections.abc import Iterator
from typing import Any

from templates import App, environment, languages, questionnaire_bytes, questionnaire_hash

APPS: tuple[App, ...] = ("intake", "review")
PAGES = ("languages.html", "start.html", "about.html", "limits.html", "contacts.html", "write.html", "return.html")
STATUSES = (404, 405, 500, 503)
FORM_PAGES = ("write.html", "return.html")

VALUES: dict[str, Any] = {
    "demo": True,
    "exit_url": "https://elsewhere.example/weather",
    "integrity": dict.fromkeys(("site.css", "exit.js", "form.js", "return.js", "files.js"), "sha256-" + "A" * 43 + "="),
    "path_in": lambda language: f"/{language}/",
    "pin_json": '{"v":1,"portal":"a.portal"}',
    "questionnaire": json.loads(questionnaire_bytes()),
    "questionnaire_hash": questionnaire_hash(questionnaire_bytes()),
    "committees": [
        {"id": "cat", "name": "An open <committee>", "status": "open", "contact": ""},
        {"id": "crc", "name": "A committee that is not open", "status": "not-open", "contact": "crc@elsewhere.example"},
        {
            "id": "new",
            "name": "One that the annex does not know",
            "status": "not-open",
            "contact": "new@elsewhere.example",
        },
    ],
}


def page(template: str, language: str, **values: Any) -> str:
    """One page as HTML."""
    return environment("intake", language).get_template(template).render(**VALUES | values)


def every_page() -> Iterator[tuple[str, str, str]]:
    """(template, language, HTML) of all pages and error pages."""
    for language in languages("intake"):
        for template in PAGES:
            yield template, language, page(template, language)
        for status in STATUSES:
            yield f"error.html {status}", language, page("error.html", language, status=status)
