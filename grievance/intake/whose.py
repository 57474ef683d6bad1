"""Somebody has begun here before: is it whoever sits here now?

Of a draft that this browser holds nothing is shown, changed or sent before somebody has said that
it is theirs: an earlier user may have left it here, by mistake or on purpose. What somebody chose
before they were asked (an issue, a body) goes on with them, whichever way they answer.
"""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for

from grievance import clock
from grievance.extensions import db
from grievance.intake import drafting
from grievance.intake.blueprint import bp
from grievance.questions import browser, drafts
from grievance.questions.bank import shipped
from grievance.questions.drafts import OpenDraft
from grievance.web.audience import audience
from grievance.web.binding import drop_cookie
from grievance.web.forms import Form
from grievance.web.language import whole_language
from grievance.web.redirects import see_other

FINDER = "help"  # where to go on, when the finder asks


def address() -> str:
    """The address of this question, for a first page that was asked for."""
    return url_for("intake.whose", **_wanted())


@bp.route("/file/begun", methods=["GET", "POST"])
@audience("public")
def whose() -> Any:
    """Ask whose the draft is; start new gives it up, for good."""
    draft, issue = browser.here(lock=True), _chosen_issue()
    if draft is None or draft.sent:
        return see_other(url_for("portal.issue", issue_id=issue) if issue else _first())
    form = Form(request.form)
    if request.method == "POST" and form.validate():
        drafts.give_up(draft, clock.real_now())
        db.session.commit()
        answer = see_other(_first())
        drop_cookie(answer, browser.COOKIE)
        return answer
    drafts.renumber(draft, clock.real_now())
    shown = render_template(
        "intake/whose.html",
        form=form,
        issue=issue,
        spoken=whole_language().slug,
        go_on=_go_on(draft),
    )
    return browser.renewed(make_response(shown), draft)


def _go_on(draft: OpenDraft) -> str:
    unseen = not set(drafting.FIRST) & set(draft.seen)
    if request.args.get("to") == FINDER or unseen or drafting.door():
        return _first(mine=1)
    return drafting.first_open(draft)


def _chosen_issue() -> str:
    """The issue from whose page the finder was asked for."""
    issue = request.args.get("issue", "") if request.args.get("to") == FINDER else ""
    return issue if any(issue in family.issues for family in shipped().families) else ""


def _first(**more: Any) -> str:
    """The first page that was asked for."""
    if request.args.get("to") == FINDER:
        return url_for("portal.help", **more)
    return url_for("intake.start", **_wanted(), **more)


def _wanted() -> dict[str, Any]:
    return {name: request.args[name] for name in ("route", "door") if name in request.args}
