"""Many cases at once: acknowledge or assign what is ticked in the queue, hand a caseload over.

Each case is its own transaction with its own event. One that was refused does not hold the others
up: the answer lists it, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from flask import Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from grievance.accounts import staff
from grievance.accounts.roles import Permission
from grievance.cases import queries, replies
from grievance.cases.messages import Written
from grievance.cases.operations import handling
from grievance.cases.operations.moving import Conflict
from grievance.cases.queue import Seer
from grievance.cases.state_words import ACKNOWLEDGEMENT
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.clock import now
from grievance.deadlines.queries import operator_hours
from grievance.desk.acting import do, through
from grievance.desk.blueprint import bp
from grievance.desk.forms import choices_of, next_step
from grievance.desk.loading import Desk, open_case
from grievance.desk.loads import lines
from grievance.extensions import db
from grievance.i18n import N_, lazy
from grievance.i18n import gettext as _
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.forms import FormId, Select, count_in

MOST, REFERENCE = 100, 20
CHANGED = N_("Somebody changed it since you opened the queue.")
GONE = N_("There is no such case for you.")


class BulkForm(FormId):
    """What is done to every ticked case; for assigning, to whom it goes, for writing, what."""

    person = Select(lazy("Give the cases to"))
    reply = Select(lazy("Ready text"))


class CaseloadForm(FormId):
    """Whose open cases go to whom; to nobody, they go back to the queue."""

    of = Select(lazy("All open cases of"), needed=lazy("Choose a person."))
    to = Select(lazy("Give them to"))


@dataclass(frozen=True)
class Result:
    """One case and, if it was refused, why."""

    reference: str
    why: str = ""


def bulk_form(member: staff.Member) -> BulkForm:
    """The form below the queue."""
    form = BulkForm(request.form)
    form.person.choices = choices_of([("", _("Nobody chosen")), *_people()])
    ready = [one for one in replies.shipped().values() if one.verb == Verb.TELL_WORKER]
    form.reply.choices = choices_of([("", _("Choose")), *((one.id, _(one.label)) for one in ready)])
    form.person.validate_choice = member.can(Permission.CASE_ASSIGN)
    return form


def caseload_form() -> CaseloadForm:
    """The form by which a lead hands over what somebody has."""
    form = CaseloadForm(request.form)
    form.of.choices = choices_of([("", _("Choose")), *_people()])
    form.to.choices = choices_of([("", _("Nobody: back to the queue")), *_people()])
    return form


def _people() -> list[tuple[str, str]]:
    return [(str(one.id), one.name) for one in handling.workers(db.session())]


Does = Callable[[Desk, int], object]


def _each(picked: list[tuple[str, int | None]], each: Does) -> list[Result]:
    """Do it to each case in a transaction of its own; `None` takes the case as it is now."""
    return [Result(reference, _one(reference, version, each)) for reference, version in picked]


def _one(reference: str, version: int | None, each: Does) -> str:
    try:
        desk = open_case(reference, change=True)
        seen = desk.case.version if version is None else version
        through(lambda: each(desk, seen))
    except HTTPException:
        db.session.rollback()
        return _(GONE)
    except Conflict:
        return _(CHANGED)
    except Refused as refused:
        return refused.sentence
    return ""


def _picked() -> list[tuple[str, int | None]]:
    """(reference, version on the page) of what was ticked, at most a hundred."""
    found = []
    for value in request.form.getlist("pick")[:MOST]:
        reference, _dot, version = value.partition(".")
        found.append((reference[:REFERENCE], count_in(version)))
    return list(dict.fromkeys(found))


def _answer(results: list[Result], label: str, problems: list[Any], status: int = 200) -> Response:
    page = render_template(
        "desk/bulk.html",
        done=[one for one in results if not one.why],
        refused=[one for one in results if one.why],
        label=label,
        problems=problems,
    )
    return make_response(page, status)


@bp.post("/cases/bulk/acknowledge")
@audience("staff", "case.work")
def bulk_acknowledge() -> Response:
    """Acknowledge each ticked case with the ready text, in its worker's language."""
    form, label = bulk_form(staff.current_member()), _(TABLE[Verb.ACKNOWLEDGE].label)
    if not form.validate():
        return _answer([], label, form.problems, 422)
    send = _ready(Verb.ACKNOWLEDGE, ACKNOWLEDGEMENT, form)
    return _answer(_each(_picked(), send), label, [])


@bp.post("/cases/bulk/tell_worker")
@audience("staff", "case.work")
def bulk_tell() -> Response:
    """Send each ticked case the same ready text, in its worker's language."""
    form, label = bulk_form(staff.current_member()), _(TABLE[Verb.TELL_WORKER].label)
    if form.validate() and not form.reply.data:
        form.reply.errors = [_("Choose a ready text.")]
    if form.problems:
        return _answer([], label, form.problems, 422)
    text = replies.shipped()[str(form.reply.data)].text
    return _answer(_each(_picked(), _ready(Verb.TELL_WORKER, text, form)), label, [])


def _ready(verb: Verb, text: str, form: BulkForm) -> Does:
    """Send a ready text where somebody translated it, else its English; nobody in danger gets one
    without a person who looked."""
    once = form.once(text)

    def send(desk: Desk, version: int) -> None:
        if desk.case.danger:
            raise Refused("danger")
        day = next_step(now(), operator_hours(db.session()))
        said, language = replies.said(text, desk.case.language, day)
        do(desk, verb, version, Written(said, language, uuid5(once, str(desk.case.id))))

    return send


@bp.post("/cases/bulk/assign")
@audience("staff", "case.assign")
def bulk_assign() -> Response:
    """Give each ticked case to one person."""
    form, label = bulk_form(staff.current_member()), _(TABLE[Verb.ASSIGN].label)
    if form.validate() and not form.person.data:
        form.person.errors = [_("Choose a person.")]
    if form.problems:
        return _answer([], label, form.problems, 422)
    person = UUID(str(form.person.data))

    return _answer(_each(_picked(), _give(person)), label, [])


@bp.route("/caseload", methods=["GET", "POST"])
@audience("staff", "case.assign")
def caseload() -> Response:
    """Who has how much; and to hand over all open cases of one person, to another or back to the
    queue."""
    form, member = caseload_form(), staff.current_member()
    if request.method == "POST" and form.validate():
        to = UUID(str(form.to.data)) if form.to.data else None
        found = queries.caseload(db.session(), UUID(str(form.of.data)), member.person_id)
        results = _each([(one, None) for one in found], _give(to))
        return _answer(results, _("Hand over a caseload"), [])
    if request.method == "GET":
        form.of.data = request.args.get("of", "")
    seer = Seer(db.session(), member.person_id, now(), leads=True)
    page = render_template("desk/caseload.html", form=form.fresh(), lines=lines(seer))
    return make_response(page, 422 if form.errors else 200)


def _give(to: UUID | None) -> Does:
    """To somebody, or back to the queue."""
    verb = Verb.ASSIGN if to else Verb.UNASSIGN
    return lambda desk, version: do(desk, verb, version, to)
