"""The desk's pages, one module a group."""

from flask import Flask

from review.routes import (
    cases,
    consent,
    entry,
    errors,
    exchange,
    files,
    guard,
    guide,
    inbox,
    journal,
    keeping,
    search,
    static,
    verification,
)

_PAGES = (entry, exchange, guide, inbox, journal, keeping, search, cases, consent, files, static, verification)


def install(app: Flask) -> None:
    """Puts the guard in front of everything, then the pages."""
    guard.install(app)
    errors.install(app)
    for module in (
        entry,
        exchange,
        guide,
        inbox,
        journal,
        keeping,
        search,
        cases,
        consent,
        files,
        static,
        verification,
    ):
        app.register_blueprint(module.blueprint)
