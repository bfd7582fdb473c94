"""Stylesheets, pictures and the one small script."""

from flask import Blueprint, Response, abort

from templates import static_files

blueprint = Blueprint("static", __name__)

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@blueprint.get("/static/<name>")
def file(name: str) -> Response:
    """A file by its exact name in the list; a name is never joined to a path."""
    found = static_files("review").get(name)
    if found is None:
        abort(404)
    suffix = name[name.rfind(".") :]
    return Response(found, content_type=_TYPES.get(suffix, "application/octet-stream"))
