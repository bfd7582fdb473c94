"""The pages people see, and the files they are made of."""

from flask import Response

from intake.content import TEXT
from intake.errors import ProblemError
from intake.pages import FIRST_PAGE
from intake.routes.answers import send, send_content
from intake.site import Site


def languages(site: Site) -> Response:
    """In which language to go on."""
    return send_content(site.pages.page(FIRST_PAGE, site.pages.languages[0], site.standing()))


def start(site: Site, language: str) -> Response:
    """What to know before one writes."""
    return _page(site, language, "start.html")


def write(site: Site, language: str) -> Response:
    """The form."""
    return _page(site, language, "write.html")


def come_back(site: Site, language: str) -> Response:
    """Where an answer is read."""
    return _page(site, language, "return.html")


def about(site: Site, language: str) -> Response:
    """What happens to the words, and who can read them."""
    return _page(site, language, "about.html")


def limits(site: Site, language: str) -> Response:
    """What cannot be promised."""
    return _page(site, language, "limits.html")


def contacts(site: Site, language: str) -> Response:
    """The committees and their ordinary addresses."""
    return _page(site, language, "contacts.html")


def static(site: Site, name: str) -> Response:
    """A script, stylesheet or picture."""
    if name not in site.static:
        raise ProblemError("not-found")
    return send_content(site.static[name])


def robots(_site: Site) -> Response:
    """Search engines stay away."""
    return send(TEXT, b"User-agent: *\nDisallow: /\n")


def _page(site: Site, language: str, template: str) -> Response:
    return send_content(site.pages.page(template, language, site.standing()))
