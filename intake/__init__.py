"""The public site: takes what is sealed, keeps it, hands it on and hands replies back. It can open nothing."""

from flask import Flask

from intake import routes
from intake.clock import Clock, utc_now
from intake.config import Config
from intake.site import Site


def create_app(config: Config, clock: Clock = utc_now) -> Flask:
    """The WSGI application of one portal. Everything it holds is in one `Site`."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    site = Site.open(config, clock)
    app.extensions["site"] = site
    routes.install(app, site)
    return app
