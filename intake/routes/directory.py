"""The signed bytes that everybody may have: directories, key files, day manifests, the public log."""

import re

from flask import Response

from crypto.errors import FormatError
from crypto.wire.fields import from_base64url, to_base64url
from intake.content import BYTES, TEXT
from intake.errors import ProblemError
from intake.routes.answers import send, send_content, send_json
from intake.site import Site

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def start(site: Site) -> Response:
    """All that a browser needs to know which directory to believe."""
    body = site.standing().start
    if body is None:
        raise ProblemError("closed")
    return send_content(body)


def newest(site: Site) -> Response:
    """The newest directory whose first day has come; who reads it judges whether it has expired."""
    held = site.standing().newest
    if held is None:
        raise ProblemError("closed")
    return send(TEXT, held.data)


def numbered(site: Site, seq: int) -> Response:
    """One directory."""
    held = site.standing().held.get(seq)
    if held is None:
        raise ProblemError("not-found")
    return send(TEXT, held.data)


def keys(site: Site, sha256: str) -> Response:
    """A key file, by its hash."""
    try:
        digest = from_base64url(sha256, 32)
    except FormatError:
        raise ProblemError("not-found") from None
    with site.store.look() as look:
        data = look.key_file(digest)
    if data is None:
        raise ProblemError("not-found")
    return send(BYTES, data)


def days(site: Site) -> Response:
    """Number, day and hash of every closed day, and how many of its submissions were deleted early, at the limit."""
    with site.store.look() as look:
        heads, early = look.manifest_heads(), look.early()
    listed = [{"n": n, "day": day, "hash": to_base64url(digest), "limit": early.get(n, 0)} for n, day, digest in heads]
    return send_json({"v": 1, "days": listed})


def day(site: Site, n: int) -> Response:
    """One day manifest."""
    with site.store.look() as look:
        note = look.manifest(n)
    if note is None:
        raise ProblemError("not-found")
    return send(TEXT, note)


def log(site: Site, month: str) -> Response:
    """The public log's lines of a month."""
    if not _MONTH.fullmatch(month):
        raise ProblemError("not-found")
    with site.store.look() as look:
        lines = look.log_lines(month)
    if not lines:
        raise ProblemError("not-found")
    return send(TEXT, b"".join(line + b"\n" for line in lines))
