"""Leave: forget this visit at once and go to an everyday page."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for

from grievance import i18n
from grievance.accounts import queries as accounts
from grievance.accounts import words
from grievance.cases.operations import receipts
from grievance.extensions import db
from grievance.intake.attaching import sweep_afterwards
from grievance.intake.visits import COOKIE as RECEIPT
from grievance.questions import browser, drafts
from grievance.web.audience import audience
from grievance.web.binding import VISIT, cookie, drop_cookie, from_our_page
from grievance.web.language import CHOICE_COOKIE


@audience("public")
def leave() -> Any:
    """End the visit and go. From a page of ours also delete the draft, take every cookie back and
    have the browser forget its copies; another website can send people here, and wipes nothing.

    The answer is a page that moves on by itself: a redirect to another site is forbidden to forms.
    """
    ours = from_our_page()
    i18n.speak(i18n.BY_SLUG.get(request.form.get("lang", ""), i18n.ENGLISH))
    draft = browser.here(lock=True) if ours else None
    blobs = drafts.forget(db.session(), draft) if draft else []
    if ours:
        words.drop(db.session(), cookie(RECEIPT))
    receipts.end_visit(db.session(), cookie(RECEIPT))
    told = accounts.profile(db.session())
    site_to_go = told.everyday_site if told and told.everyday_site else url_for("portal.home")
    db.session.commit()
    sweep_afterwards(blobs)
    answer = make_response(render_template("intake/file_left.html", to=site_to_go))
    for name in (browser.COOKIE, RECEIPT, VISIT) if ours else (RECEIPT,):
        drop_cookie(answer, name)
    if not ours:
        return answer
    answer.delete_cookie(CHOICE_COOKIE)
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer
