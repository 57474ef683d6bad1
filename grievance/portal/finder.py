"""The guided finder: a few questions, one page each, then which doors fit and why.

Answers stay sealed in the draft of this browser, never in an address. A first result comes after at
most five pages; more questions make it more exact, and a filing goes on with the same answers.
"""

from __future__ import annotations

from typing import Any

from flask import (
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from grievance import clock, i18n
from grievance.accounts import queries as accounts
from grievance.directory import queries
from grievance.extensions import db
from grievance.portal.answers import Finder
from grievance.portal.blueprint import portal
from grievance.portal.results import result_for
from grievance.questions import drafts
from grievance.questions.bank import shipped
from grievance.questions.browser import COOKIE, give, here, renewed
from grievance.questions.drafts import OpenDraft
from grievance.questions.forms import Asking, answers_in, form_for
from grievance.questions.summary import summary
from grievance.web.audience import audience
from grievance.web.binding import drop_cookie, must_be_ours
from grievance.web.redirects import see_other

FIRST = "problem"
# Of a page that there is not the router says so, as of any other address.
PAGE = "any({}):page".format(",".join(f"'{page}'" for page in shipped().pages))
BOTH = ["GET", "POST"]


@portal.route("/<language:lang>/help", methods=BOTH, endpoint="help")
@portal.route(f"/<language:lang>/help/<{PAGE}>", methods=BOTH, endpoint="help_page")
@audience("public")
def question(page: str = FIRST) -> Any:
    """One page of questions; what was answered is kept, then the next page or the result."""
    draft = here(lock=True)
    if page == FIRST and _somebodys_filing(draft):
        return redirect(url_for("intake.whose", to="help"), 303)
    finder = _finder(None if page == FIRST and _unclaimed(draft) else draft)
    if page not in finder.path:
        return redirect(_address(FIRST))
    form = form_for(
        Asking(finder.bank, "finder", finder.answers),
        page,
        request.form if request.method == "POST" else None,
    )
    if request.method == "POST" and form.validate():
        given = answers_in(form, finder.asked(page))
        return _keep(draft, given, page)
    shown = render_template(
        "portal/help_question.html", form=form, finder=finder, question=page, sent=_sent(draft)
    )
    answer = make_response(shown, 422 if form.errors else 200)
    return renewed(answer, draft) if draft and page == FIRST else answer


@portal.post("/<language:lang>/help/about/<issue>")
@audience("public")
def help_issue(issue: str) -> Any:
    """Begin with what the issue is, from the page about it; beside a filing that was begun here
    only when it was said whether that is theirs (`mine`) or may go (`anew`)."""
    bank = shipped()
    if not any(issue in family.issues for family in bank.families):
        abort(404)
    given = {"problem": bank.family_of(issue), "issue": issue}
    draft = here(lock=True)
    must_be_ours()
    if _somebodys_filing(draft) and "anew" not in request.args:
        return redirect(url_for("intake.whose", to="help", issue=issue), 303)
    return _keep(draft, given, FIRST, "issue")


@portal.get("/<language:lang>/help/result")
@audience("public")
def help_result() -> Any:
    """Who can help, in order, with reasons; what was ruled out, and why."""
    return _result("portal/help_result.html")


@portal.get("/<language:lang>/help/result/print")
@audience("public")
def help_result_print() -> Any:
    """The same on paper, with nothing on it that says what it is about."""
    return _result("portal/help_print.html")


@portal.post("/<language:lang>/help/file")
@audience("public")
def help_file() -> Any:
    """Go on to a filing with the same answers."""
    draft = here(lock=True)
    must_be_ours()
    if draft is not None:
        drafts.become_filing(draft, {}, clock.real_now())
        db.session.commit()
    return redirect(url_for("intake.start", mine=1), code=303)


@portal.post("/<language:lang>/help/again")
@audience("public")
def help_again() -> Any:
    """Forget these answers and begin again."""
    draft = here(lock=True)
    must_be_ours()
    answer = see_other(url_for(".help"))
    if draft is not None and draft.row.kind == "finder":
        drafts.forget(db.session(), draft)
        db.session.commit()
        drop_cookie(answer, COOKIE)
    return answer


def _result(template: str) -> Any:
    finder = _finder(here())
    if not finder.can_answer:
        return redirect(url_for(".help"))
    if not queries.book(db.session()).entries:
        return redirect(url_for(".mechanisms"))  # nothing is loaded yet; that page says so
    now = clock.now()
    shown = result_for(db.session(), finder, accounts.day_here(db.session(), now), now)
    return render_template(
        template,
        finder=finder,
        result=shown,
        told=summary(finder.bank, finder.live, i18n.current().slug),
        filing=accounts.filing_open(db.session()),
    )


def _keep(draft: OpenDraft | None, given: dict[str, Any], *pages: str) -> Response:
    """Save the answers of these pages, in a new draft when there is none, and go on. Who begins at
    the first page begins anew."""
    session, now = db.session(), clock.real_now()
    secret = ""
    if FIRST in pages and draft and _unclaimed(draft):
        drafts.give_up(draft, now)
        draft = None
    if draft is None or draft.sent:
        ring = current_app.config["KEY_RING"]
        secret, draft = drafts.start(session, ring, now, kind="finder")
    for page in pages:
        drafts.save(draft, given, now, seen=page)
    after = Finder(shipped(), draft.answers, draft.seen).after(pages[-1])
    answer = see_other(_address(after) if after else url_for(".help_result"))
    if not secret and FIRST in pages:
        return renewed(answer, draft)
    session.commit()
    return give(answer, draft, secret) if secret else answer


def _finder(draft: OpenDraft | None) -> Finder:
    return Finder(shipped(), draft.answers if draft else {}, draft.seen if draft else [])


def _unclaimed(draft: OpenDraft | None) -> bool:
    """Whether nobody has said yet that what was answered here is theirs."""
    return draft is not None and not draft.sent and "mine" not in request.args


def _somebodys_filing(draft: OpenDraft | None) -> bool:
    """Whether a filing was begun here, whose words must be neither shown nor dropped unasked."""
    return draft is not None and draft.row.kind != "finder" and _unclaimed(draft)


def _sent(draft: OpenDraft | None) -> bool:
    return draft is not None and draft.sent


def _address(page: str) -> str:
    return url_for(".help") if page == FIRST else url_for(".help_page", page=page)
