"""Leave: forget this visit at once and go to an everyday page."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for

from grievance import i18n
from grievance.accounts import queries as accounts
from grievance.cases.operations import receipts
from grievance.extensions import db
from grievance.intake import drafting
from grievance.intake.visits import COOKIE as RECEIPT
from grievance.intake.visits import site
from grievance.questions import drafts
from grievance.web.audience import audience
from grievance.web.binding import VISIT, cookie, drop_cookie
from grievance.web.language import CHOICE_COOKIE


@audience("public")
def leave() -> Any:
    """Delete draft and visit, take the cookies back, have the browser forget its copies.

    The answer is a page that moves on by itself: a redirect to another site is forbidden to forms.
    """
    i18n.speak(i18n.BY_SLUG.get(request.form.get("lang", ""), i18n.ENGLISH))
    draft = drafting.here(lock=True)
    blobs = drafts.forget(db.session(), draft) if draft else []
    receipts.end_visit(db.session(), cookie(RECEIPT))
    told = accounts.profile(db.session())
    site_to_go = told.everyday_site if told and told.everyday_site else url_for("portal.home")
    db.session.commit()
    for blob in blobs:
        site().blobs.delete(blob)
    answer = make_response(render_template("intake/file_left.html", to=site_to_go))
    for name in (drafting.COOKIE, RECEIPT, VISIT):
        drop_cookie(answer, name)
    answer.delete_cookie(CHOICE_COOKIE)
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer
