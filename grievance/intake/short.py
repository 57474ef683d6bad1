"""The first page of the short ways: what happened, written or as a file, before anything else."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request

from grievance import clock
from grievance.accounts import queries as accounts
from grievance.extensions import db
from grievance.intake import drafting
from grievance.intake.attaching import take
from grievance.intake.drafting import Found
from grievance.questions import browser, drafts
from grievance.questions.drafts import OpenDraft
from grievance.questions.forms import answers_in
from grievance.web.binding import cookie
from grievance.web.forms import Form
from grievance.web.redirects import see_other


def tell(found: Found, way: str) -> Any:
    """Ask for the story; what was written is kept before a file is looked at."""
    draft, form = found.draft, drafting.form_on(found.draft, drafting.TELL[way], way)
    if request.method == "GET" or not form.validate() or not found.may_keep:
        shown = make_response(_page(found, way, form))
        return browser.renewed(shown, draft) if draft else shown
    secret, begun = _keep(found, way, form)
    wrong = take(begun, secret)
    begun = drafting.open_filing(lock=True, secret=secret)
    form["files"].errors = [wrong] if wrong else []
    if wrong:
        answer: Response = make_response(_page(Found(begun), way, form))
    else:
        answer = _go_on(begun, way)
    if draft is not None:
        return browser.renewed(answer, begun)
    db.session.commit()
    return browser.give(answer, begun, secret)


def _keep(found: Found, way: str, form: Form) -> tuple[str, OpenDraft]:
    """Save what was written; gives the draft's secret, and nothing is locked afterwards."""
    page = drafting.TELL[way]
    given = answers_in(form, drafting.asked(found.draft, page, way)) | drafting.door()
    secret, draft = drafting.begun(found)
    everything = request.form.get("route") == drafting.FULL or given.get("who", "own") != "own"
    chosen = drafting.take_way(draft, "" if everything else way)
    drafts.become_filing(draft, given | chosen, clock.real_now())
    db.session.commit()
    return secret or cookie(browser.COOKIE), draft


def _go_on(draft: OpenDraft, way: str) -> Response:
    """The next page; who wants to answer everything goes to the first page of that."""
    on_way = bool(drafting.way_of(draft))
    page = drafting.TELL[way] if on_way else drafting.START
    drafts.save(draft, {}, clock.real_now(), seen=page)
    return see_other(drafting.after(draft, page))


def _page(found: Found, way: str, form: Form) -> str:
    draft, page = found.draft, drafting.TELL[way]
    begun = draft is not None and page in draft.seen and bool(drafting.way_of(draft))
    return render_template(
        "intake/short/start.html",
        form=form,
        way=way,
        question=page,
        questions=drafting.asked(draft, page, way),
        files=draft.files if draft else [],
        operator=accounts.profile(db.session()),
        earlier=found.earlier,
        over=drafting.OVER in request.values or found.ran_out,
        kept=draft is not None,
        other=found.other is not None,
        go_on=drafting.first_open(draft) if draft and begun else "",
    )
