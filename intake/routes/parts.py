"""Takes the parts of attachments before their envelope comes, and says which ones are there (FORMAT.md 12.3)."""

from flask import Response

from crypto.wire.attachments import PART_LENGTH
from crypto.wire.digest import sha256
from crypto.wire.fields import to_base64url
from intake.admission import make_room, refusal_of_part
from intake.clock import day_of
from intake.errors import FullError, ProblemError
from intake.routes.answers import done, read_body, read_id, send_json
from intake.site import Site
from intake.store import Part


def put(site: Site, name: str, part: str) -> Response:
    """204 once the part is durable; the same bytes again are welcome at any time, other bytes never."""
    submission_id, part_name = read_id(name), read_id(part)
    data = read_body((PART_LENGTH,))
    one = Part(id=submission_id, name=part_name, sha256=sha256(data))
    room = True
    with site.store.change(submission_id) as change:
        today = day_of(site.clock())
        standing, open_day = site.directories.on(today, change), change.open_day(today)
        held = change.parts(submission_id)
        whole = change.held(submission_id) is not None
        refused = refusal_of_part(standing, one, held, whole=whole, most=site.limits.parts)
        if refused is not None:
            raise ProblemError(refused)
        if one not in held:
            room = make_room(change, site.limits, submission_id, open_day)
            if room:
                change.add_part(one, data, open_day)
    if not room:
        raise FullError
    return done()


def names(site: Site, name: str) -> Response:
    """The names of the parts that came, in the order of their bytes; none where nothing ever came."""
    submission_id = read_id(name)
    with site.store.look() as look:
        parts = look.parts(submission_id)
    return send_json({"parts": [to_base64url(one.name) for one in parts], "v": 1})
