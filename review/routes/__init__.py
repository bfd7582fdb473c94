"""The desk's pages, one module a group."""

from flask import Flask

from review.routes import cases, entry, errors, files, guard, guide, inbox, keeping, static, verification


def install(app: Flask) -> None:
    """Puts the guard in front of everything, then the pages."""
    guard.install(app)
    errors.install(app)
    for module in (entry, guide, inbox, keeping, cases, files, static, verification):
        app.register_blueprint(module.blueprint)
