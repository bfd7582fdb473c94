"""The exchange with a stick: choose it, see what will be read and written, begin, look on, read what came of it."""

from pathlib import Path

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from review.exchange import Report
from review.listing import open_desk
from review.refusals import Refused
from review.running import desk, pages
from review.sticks import find_sticks

blueprint = Blueprint("exchange", __name__)

_MOST_FOLDER = 1_024


@blueprint.get("/exchange")
def choose() -> str | Response:
    """The sticks that are plugged in, and a field for any other folder."""
    if desk().exchanging.is_going_on:
        return redirect(url_for("exchange.progress"), 303)
    return _choose(None)


@blueprint.post("/exchange")
def look() -> Response | tuple[str, int]:
    """Looks into the folder; the next page says what would be done."""
    folder = request.form.get("stick") or request.form.get("folder")
    if folder is None:
        abort(400)
    try:
        desk().plan_exchange(Path(folder[:_MOST_FOLDER]))
    except Refused as refused:
        return _choose(refused, folder[:_MOST_FOLDER]), 422
    return redirect(url_for("exchange.planned"), 303)


@blueprint.get("/exchange/plan")
def planned() -> str | Response:
    """What will be read and written, and one button."""
    plan = desk().exchanging.plan
    if plan is None:
        return redirect(url_for("exchange.choose"), 303)
    return pages().render("exchange_plan.html", desk=open_desk(desk()), here=None, plan=plan)


@blueprint.post("/exchange/begin")
def begin() -> Response:
    """Does what was shown; the next page tells how far it is. Where another plan was made since, it shows that one."""
    here, shown = desk(), request.form.get("plan", "")
    keepers = {vault: here.keeper(vault) for vault in here.open_vaults()}
    with_records = request.form.get("records") == "here"
    try:
        if not here.exchanging.begin(keepers, here.today(), with_records=with_records, shown=shown):
            return redirect(url_for("exchange.planned"), 303)
    except Refused as refused:
        if refused.code != "exchange-running":
            raise
    return redirect(url_for("exchange.progress"), 303)


@blueprint.post("/exchange/stop")
def stop() -> Response:
    """After the step that is going on now."""
    desk().exchanging.stop()
    return redirect(url_for("exchange.progress"), 303)


@blueprint.get("/exchange/progress")
def progress() -> str | Response:
    """How far it is, or what came of it. It asks no keeper, for one of them is reading."""
    run = desk().exchanging.run
    if run is None:
        return redirect(url_for("exchange.choose"), 303)
    if not run.is_over:
        return pages().render("exchange_progress.html", plan=run.plan, progress=run.progress)
    broken = None if run.refused is None else pages().refusal(run.refused)
    words = _words(run.report) if run.report is not None else {}
    return pages().render("exchange_result.html", plan=run.plan, report=run.report, words=words, broken=broken)


def _choose(refused: Refused | None, folder: str = "") -> str:
    words = None if refused is None else pages().refusal(refused)
    sticks = find_sticks()
    return pages().render(
        "exchange.html", desk=open_desk(desk()), here=None, sticks=sticks, refused=words, folder=folder
    )


def _words(report: Report) -> dict[str, str]:
    """Every refusal of a report in words, by its code and whom it is about."""
    refused = {f"read/{one.name}/{one.vault}": one.refused for one in report.readings}
    refused |= {"post": report.post_refused, "records": report.records_refused}
    if report.recorded is not None:
        refused |= {f"record/{vault}": one for vault, one in report.recorded.left_out.items()}
    return {about: pages().refusal(one) for about, one in refused.items() if one is not None}
