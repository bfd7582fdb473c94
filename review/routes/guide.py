"""What a focal point needs on the first day: two pages to print, which hold nothing of a case."""

from flask import Blueprint

from review.running import pages

blueprint = Blueprint("guide", __name__)


@blueprint.get("/guide")
def guide() -> str:
    """The guide, in the reader's language."""
    return pages().render("guide.html")
