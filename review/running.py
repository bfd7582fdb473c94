"""The parts of the app that is answering, for its routes."""

from flask import current_app

from review.desk import Desk
from review.door import Door
from review.pages import Pages
from review.sessions import DeskSessions


def desk() -> Desk:
    """The open vaults."""
    found: Desk = current_app.extensions["desk"]
    return found


def door() -> Door:
    """Who may enter."""
    found: Door = current_app.extensions["door"]
    return found


def pages() -> Pages:
    """What renders."""
    found: Pages = current_app.extensions["pages"]
    return found


def sessions() -> DeskSessions:
    """What is remembered of the browser."""
    found = current_app.session_interface
    assert isinstance(found, DeskSessions)
    return found


def ways_out() -> tuple[str, ...]:
    """The devices by which the machine reaches a network, as far as the desk was told to look."""
    found: tuple[str, ...] = current_app.extensions["ways_out"]()
    return found
