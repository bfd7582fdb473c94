"""The desk's pages, one module a group."""

from flask import Flask

from review.routes import cases, entry, errors, files, guard, inbox, static


def install(app: Flask) -> None:
    """Puts the guard in front of everything, then the pages."""
    guard.install(app)
    errors.install(app)
    for module in (entry, inbox, cases, files, static):
        app.register_blueprint(module.blueprint)
