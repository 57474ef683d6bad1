"""The pages on which staff write down or correct what a case says, and see what was corrected."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Response, make_response, render_template

from grievance.accounts import queries as accounts
from grievance.cases import corrections
from grievance.cases.operations.moving import allowed
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.clock import local_day
from grievance.deadlines.queries import operator_hours
from grievance.desk.acting import Page, Trouble, beside, stand, to_case, why
from grievance.desk.blueprint import bp
from grievance.desk.fact_form import FactForm, desk_names, known
from grievance.desk.loading import Desk, open_case
from grievance.desk.views import note_read
from grievance.extensions import db
from grievance.i18n import current, date_text
from grievance.i18n import gettext as _
from grievance.questions.bank import shipped
from grievance.questions.sections import sections
from grievance.questions.summary import Compared, compared, summary
from grievance.web.audience import audience


@dataclass(frozen=True)
class Shown:
    """A section: its page, its heading, and what stands there now, question by question."""

    page: str
    title: str
    lines: list[tuple[str, str]] = field(repr=False)


@bp.get("/cases/<reference>/facts")
@audience("staff", "case.read")
def facts(reference: str) -> Response:
    """All that can be written down, what is known of it, and what staff corrected before."""
    desk = open_case(reference)
    desk.unfold()
    page = render_template(
        "desk/facts.html",
        case=desk.case,
        can=allowed(desk.case, Verb.STATE_FACTS, desk.actor),
        sections=_shown(desk),
        changes=_changes(desk),
    )
    note_read(desk, "case")
    db.session.commit()
    return make_response(page)


@bp.get("/cases/<reference>/facts/<page>")
@audience("staff", TABLE[Verb.STATE_FACTS].who)
def fact(reference: str, **_named: object) -> Response:
    """One section, with what stands there now."""
    desk = open_case(reference)
    desk.unfold()
    of = FactForm.of(desk)
    form = of(data=of.before)
    form.offer(desk, {})
    return _page(desk, form)


def _shown(desk: Desk) -> list[Shown]:
    told = known(desk)
    said = summary(shipped(), told, current().slug, desk_names(told))
    lines = {line.question: line.text for line in said}
    return [
        Shown(one.page, _(one.title), [(_(q.ask), lines.get(q.id, "")) for q in one.questions])
        for one in sections(shipped(), told)
    ]


@dataclass(frozen=True)
class Change:
    """What somebody changed at once: who, on which day, why, and each answer before and after."""

    by: str
    day: str
    why: str = field(repr=False)
    lines: list[Compared] = field(repr=False)


def _changes(desk: Desk) -> list[Change]:
    session = db.session()
    found = corrections.changed(session, desk.opened)
    by = accounts.names(session, [one.row.person_id for one in found])
    zone, names = operator_hours(session).zone, desk_names(known(desk))
    return [
        Change(
            by.get(one.row.person_id, ""),
            date_text(local_day(one.row.at, zone)),
            one.why,
            compared(shipped(), one.answers, names),
        )
        for one in found
    ]


def _again(desk: Desk, form: FactForm, trouble: Trouble | None) -> Response:
    form.offer(desk, {})
    if trouble is None or beside(form, trouble):
        return _page(desk, form, 422)
    sentence, status = why(trouble)
    return _page(desk, form, status, sentence)


def _page(desk: Desk, form: FactForm, status: int = 200, why: str = "") -> Response:
    form.on(desk.case, str(Verb.STATE_FACTS))
    page = render_template(
        "desk/fact.html",
        case=desk.case,
        form=form,
        section=form.section,
        why=why,
        can=allowed(desk.case, Verb.STATE_FACTS, desk.actor),
    )
    note_read(desk, "case")
    db.session.commit()
    return make_response(page, status)


stand(Verb.STATE_FACTS, Page(_again, to_case), "/facts/<page>")
