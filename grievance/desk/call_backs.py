"""Whom to call: the list, without a number, and the page of one call, whose opening is noted."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Response, make_response, render_template, url_for
from sqlalchemy import select

from grievance.accounts import queries as accounts
from grievance.accounts import staff
from grievance.accounts.models import Event
from grievance.cases import calls, records
from grievance.cases.call_words import SOMEBODY_ELSE
from grievance.cases.calls import CallBack
from grievance.cases.models import Case
from grievance.cases.operations import addressing
from grievance.cases.verbs import Verb
from grievance.clock import now
from grievance.deadlines.queries import operator_hours
from grievance.desk import events, words
from grievance.desk.acting import CASE, Page, Trouble, back, beside, people, stand, why
from grievance.desk.blueprint import bp
from grievance.desk.call_words import ASK, TELL
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk, open_case
from grievance.desk.verbs import blank
from grievance.desk.views import note_read
from grievance.extensions import db
from grievance.i18n import Language, speaking
from grievance.i18n import gettext as _
from grievance.web.audience import audience
from grievance.web.redirects import see_other


@dataclass(frozen=True)
class Row:
    """One call that is to be made; nothing of it was sealed."""

    case: Case
    language: Language
    tell: list[str]
    due: words.Due
    tries: int
    caller: str


@bp.get("/calls", endpoint="calls")
@audience("staff", "case.work")
def calls_list() -> str:
    """Every call of cases that this person may know of, the first due first."""
    return render_template("desk/calls.html", rows=_rows(staff.current_member().person_id))


def _rows(person: UUID) -> list[Row]:
    session, at = db.session(), now()
    found, zone = calls.listed(session, person), operator_hours(session).zone
    tries = calls.tries(session, [call.case_id for call, _case, _due in found])
    has = [case.assignee_id for _call, case, _due in found if case.assignee_id]
    names = accounts.names(session, has) if has else {}
    return [
        Row(
            case,
            words.tongue(case.language),
            _tell(call),
            words.due(due, at, zone),
            tries.get(case.id, 0),
            names.get(case.assignee_id, "") if case.assignee_id else "",
        )
        for call, case, due in found
    ]


def _tell(call: CallBack) -> list[str]:
    return [_(TELL[kind]) for kind in call.kinds]


@bp.get("/cases/<reference>/call")
@audience("staff", "case.work")
def call(reference: str) -> Response:
    """Where, when and how to call this worker; back to the case when nobody is to be called."""
    desk = open_case(reference)
    if calls.open_call(db.session(), desk.case.id) is None:
        return back(reference)
    desk.unfold()
    hours = operator_hours(db.session())
    return _page(desk, blank(Verb.RECORD_CALL, desk, people(desk.case), hours, now()))


def _page(desk: Desk, form: ActForm, status: int = 200, trouble: str = "") -> Response:
    session, case = db.session(), desk.case
    due = calls.open_call(session, case.id)
    identity = records.read(session, desk.opened, "identity")
    page = render_template(
        "desk/call.html",
        case=case,
        form=form,
        trouble=trouble,
        contact=identity.get("contact") or {},
        name=identity.get("name") or "",
        old=addressing.may_be_old(session, case.id),
        tell=[(_(TELL[kind]), _(ASK.get(kind, ""))) for kind in due.kinds] if due else [],
        spoken=words.tongue(case.language),
        neutral=[_neutral(one) for one in dict.fromkeys((case.language, desk.member.language))],
        happened=_happened(desk, due) if due else [],
    )
    note_read(desk, "call")
    session.commit()
    return make_response(page, status)


def _neutral(slug: str) -> tuple[Language, str]:
    """What is said when somebody else answers."""
    with speaking(words.tongue(slug)) as spoken:
        return spoken, _(SOMEBODY_ELSE)


def _happened(desk: Desk, due: CallBack) -> list[events.Line]:
    """The calls that were made since this one is due."""
    mine = (Event.stream_id == desk.case.id, Event.verb == Verb.RECORD_CALL)
    since = select(Event).where(*mine, Event.at >= due.made_at).order_by(Event.seq)
    session = db.session()
    found = list(session.scalars(since))
    known = accounts.names(session, sorted(events.people_in(found), key=str))
    return events.lines(found, known, operator_hours(session).zone)


def _again(desk: Desk, form: ActForm, trouble: Trouble | None) -> Response:
    if calls.open_call(db.session(), desk.case.id) is None:
        return CASE.again(desk, form, trouble)
    desk.unfold()
    form.offer(desk, people(desk.case))
    form.on(desk.case, str(Verb.RECORD_CALL))
    if trouble is None or beside(form, trouble):
        return _page(desk, form, 422)
    sentence, status = why(trouble)
    return _page(desk, form, status, sentence)


def _on(_desk: Desk, _form: ActForm, _done: object) -> Response:
    return see_other(url_for("desk.calls"))


stand(Verb.RECORD_CALL, Page(_again, _on), "/call")
