"""Every address of the public server, in one table. What is not in it does not exist."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from flask import Flask, Response, request
from werkzeug.routing import IntegerConverter

from crypto.wire.fields import MOST_INTEGER
from intake import headers
from intake.errors import ProblemError
from intake.headers import Kind
from intake.limits import MOST_DAYS
from intake.routes import directory, errors, mailbox, pages, parts, submissions
from intake.routes.answers import BareRequest, BareResponse
from intake.site import Site
from templates import languages


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method on one rule; GET answers HEAD too, and nothing answers OPTIONS."""

    method: Literal["GET", "PUT", "POST"]
    rule: str
    view: Callable[..., Response]
    kind: Kind = Kind.DATA


class Number(IntegerConverter):
    """A positive number in its one form; `max` is the largest."""

    regex = "[1-9][0-9]*"


_ONE_SPELLING = re.compile(r"(https?://[^/?#]*)?(/[A-Za-z0-9._~-]+)*/?(\?.*)?")
"""Nothing here needs a character that is escaped: an address that has one, or an empty piece, is another's."""

IN_LANGUAGE = f"/<any({', '.join(languages('intake'))}):language>"

ROUTES = (
    Route(method="GET", rule="/", view=pages.languages, kind=Kind.PAGE),
    Route(method="GET", rule=f"{IN_LANGUAGE}/", view=pages.start, kind=Kind.PAGE),
    Route(method="GET", rule=f"{IN_LANGUAGE}/write", view=pages.write, kind=Kind.FORM),
    Route(method="GET", rule=f"{IN_LANGUAGE}/return", view=pages.come_back, kind=Kind.PAGE),
    Route(method="GET", rule=f"{IN_LANGUAGE}/about", view=pages.about, kind=Kind.PAGE),
    Route(method="GET", rule=f"{IN_LANGUAGE}/limits", view=pages.limits, kind=Kind.PAGE),
    Route(method="GET", rule=f"{IN_LANGUAGE}/contacts", view=pages.contacts, kind=Kind.PAGE),
    Route(method="GET", rule="/static/<name>", view=pages.static, kind=Kind.STATIC),
    Route(method="GET", rule="/robots.txt", view=pages.robots, kind=Kind.STATIC),
    Route(method="GET", rule="/start", view=directory.start),
    Route(method="GET", rule="/directory", view=directory.newest),
    Route(method="GET", rule=f"/directory/<number(max={MOST_INTEGER}):seq>", view=directory.numbered),
    Route(method="GET", rule="/keys/<sha256>", view=directory.keys, kind=Kind.FOREVER),
    Route(method="GET", rule="/days", view=directory.days),
    Route(method="GET", rule=f"/days/<number(max={MOST_DAYS}):n>", view=directory.day),
    Route(method="GET", rule="/log/<month>", view=directory.log),
    Route(method="PUT", rule="/submissions/<name>", view=submissions.put),
    Route(method="GET", rule="/submissions/<name>/parts", view=parts.names),
    Route(method="PUT", rule="/submissions/<name>/parts/<part>", view=parts.put),
    Route(method="POST", rule="/submissions/delete", view=submissions.delete),
    Route(method="POST", rule="/mailbox", view=mailbox.read),
    Route(method="POST", rule="/mailbox/delete", view=mailbox.delete),
)

_PAGES = (Kind.PAGE, Kind.FORM)
_PROGRAMS = frozenset(route.rule.split("/")[1] for route in ROUTES if route.kind not in _PAGES)


def is_page(path: str) -> bool:
    """Whether a person looks at what stands there, or at its absence; programs ask below names of their own."""
    return path.split("/", 2)[1] not in _PROGRAMS


def install(app: Flask, site: Site) -> None:
    """Puts the table into an application, and the exact headers onto every answer."""
    app.request_class, app.response_class = BareRequest, BareResponse
    app.url_map.merge_slashes = False
    app.url_map.converters = {**app.url_map.converters, "number": Number}
    kinds = {}
    for route in ROUTES:
        endpoint = f"{route.method} {route.rule}"
        kinds[endpoint] = route.kind
        app.add_url_rule(
            route.rule,
            endpoint,
            partial(route.view, site),
            methods=[route.method],
            provide_automatic_options=False,
            strict_slashes=route.kind not in _PAGES,  # a page needs no redirect, which would repeat the address
        )
    app.before_request(_check_spelling)
    app.register_error_handler(Exception, partial(errors.refuse, site, is_page))
    app.after_request(partial(_dress, kinds))


def _check_spelling() -> None:
    """What a front, a log or a rule reads as another address is another address here too."""
    if not _ONE_SPELLING.fullmatch(request.environ.get("RAW_URI", request.path)):
        raise ProblemError("not-found")


def _dress(kinds: dict[str, Kind], response: Response) -> Response:
    kind = kinds.get(request.endpoint or "", Kind.PAGE if is_page(request.path) else Kind.DATA)
    response.headers.update(headers.of(kind, well=response.status_code < 400))
    return response
