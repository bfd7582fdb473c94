"""The consent record of a case: who is in it, what each was asked and said, and the one way out for a text."""

from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from crypto.errors import FormatError
from crypto.wire.message import LANGUAGES
from review.consent.entries import (
    EXPLAINED,
    MOST_PERSONS,
    MOST_RECIPIENT,
    WRITER,
    Entry,
    NotConcerned,
    Person,
    Recorded,
    Risk,
    Veto,
    Withdrawn,
    encode,
    from_form,
    parse,
)
from review.consent.faults import Faults, faults
from review.consent.measures import CONTACT_STATE, IDENTITIES, MEASURES, MOST_DAYS, STATE_FACING, usual_days
from review.consent.question import MOST_EXPLAINED, MOST_TEXT, Question
from review.listing import open_desk
from review.refusals import RefusalCode, Refused
from review.running import desk, pages
from review.verification.kinds import Code, Codes, Text, kinds

blueprint = Blueprint("consent", __name__, url_prefix="/cases/<vault>/<int:number>/consent")

Answer = str | Response | tuple[str | Response, int]

_ELSEWHERE = ("keeper-gone", "no-vault", "no-case", "busy")
_IN_WORDS: tuple[RefusalCode, ...] = (
    "consent-older",
    "consent-restored",
    "consent-clock",
    "consent-risk",
    "consent-unverified",
)
_OF_PERSON: dict[str, type[Person] | type[Veto] | type[Recorded]] = {
    "person": Person,
    "veto": Veto,
    "recorded": Recorded,
}
_FORMS: dict[str, type[Entry]] = {**_OF_PERSON, "withdrawn": Withdrawn, "not-concerned": NotConcerned, "risk": Risk}


@blueprint.get("")
def record(vault: str, number: int) -> str:
    """Whose veto stands, who is in the case, what was asked and said, and everything that was written down."""
    found = _ask(vault, "consent", number=number)
    entries = [{**one, "entry": parse(one["document"].encode("utf-8"))} for one in found["entries"]]
    return _render("consent.html", vault, number, found, entries=entries, may_add=len(found["persons"]) < MOST_PERSONS)


@blueprint.get("/ask")
def ask(vault: str, number: int) -> str:
    """The form of a question through the thread."""
    return _question_page(vault, number, None)


@blueprint.post("/ask")
def look_or_seal(vault: str, number: int) -> Answer:
    """Shows the question as the person will see it; or seals it, when the name of the case was typed under that."""
    step = request.form.get("step", "look")
    try:
        sent = Question.sent(request.form)
    except FormatError:
        abort(400)
    if step not in ("look", "change", "seal"):
        abort(400)
    if step == "change":
        return _question_page(vault, number, sent)
    lacking = sent.faults()
    if lacking:
        return _question_page(vault, number, sent, lacking=lacking), 422
    given = {name: getattr(sent, name) for name in Question.__dataclass_fields__ if name != "days"}
    given = {**given, "number": number, "days": sent.number_of_days}
    try:
        if step == "seal":
            _ask(vault, "ask_consent", **given, typed=request.form.get("typed", "")[:200])
            return redirect(url_for("cases.case", vault=vault, number=number, _anchor="last"), 303)
        return _question_page(vault, number, sent, preview=_ask(vault, "try_consent", **given))
    except Refused as refused:
        if refused.code in _ELSEWHERE:
            raise
        if refused.code == "typed-differs":
            return _question_page(
                vault, number, sent, preview=_ask(vault, "try_consent", **given), refused=refused
            ), 422
        return _question_page(vault, number, sent, refused=refused), 409


@blueprint.get("/persons/<int:person>/<any(person, veto, recorded):form>")
def form_of_person(vault: str, number: int, person: int, form: str) -> str:
    """A form about one person; a person without an entry yet is a new one."""
    known = _known(vault, number, person, is_new_allowed=form == "person")
    start = Person(person=person, **known) if form == "person" else _OF_PERSON[form](person=person)
    return _form_page(vault, number, form, start, person=person)


@blueprint.post("/persons/<int:person>/<any(person, veto, recorded):form>")
def write_of_person(vault: str, number: int, person: int, form: str) -> Answer:
    """Writes it down."""
    return _write(vault, number, form, {"person": person}, person=person)


@blueprint.get("/risk")
def form_of_risk(vault: str, number: int) -> str:
    """The form of what is weighed before anybody is asked."""
    return _form_page(vault, number, "risk", Risk())


@blueprint.post("/risk")
def weigh(vault: str, number: int) -> Answer:
    """Writes it down."""
    return _write(vault, number, "risk", {})


@blueprint.get("/<any(asked, recorded):how>/<int:n>")
def one(vault: str, number: int, how: str, n: int) -> str:
    """One question: the exact text, how it stands, and what is allowed next."""
    return _one_page(vault, number, how, n)


@blueprint.get("/<any(asked, recorded):how>/<int:n>/withdrawn")
def form_of_withdrawal(vault: str, number: int, how: str, n: int) -> str:
    """The form of a withdrawal that came another way."""
    return _form_page(vault, number, "withdrawn", Withdrawn(how=how, n=n), how=how, n=n)


@blueprint.post("/<any(asked, recorded):how>/<int:n>/withdrawn")
def withdraw(vault: str, number: int, how: str, n: int) -> Answer:
    """Writes it down."""
    return _write(vault, number, "withdrawn", {"how": how, "n": n}, how=how, n=n)


@blueprint.get("/<any(asked, recorded):how>/<int:n>/not-concerned/<int:person>")
def form_of_not_concerned(vault: str, number: int, how: str, n: int, person: int) -> str:
    """The form that says why this very text does not concern a person."""
    start = NotConcerned(how=how, n=n, person=person)
    return _form_page(vault, number, "not-concerned", start, how=how, n=n, person=person)


@blueprint.post("/<any(asked, recorded):how>/<int:n>/not-concerned/<int:person>")
def leave_out(vault: str, number: int, how: str, n: int, person: int) -> Answer:
    """Writes it down."""
    return _write(vault, number, "not-concerned", {"how": how, "n": n, "person": person}, how=how, n=n, person=person)


@blueprint.post("/<any(asked, recorded):how>/<int:n>/text")
def hand_out(vault: str, number: int, how: str, n: int) -> Answer:
    """Lets the text go, once."""
    try:
        _ask(vault, "hand_out", number=number, how=how, n=n, typed=request.form.get("typed", "")[:200])
    except Refused as refused:
        if refused.code in (*_ELSEWHERE, "consent-none"):
            raise
        return _one_page(vault, number, how, n, refused=refused), 409
    return redirect(url_for("consent.text", vault=vault, number=number, how=how, n=n), 303)


@blueprint.get("/<any(asked, recorded):how>/<int:n>/text")
def text(vault: str, number: int, how: str, n: int) -> Answer:
    """The text that was handed out today, to be printed."""
    try:
        found = _ask(vault, "handed_out", number=number, how=how, n=n)
    except Refused as refused:
        if refused.code in (*_ELSEWHERE, "consent-none"):
            raise
        return _one_page(vault, number, how, n, refused=refused), 409
    return _render("consent_text.html", vault, number, found, one=found["consent"])


def _write(vault: str, number: int, form: str, known: dict[str, Any], **place: Any) -> Answer:
    """Keeps an entry, or shows its form again with what is missing."""
    try:
        entry = from_form(_FORMS[form], request.form, **known)
    except FormatError:
        abort(400)
    lacking = faults(entry, desk().today())
    if lacking:
        return _form_page(vault, number, form, entry, lacking=lacking, **place), 422
    try:
        _ask(vault, "write_consent", number=number, document=encode(entry).decode("utf-8"))
    except Refused as refused:
        if refused.code in (*_ELSEWHERE, "consent-none", "consent-no-person"):
            raise
        return _form_page(vault, number, form, entry, refused=refused, **place), 409
    return redirect(url_for("consent.record", vault=vault, number=number, _anchor="record"), 303)


def _known(vault: str, number: int, person: int, *, is_new_allowed: bool) -> dict[str, str]:
    """What the record says of a person; nothing of the next one."""
    persons = _ask(vault, "consent", number=number)["persons"]
    found = next((one for one in persons if one["person"] == person), None)
    highest = max(one["person"] for one in persons)
    if found is None and not (is_new_allowed and WRITER < person == highest + 1 <= MOST_PERSONS):
        abort(404)
    names = ("name", "relation", "decides", "why", "who", "child_view")
    return {} if found is None else {name: found[name] for name in names}


def _question_page(
    vault: str,
    number: int,
    sent: Question | None,
    *,
    preview: dict[str, Any] | None = None,
    lacking: Faults | None = None,
    refused: Refused | None = None,
) -> str:
    return _render(
        "consent_ask.html",
        vault,
        number,
        _ask(vault, "consent", number=number),
        question=Question() if sent is None else sent,
        preview=preview,
        faults=lacking or {},
        refused=refused,
        measures=MEASURES,
        identities=IDENTITIES,
        usual={measure: usual_days(measure) for measure in MEASURES},
        most={"recipient": MOST_RECIPIENT, "text": MOST_TEXT, "explained": MOST_EXPLAINED, "days": MOST_DAYS},
        six_languages=LANGUAGES,
        state_facing=STATE_FACING,
        contact_state=CONTACT_STATE,
    )


def _form_page(
    vault: str,
    number: int,
    form: str,
    entry: Entry,
    *,
    lacking: Faults | None = None,
    refused: Refused | None = None,
    **place: Any,
) -> str:
    of = kinds(entry)
    return _render(
        "consent_form.html",
        vault,
        number,
        _ask(vault, "consent", number=number),
        form=form,
        entry=entry,
        place=place,
        faults=lacking or {},
        refused=refused,
        most={name: kind.most for name, kind in of.items() if isinstance(kind, Text)},
        codes={name: kind.codes for name, kind in of.items() if isinstance(kind, Code | Codes)},
        state_facing=STATE_FACING,
        explained=EXPLAINED,
        most_days=MOST_DAYS,
    )


def _one_page(vault: str, number: int, how: str, n: int, *, refused: Refused | None = None) -> str:
    found = _ask(vault, "consent", number=number)
    shown = next((one for one in found["consents"] if (one["how"], one["n"]) == (how, n)), None)
    if shown is None:
        abort(404)
    entries = {one["n"]: parse(one["document"].encode("utf-8")) for one in found["entries"]}
    taken = [one for one in entries.values() if isinstance(one, Withdrawn) and (one.how, one.n) == (how, n)]
    stop = next((code for code in _IN_WORDS if code == shown["stop"]), None)
    return _render(
        "consent_one.html",
        vault,
        number,
        found,
        one=shown,
        why_not="" if stop is None else pages().refusal(Refused(stop)),
        evidence=entries.get(n) if how == "recorded" else None,
        withdrawn=taken[0] if taken else None,
        refused=refused,
    )


def _ask(vault: str, action: str, **given: Any) -> dict[str, Any]:
    here = desk()
    return here.keeper(vault).ask(action, here.today(), **given)


def _render(template: str, vault: str, number: int, found: dict[str, Any], **values: Any) -> str:
    here, words = desk(), pages()
    case = here.keeper(vault).ask("case_head", here.today(), number=number)
    refused, lacking = values.pop("refused", None), values.pop("faults", {})
    return words.render(
        template,
        desk=open_desk(here),
        here=(vault, number),
        case=case,
        found=found,
        today=here.today(),
        faults=lacking,
        refused=None if refused is None else words.refusal(refused),
        **values,
    )
