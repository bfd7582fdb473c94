"""The verification record of a case: written as a draft that is kept as it goes, finished as a version, looked at."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from crypto.errors import FormatError
from review.answers import answered, raw
from review.listing import open_desk
from review.refusals import Refused
from review.running import desk, pages
from review.verification.changes import Change, changes
from review.verification.kinds import MOST_ROWS, Code, Codes, Text, named
from review.verification.record import ROWS, Verification
from review.verification.rules import Fault, faults
from templates import questionnaires

blueprint = Blueprint("verification", __name__, url_prefix="/cases/<vault>/<int:number>/verification")

Answer = str | Response | tuple[str | Response, int]

_STEP = re.compile(r"(add)-(\w+)|(remove|drop)-(\w+)-([1-9][0-9]{0,3})|(keep|finish)|(overwrite)-([0-9]{1,15})")
_ELSEWHERE = ("keeper-gone", "no-vault", "no-case")

# What a page must know of each field: the length of a text, the codes of a choice.
_MOST = {name: kind.most for name, kind in named(Verification) if isinstance(kind, Text)}
_CODES = {name: kind.codes for name, kind in named(Verification) if isinstance(kind, Code | Codes)}


@dataclass(frozen=True, slots=True)
class _Step:
    """The button that was pressed, and the table, row or counter that it names."""

    do: str
    table: str = ""
    number: int = 0


@blueprint.get("")
def record(vault: str, number: int) -> Answer:
    """The newest version, or the draft where there is one or nothing else."""
    found = _ask(vault, "verification", number=number)
    if found["versions"] and found["draft"] is None:
        return _version_page(vault, number, found, len(found["versions"]))
    return _form_page(vault, number, found)


@blueprint.get("/write")
def write(vault: str, number: int) -> Answer:
    """The draft; a new one starts from the newest version."""
    return _form_page(vault, number, _ask(vault, "verification", number=number))


@blueprint.post("/write")
def send(vault: str, number: int) -> Answer:
    """One step of a page without script: rows come and go, and every step keeps all that was typed."""
    sent, step, counter = _sent(), _step(), _counter()
    record = sent
    if step.do == "add":
        record = sent.with_row(step.table)
    elif step.do == "drop" or (step.do == "remove" and sent.is_blank(step.table, step.number)):
        record = sent.without_row(step.table, step.number)
    elif step.do == "overwrite":
        counter = step.number
    lacking = faults(record) if step.do == "finish" else ()
    finishes = step.do == "finish" and not lacking
    try:
        _keep(vault, number, "finish_verification" if finishes else "keep_verification", counter, record)
    except Refused as refused:
        if refused.code in _ELSEWHERE:
            raise
        return _form_page(vault, number, record=sent, counter=counter, refused=refused), 409
    if lacking:
        found = _ask(vault, "verification", number=number)
        return _form_page(vault, number, found, record=record, lacking=lacking), 422
    if finishes:
        return redirect(url_for("verification.record", vault=vault, number=number), 303)
    return redirect(_next(vault, number, step, record), 303)


@blueprint.post("/draft")
def keep(vault: str, number: int) -> Answer:
    """What the page's script sends as somebody writes: kept if nobody else has kept another draft since."""
    sent, counter = _sent(), _counter()
    try:
        return jsonify(_keep(vault, number, "keep_verification", counter, sent, _counter("next")))
    except Refused as refused:
        if refused.code in _ELSEWHERE:
            raise
        return jsonify(refused=pages().refusal(refused), differs=refused.code == "draft-differs"), 409


@blueprint.get("/versions/<int:n>")
def version(vault: str, number: int, n: int) -> Answer:
    """A finished version, and what it changed."""
    return _version_page(vault, number, _ask(vault, "verification", number=number), n)


def _sent() -> Verification:
    try:
        return Verification.sent(request.form)
    except FormatError:
        abort(400)


def _counter(name: str = "counter") -> int:
    text = request.form.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        abort(400)
    return int(text)


def _step() -> _Step:
    found = _STEP.fullmatch(request.form.get("step", "keep"))
    if found is None:
        abort(400)
    add, added, row, table, number, plain, overwrite, counter = found.groups()
    step = _Step(add or row or plain or overwrite, added or table or "", int(number or counter or 0))
    if step.table and step.table not in ROWS:
        abort(400)
    return step


def _next(vault: str, number: int, step: _Step, record: Verification) -> str:
    """Back to where the button stood; a row that holds something is asked about before it goes."""
    anchor, asking = step.table or None, None
    if step.do == "add":
        anchor = f"{step.table}-{getattr(record.highest, step.table)}"
    elif step.do == "remove" and any(row.row == step.number for row in getattr(record, step.table)):
        anchor = asking = f"{step.table}-{step.number}"
    return url_for("verification.write", vault=vault, number=number, remove=asking, _anchor=anchor)


def _ask(vault: str, action: str, **given: Any) -> dict[str, Any]:
    here = desk()
    return here.keeper(vault).ask(action, here.today(), **given)


def _keep(vault: str, number: int, action: str, counter: int, record: Verification, after: int = 0) -> dict[str, Any]:
    document = record.encode().decode("utf-8")
    return _ask(vault, action, number=number, counter=counter, next=after, document=document)


def _read(document: str | None) -> Verification:
    return Verification() if document is None else Verification.parse(document.encode("utf-8"))


def _form_page(
    vault: str,
    number: int,
    found: Mapping[str, Any] | None = None,
    *,
    record: Verification | None = None,
    counter: int | None = None,
    lacking: tuple[Fault, ...] = (),
    refused: Refused | None = None,
) -> str:
    found = _ask(vault, "verification", number=number) if found is None else found
    kept = _read(found["newest"] if found["draft"] is None else found["draft"]["document"])
    shown = kept if record is None else record
    other = changes(kept, shown) if refused is not None and refused.code == "draft-differs" else ()
    return _render(
        "verification.html",
        vault,
        number,
        found,
        record=shown,
        counter=found["counter"] if counter is None else counter,
        faults={one.field: one.code for one in lacking},
        refused=None if refused is None else pages().refusal(refused),
        differs=refused is not None and refused.code == "draft-differs",
        changes=other,
        asking=request.args.get("remove", ""),
        most_rows=MOST_ROWS,
    )


def _version_page(vault: str, number: int, found: Mapping[str, Any], n: int) -> str:
    shown, against = _shown(vault, number, n), request.args.get("against", n - 1, type=int)
    before = None if against < 1 or against == n else _shown(vault, number, against)
    differences: tuple[Change, ...] = (
        () if before is None else changes(_read(before["document"]), _read(shown["document"]))
    )
    return _render(
        "verification_version.html",
        vault,
        number,
        found,
        record=_read(shown["document"]),
        version=shown,
        against=before,
        changes=differences,
    )


def _shown(vault: str, number: int, n: int) -> dict[str, Any]:
    try:
        return _ask(vault, "verification_version", number=number, n=n)
    except Refused as refused:
        if refused.code == "no-version":
            abort(404)
        raise


def _render(template: str, vault: str, number: int, found: Mapping[str, Any], **values: Any) -> str:
    here, words = desk(), pages()
    case = here.keeper(vault).ask("case", here.today(), number=number, before=0)
    reader, known = words.language(request), questionnaires()
    for turn in case["turns"]:
        if turn["kind"] == "account":
            turn["answered"] = answered(turn, known, reader)
            turn["raw"] = raw(turn)
    return words.render(
        template,
        desk=open_desk(here),
        here=(vault, number),
        case=case,
        found=found,
        files={one["code"]: one for one in found["files"]},
        most=_MOST,
        codes=_CODES,
        **values,
    )
