"""The desk as a web application."""

import logging
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from review import routes
from review.config import Config
from review.desk import Desk
from review.faults import place_of
from review.pages import Pages
from review.sessions import DeskSessions


class _App(Flask):
    """Flask, but of a fault outside every handler too it says kind and place alone."""

    def log_exception(self, exc_info: Any) -> None:
        """Instead of a traceback, whose lines may hold words."""
        logging.getLogger("review").error("unexpected %s", place_of(exc_info[1]))


def create_app(config: Config) -> Flask:
    """The WSGI application of one station; loopback only, for the one browser that holds the link."""
    app = _App(__name__, static_folder=None, template_folder=None)
    app.config.update(
        SECRET_KEY=config.door.csrf_key,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
    )
    app.session_interface = sessions = DeskSessions(config.door)
    app.after_request(sessions.hand_out)
    app.extensions["door"] = config.door
    app.extensions["ways_out"] = config.ways_out
    app.extensions["pages"] = Pages(
        demo=config.demo, with_network=config.with_network, idle_seconds=config.idle_seconds
    )
    app.extensions["desk"] = Desk(
        config.station,
        idle_seconds=config.idle_seconds,
        moment=config.moment,
        today=config.today,
        after_lock=config.after_lock,
    )
    routes.install(app)
    CSRFProtect(app)
    return app
