"""Takes envelopes, and deletes them for whoever shows that they are theirs."""

import re

from flask import Response, request

from crypto.errors import FormatError
from crypto.wire.age import ENVELOPE_LENGTHS, check_envelope
from crypto.wire.digest import sha256
from crypto.wire.fields import from_base64url
from intake.admission import refusal
from intake.clock import day_of
from intake.errors import ProblemError
from intake.limits import MOST_TOKENS, TOKEN_LENGTH
from intake.routes.answers import done, read_body
from intake.site import Site
from intake.store import Submission

ID_LENGTH = 16
REASON_AUTHOR = "author"
_NUMBER = re.compile(r"[1-9][0-9]{0,15}\Z", re.ASCII)
_EPOCH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\Z", re.ASCII)
_TOKEN_LENGTHS = range(TOKEN_LENGTH, TOKEN_LENGTH * MOST_TOKENS + 1, TOKEN_LENGTH)


def put(site: Site, name: str) -> Response:
    """204 once the envelope is durable; the same bytes again are welcome at any time, other bytes never."""
    submission_id = _id(name)
    seq, epoch = _headers()
    envelope = _envelope()
    submission = Submission(id=submission_id, length=len(envelope), sha256=sha256(envelope))
    with site.store.change() as change:
        now = site.clock()
        standing = site.directories.on(day_of(now), change)
        held = change.held(submission_id)
        refused = refusal(standing, seq, epoch, now) if held is None or standing.believed is None else None
        if refused is not None:
            raise ProblemError(refused)
        if held is None:
            held = change.add_submission(submission, day_of(now), envelope)
    if held != submission.sha256:
        raise ProblemError("conflict")
    return done()


def delete(site: Site) -> Response:
    """204, whether or not anything was held: who has the token is the author."""
    tokens = read_body(_TOKEN_LENGTHS)
    ids = [sha256(tokens[at : at + TOKEN_LENGTH])[:ID_LENGTH] for at in range(0, len(tokens), TOKEN_LENGTH)]
    with site.store.change() as change:
        dropped = change.drop_submissions(ids, REASON_AUTHOR)
    if dropped:
        site.store.wipe()
    return done()


def _id(name: str) -> bytes:
    try:
        return from_base64url(name, ID_LENGTH)
    except FormatError:
        raise ProblemError("bad-id") from None


def _headers() -> tuple[int, str]:
    """The directory and the epoch whose keys were used. Parts come with a later release: their number is 0."""
    headers = request.headers
    seq, epoch = headers.get("Directory", ""), headers.get("Epoch", "")
    if headers.get("Parts") != "0" or not _NUMBER.match(seq) or not _EPOCH.match(epoch):
        raise ProblemError("bad-header")
    return int(seq), epoch


def _envelope() -> bytes:
    body = read_body(ENVELOPE_LENGTHS)
    try:
        check_envelope(body)
    except FormatError as error:
        raise ProblemError(error.code) from None
    return body
