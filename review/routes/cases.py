"""One case: the words, the answers to them, and a reply from draft to seal."""

from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from review.answers import answered, raw
from review.forms import WEEKS, Draft
from review.listing import open_desk
from review.prepared import LANGUAGES, PREPARED, prepared
from review.refusals import Refused
from review.running import desk, pages
from templates import questionnaires

blueprint = Blueprint("cases", __name__, url_prefix="/cases/<vault>/<int:number>")


@blueprint.get("")
def case(vault: str, number: int) -> str:
    """The conversation, and what is allowed next; of a long one the newest turns, or those `before` a place."""
    return _page(vault, number, before=request.args.get("before", 0, type=int))


@blueprint.get("/write")
def write(vault: str, number: int) -> str:
    """The same with an answer at its end: empty, or with the prepared `words` of one of the six languages."""
    name, language, text = request.args.get("words", ""), request.args.get("language", ""), ""
    if name:
        if name not in PREPARED or language not in LANGUAGES:
            abort(400)
        text = prepared(name, language, weeks=WEEKS[0])
    return _page(vault, number, writing=Draft(kind="text", language=language, text=text, weeks=0))


@blueprint.post("/draft")
def draft(vault: str, number: int) -> str | tuple[str, int]:
    """Exactly what would leave, or why it may not; nothing is kept."""
    sent = Draft.parse(request.form)
    if request.form.get("step") == "change":
        return _page(vault, number, writing=sent)
    try:
        shown = _ask("try_reply", vault, number, sent)
    except Refused as refused:
        return _page(vault, number, writing=sent, refused=refused), 422
    return _page(vault, number, preview={**shown, "draft": sent})


@blueprint.post("/seal")
def seal(vault: str, number: int) -> Response | tuple[str, int]:
    """Seals what was shown, for the next post."""
    sent = Draft.parse(request.form)
    try:
        _ask("reply", vault, number, sent)
    except Refused as refused:
        return _page(vault, number, writing=sent, refused=refused), 422
    return redirect(url_for("cases.case", vault=vault, number=number, _anchor="last"), 303)


def _ask(action: str, vault: str, number: int, sent: Draft) -> dict[str, Any]:
    """Hands the draft to the keeper; an acknowledgment's words are made here from its template, never sent in."""
    here = desk()
    keeper, text = here.keeper(vault), sent.text
    if sent.kind == "acknowledgment":
        pseudonym = keeper.ask("case", here.today(), number=number, before=0)["pseudonym"]
        text = prepared("acknowledgment", sent.language, weeks=sent.weeks, pseudonym=pseudonym)
    return keeper.ask(action, here.today(), number=number, kind=sent.kind, language=sent.language, text=text)


def _page(
    vault: str,
    number: int,
    *,
    before: int = 0,
    writing: Draft | None = None,
    preview: dict[str, Any] | None = None,
    refused: Refused | None = None,
) -> str:
    here, words = desk(), pages()
    found = here.keeper(vault).ask("case", here.today(), number=number, before=before)
    reader, known = words.language(request), questionnaires()
    for turn in found["turns"]:
        if turn["kind"] == "account":
            turn["answered"] = answered(turn, known, reader)
            turn["raw"] = raw(turn)
    return words.render(
        "case.html",
        desk=open_desk(here),
        here=(vault, number),
        case=found,
        writing=writing,
        preview=preview,
        refused=None if refused is None else words.refusal(refused),
        six_languages=LANGUAGES,
        prepared=PREPARED,
        today=here.today(),
        weeks=WEEKS,
    )
