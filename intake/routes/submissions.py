"""Takes envelopes, and deletes them, with their parts, for whoever shows that they are theirs."""

import re

from flask import Response, request

from crypto.errors import FormatError
from crypto.wire.age import ENVELOPE_LENGTHS, check_envelope
from crypto.wire.attachments import SIZES
from crypto.wire.digest import sha256
from intake.admission import refusal
from intake.clock import day_of
from intake.errors import ProblemError
from intake.limits import ID_LENGTH, MOST_TOKENS, TOKEN_LENGTH, Limits
from intake.routes.answers import done, read_body, read_id
from intake.site import Site
from intake.store import Change, Submission

REASON_AUTHOR = "author"
_NUMBER = re.compile(r"[1-9][0-9]{0,15}\Z", re.ASCII)
_EPOCH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\Z", re.ASCII)
_PARTS = {str(count): count for count in (0, *SIZES)}
_TOKEN_LENGTHS = range(TOKEN_LENGTH, TOKEN_LENGTH * MOST_TOKENS + 1, TOKEN_LENGTH)


def put(site: Site, name: str) -> Response:
    """204 once envelope and parts are durable; the same again is welcome at any time, anything else never."""
    submission_id = read_id(name)
    seq, epoch = _sealed_with()
    parts = _parts(site.limits)
    envelope = _envelope()
    submission = Submission(id=submission_id, length=len(envelope), sha256=sha256(envelope))
    with site.store.change(submission_id) as change:
        now = site.clock()
        standing = site.directories.on(day_of(now), change)
        held, here = change.held(submission_id), change.count_parts(submission_id)
        refused = refusal(standing, seq, epoch, now) if held is None or standing.believed is None else None
        if refused is not None:
            raise ProblemError(refused)
        if held is None:
            held = _add(change, submission, change.open_day(day_of(now)), envelope, parts - here)
    if held != submission.sha256 or here != parts:
        raise ProblemError("conflict")
    return done()


def delete(site: Site) -> Response:
    """204, whether or not anything was held: who has the token is the author."""
    tokens = read_body(_TOKEN_LENGTHS)
    ids = [sha256(tokens[at : at + TOKEN_LENGTH])[:ID_LENGTH] for at in range(0, len(tokens), TOKEN_LENGTH)]
    with site.store.change(*ids) as change:
        dropped = change.drop_submissions(ids, REASON_AUTHOR)
    if dropped:
        site.store.wipe()
    return done()


def _add(change: Change, submission: Submission, day: str, envelope: bytes, missing: int) -> bytes:
    if missing:
        raise ProblemError("parts-missing" if missing > 0 else "conflict")
    change.unstage(submission.id)
    return change.add_submission(submission, day, envelope)


def _sealed_with() -> tuple[int, str]:
    """The directory and the epoch whose keys were used."""
    seq, epoch = request.headers.get("Directory", ""), request.headers.get("Epoch", "")
    if not _NUMBER.match(seq) or not _EPOCH.match(epoch):
        raise ProblemError("bad-header")
    return int(seq), epoch


def _parts(limits: Limits) -> int:
    """How many parts belong to the envelope: as many MiB as a stream may have (FORMAT.md 7.1), or none."""
    parts = _PARTS.get(request.headers.get("Parts", ""))
    if parts is None:
        raise ProblemError("bad-header")
    if parts > limits.parts:
        raise ProblemError("too-many-parts")
    return parts


def _envelope() -> bytes:
    body = read_body(ENVELOPE_LENGTHS)
    try:
        check_envelope(body)
    except FormatError as error:
        raise ProblemError(error.code) from None
    return body
