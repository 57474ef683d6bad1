"""The page of one case, and its files."""

from __future__ import annotations

import logging

from flask import Response, make_response, render_template, request, url_for

from grievance.accounts import audit
from grievance.cases import erasures, labels, notices, queries
from grievance.cases.afterwards import clean_afterwards
from grievance.cases.models import Case
from grievance.cases.opening import Shut
from grievance.cases.operations import receipts
from grievance.cases.state_words import LABELS
from grievance.cases.verbs import Verb
from grievance.clock import local_day, now
from grievance.deadlines.queries import operator_hours
from grievance.desk import gaps, given, reminders, words
from grievance.desk.beside import beside
from grievance.desk.blueprint import bp
from grievance.desk.case_read import CaseRead
from grievance.desk.deciding import conflicts_of
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk, open_case, site
from grievance.desk.reading import CasePage
from grievance.desk.referral_reading import of_case
from grievance.extensions import db
from grievance.i18n import date_text
from grievance.i18n import gettext as _
from grievance.questions.summary import issue_label
from grievance.web import resuming
from grievance.web.audience import audience
from grievance.web.redirects import see_other

log = logging.getLogger("grievance.error")


@bp.errorhandler(Shut)
def shut(problem: Shut) -> Response:
    """A page that shows who a case is about, where that is folded: to the page that opens it. Words
    that were sent are shown to be copied."""
    reference = (request.view_args or {}).get("reference")
    if problem.args != ("identity",) or reference is None:
        raise problem
    db.session.rollback()
    there = url_for("desk.case", reference=reference, folded=1, _anchor="identity")
    if request.method == "POST":
        return resuming.texts_page(resuming.written(), there)
    return see_other(there)


@bp.get("/cases/<reference>")
@audience("staff", "case.read")
def case(reference: str) -> Response:
    """One case; opening it is noted, and the worker can see that it was opened."""
    return case_page(open_case(reference))


def case_page(desk: Desk, wrong: tuple[Verb, ActForm] | None = None, status: int = 200) -> Response:
    """The page of a case; with a form that was sent and refused, what was typed is kept."""
    desk = desk.shown
    at, session, row = now(), db.session(), desk.case
    note_read(desk, "folded") if desk.folded else note_read(desk, "case")
    notices.seen(session, row.id, desk.member.person_id, at)
    seen = queries.visit(session, row, desk.member.person_id, at)
    shown = CasePage(CaseRead(desk, at, seen, wrong, request.args.get("reply", "")))
    page = render_template(
        "desk/case.html",
        case=row,
        shown=shown,
        worker_reads=words.tongue(row.language),
        severity=_(labels.SEVERITY[row.severity]),
        issues=[issue_label(issue) for issue in row.issues],
        place=words.place(row),
        age=words.age(row.filed_at, at),
        channel=_(labels.CHANNEL[row.channel]),
        state=_(LABELS[row.state]),
        level=words.level(row),
        referrals=(hands := of_case(desk)),
        beside=beside(shown.doors.advice, hands, row),
        conflicts=conflicts_of(desk),
        gaps=gaps.gaps_of(desk),
        later=gaps.later_of(desk, shown.read.hours.zone),
        reminders=reminders.of_case(desk, shown.read.hours, at),
        wish=_wish(row),
        interpreting=given.standing(desk, Verb.GIVE_PASSAGES in shown.verbs),
        lost=receipts.waiting_reissue(session, row.id),
    )
    attached = [(one.row, one.stored) for one in shown.threads.files]
    clean_afterwards(site(), desk.opened, attached, desk.actor.name)
    session.commit()
    return make_response(page, status)


def _wish(row: Case) -> tuple[str, str] | None:
    """On what ground the worker's wish that the case is deleted stands and waits for a proposal,
    and on which day they asked or told us; None without one."""
    session = db.session()
    wish = erasures.asked(session, row.id)
    if wish is None and erasures.proposed(session, row.id) is None:
        wish = erasures.left(session, row.id)
    if wish is None:
        return None
    return wish.ground, date_text(local_day(wish.asked_at, operator_hours(session).zone))


def note_read(desk: Desk, what: str) -> None:
    """Keep that this member opened something of the case."""
    audit.record_read(db.session(), desk.case.id, actor=desk.actor.name, now=now(), what=what)
