"""Doing a verb: one POST endpoint for each, all along one straight line.

Load and lock the case, read the form, do the verb, commit, go back to the case. When a colleague
or the worker was faster, or the rules say no, nothing is lost: what was typed stands in the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Response, make_response, render_template, url_for

from grievance.accounts import queries as accounts
from grievance.accounts.models import Event
from grievance.cases import queries
from grievance.cases.models import Case
from grievance.cases.operations import handling
from grievance.cases.operations.moving import Conflict
from grievance.cases.states import TABLE, Verb
from grievance.deadlines.queries import operator_hours
from grievance.desk import events, forms
from grievance.desk.blueprint import bp
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk, open_case
from grievance.desk.reading import MESSAGES
from grievance.desk.verbs import DOING, Do, given
from grievance.desk.views import case_page, note_read
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.redirects import see_other

# The field that the sentence of a refusal stands beside, where there is one.
BESIDE = {
    "assignee": "person",
    "severity": "severity",
    "issues": "issue",
    "reason": "reason",
    "door": "door",
    "person": "person",
    "last_one": "person",
    "other": "reference",
    "how": "how",
    "words": "words",
    "rating": "rating",
    "way": "way",
    "on": "on_day",
    "offers": "offers",
    "note": "note",
    "result": "result",
    "remedied": "result",
    "partly": "result",
    "reached": "result",
}


def act(reference: str, verb: Verb, do: Do) -> Response:
    """Do a verb with the form that was sent, and go back to the case."""
    desk = open_case(reference, change=True)
    form = given(verb, desk, people(desk.case))
    if not form.validate():
        return case_page(desk, (verb, form), 422)
    try:
        done(do, desk, form)
    except Conflict:
        db.session.rollback()
        return _conflict(reference, verb, form)
    except Refused as refused:
        db.session.rollback()
        return refusal(reference, verb, form, refused)
    db.session.commit()
    if verb == Verb.RECUSE or _own_conflict(desk, verb, form):
        return see_other(url_for("desk.queue"))
    return back(reference)


def done(do: Do, desk: Desk, form: ActForm) -> object:
    """Do a verb with what the form ended in."""
    value = form.value(desk)
    return do(desk.act(form.seen)) if value is None else do(desk.act(form.seen), value)


def _own_conflict(desk: Desk, verb: Verb, form: ActForm) -> bool:
    """Whether the case is not there any more for who just agreed to it."""
    return verb == Verb.AGREE_CONFLICT and form["person"].data == str(desk.member.person_id)


def people(case: Case) -> dict[UUID, str]:
    """Whom a case can be given to."""
    return {one.id: one.name for one in handling.workers(db.session(), case)}


def back(reference: str) -> Response:
    """On to the case."""
    return see_other(url_for("desk.case", reference=reference))


def _conflict(reference: str, verb: Verb, form: ActForm) -> Response:
    """What happened since the page was made, and what was typed; a repeat just goes on."""
    desk = open_case(reference)
    since = queries.events_since(db.session(), desk.case.id, form.seen_seq)
    if form.repeats(since, desk.actor.name, verb):
        return back(reference)
    if not forms.can(desk, verb):
        return refusal(reference, verb, form, Refused("state"), since)
    return make_response(_kept(desk, verb, form, "", since), 409)


def refusal(
    reference: str, verb: Verb, form: ActForm, refused: Refused, since: list[Event] | None = None
) -> Response:
    """Why the verb was refused: beside its field, or on a page that keeps what was typed."""
    desk = open_case(reference)
    if beside := BESIDE.get(refused.code):
        form[beside].errors = [refused.sentence]
        return case_page(desk, (verb, form), 422)
    page = _kept(desk, verb, form, refused.sentence, since or [])
    return make_response(page, 403 if refused.code == "actor" else 409)


def _kept(desk: Desk, verb: Verb, form: ActForm, why: str, since: list[Event]) -> str:
    """A page that keeps what was typed."""
    known = accounts.names(db.session(), sorted(events.people_in(since), key=str))
    instead = _instead(desk, verb) if why else verb
    form.on(desk.case, str(verb))
    page = render_template(
        "desk/kept.html",
        case=desk.case,
        form=form,
        why=why,
        instead=instead,
        label=_(TABLE[instead].label) if instead else "",
        happened=events.lines(since, known, operator_hours(db.session()).zone),
    )
    note_read(desk, "conflict")
    db.session.commit()
    return page


def _instead(desk: Desk, verb: Verb) -> Verb | None:
    """The verb that what was typed can still be sent with: a message, or a note for staff."""
    if verb not in MESSAGES:
        return None
    return next((v for v in (Verb.TELL_WORKER, Verb.NOTE) if forms.can(desk, v)), None)


def _endpoint(verb: Verb, do: Do) -> Callable[[str], Response]:
    def view(reference: str) -> Response:
        return act(reference, verb, do)

    view.__doc__ = f"Do the verb `{verb}` of the state table."
    return audience("staff", TABLE[verb].who)(view)


for _verb, _do in DOING.items():
    bp.add_url_rule(
        f"/cases/<reference>/{_verb}", str(_verb), _endpoint(_verb, _do), methods=["POST"]
    )
