"""The first page of the short ways: what happened, written or as a file, before anything else."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request

from grievance import clock
from grievance.accounts import queries as accounts
from grievance.extensions import db
from grievance.intake import drafting
from grievance.intake.attaching import take
from grievance.intake.visits import site
from grievance.questions import browser, drafts
from grievance.questions.drafts import OpenDraft
from grievance.questions.forms import answers_in
from grievance.web.binding import cookie
from grievance.web.forms import Form
from grievance.web.redirects import see_other


def tell(draft: OpenDraft | None, way: str, *, earlier: bool) -> Any:
    """Ask for the story; what was written is kept before a file is looked at."""
    form = drafting.form_on(draft, drafting.TELL[way], way)
    if request.method == "GET" or not form.validate() or drafting.ran_out(draft, earlier=earlier):
        shown = make_response(_page(draft, way, form, earlier=earlier))
        return browser.renewed(shown, draft) if draft else shown
    secret, begun = _keep(draft, way, form)
    wrong = take(begun, secret)
    begun = drafting.open_filing(lock=True, secret=secret)
    form["files"].errors = [wrong] if wrong else []
    if wrong:
        answer: Response = make_response(_page(begun, way, form, earlier=False))
    else:
        answer = _go_on(begun, way)
    if draft is not None:
        return browser.renewed(answer, begun)
    db.session.commit()
    return browser.give(answer, begun, secret)


def _keep(draft: OpenDraft | None, way: str, form: Form) -> tuple[str, OpenDraft]:
    """Save what was written, in a new draft when there is none; nothing is locked afterwards."""
    secret, now = cookie(browser.COOKIE), clock.real_now()
    if draft is None:
        secret, draft = drafts.start(db.session(), site().ring, now)
    elif not request.args.get("change"):
        drafts.begin_again(draft, now)
    page = drafting.TELL[way]
    given = answers_in(form, drafting.asked(draft, page, way)) | drafting.door()
    everything = request.form.get("route") == drafting.FULL or given.get("who", "own") != "own"
    chosen = drafting.take_way(draft, "" if everything else way)
    drafts.become_filing(draft, given | chosen, now)
    db.session.commit()
    return secret, draft


def _go_on(draft: OpenDraft, way: str) -> Response:
    """The next page; who wants to answer everything goes to the first page of that."""
    on_way = bool(drafting.way_of(draft))
    page = drafting.TELL[way] if on_way else drafting.START
    drafts.save(draft, {}, clock.real_now(), seen=page)
    return see_other(drafting.after(draft, page))


def _page(draft: OpenDraft | None, way: str, form: Form, *, earlier: bool) -> str:
    page = drafting.TELL[way]
    begun = draft is not None and page in draft.seen and bool(drafting.way_of(draft))
    return render_template(
        "intake/short/start.html",
        form=form,
        way=way,
        question=page,
        questions=drafting.asked(draft, page, way),
        files=draft.files if draft else [],
        operator=accounts.profile(db.session()),
        earlier=earlier,
        over=drafting.OVER in request.values or drafting.ran_out(draft, earlier=earlier),
        kept=draft is not None,
        go_on=drafting.first_open(draft) if draft and begun else "",
    )
