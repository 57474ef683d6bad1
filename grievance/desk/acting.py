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
from grievance.cases.operations.moving import Conflict, Refused
from grievance.cases.states import TABLE, Verb
from grievance.deadlines.queries import operator_hours
from grievance.desk import deciding, events, forms
from grievance.desk.blueprint import bp
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk, open_case
from grievance.desk.reading import MESSAGES
from grievance.desk.verbs import DOING, Do, given
from grievance.desk.views import case_page, note_read
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.web.audience import audience
from grievance.web.redirects import see_other

# Why a verb was refused, and the field that the sentence stands beside, if there is one.
REFUSALS: dict[str, tuple[str, str]] = {
    "actor": ("", N_("Your role does not allow this.")),
    "state": ("", N_("The case has moved on, so this cannot be done any more.")),
    "not_acknowledged": ("", N_("The worker was told already that a person has read the report.")),
    "assigned": ("", N_("Nobody answers for this case yet. Take it or give it to somebody first.")),
    "reissue_allowed": (
        "",
        N_("The worker asked us never to replace a lost code. We may not issue another one."),
    ),
    "same_person": ("", N_("A second person has to issue the code: you asked for it.")),
    "passage": ("", N_("Only the worker's story and the thread with them can be translated here.")),
    "assignee": ("person", N_("This person does not work on cases or does not hold the key yet.")),
    "severity": ("severity", N_("Somebody is in danger: the severity is high or critical then.")),
    "issues": ("issue", N_("Choose the main problem.")),
    "not_taken": ("", N_("Somebody has this case already.")),
    "comes_back": ("", N_("This is a tip. Nobody comes back to it, so nobody can answer.")),
    "nothing_proposed": ("", N_("A decision on this case waits for a second person already.")),
    "proposed": ("", N_("Nothing waits for a second person any more.")),
    "decline_proposed": ("", N_("Nothing waits for a second person any more.")),
    "close_proposed": ("", N_("Nothing waits for a second person any more.")),
    "proposer": ("", N_("You proposed this. A second person has to decide it.")),
    "too_early": ("", N_("You decide alone, so 48 hours have to pass before you confirm.")),
    "heard_before": ("", deciding.HEARD_BEFORE),
    "reason": ("reason", N_("Choose why.")),
    "sums": (
        "",
        N_(
            "Less is written down as received than was agreed. If more has come since, write the"
            " sum down at the remedy first."
        ),
    ),
    "door": ("door", N_("Name another door.")),
    "own_or_lead": ("", N_("Only who has the case, or a lead, can give it back.")),
    "person": ("person", N_("This person does not work on cases, or stepped aside already.")),
    "last_one": (
        "person",
        N_("Nobody else could read this case then. Give somebody the key first."),
    ),
    "conflict_declared": ("", N_("No conflict of interest waits for your word any more.")),
    "conflict_to_lift": (
        "",
        N_("There is nothing that you can lift: you declared it, it is yours, or it is gone."),
    ),
    "declarer": (
        "",
        N_("You declared it. Who is meant, or a second person, has to agree."),
    ),
    "lifter": (
        "",
        N_("Only a director who neither declared it nor is meant can lift it."),
    ),
    "one_hand": ("", deciding.ONE_HAND),
    "hears_own": ("", deciding.HEARS_OWN),
    "own_escalation": (
        "",
        N_("You had this case when it became overdue. Another lead or director sees to it."),
    ),
    "other": ("reference", N_("There is no such case, or somebody is changing it right now.")),
    "too_late": ("", N_("More than a year has passed. The worker can file a new report.")),
    "recused": ("", N_("There is a conflict of interest: this case is not yours to work on.")),
    "something_promised": (
        "",
        N_("Write down first what is offered or promised, and by when."),
    ),
    "how": ("how", N_("Write how the worker said it.")),
    "words": ("words", N_("Write what was read out and what the worker answered.")),
    "rating": ("rating", N_("Choose a number from 1 to 5.")),
    "way": ("way", N_("Choose how.")),
    "on": ("on_day", N_("Write a day after the report that is not in the future.")),
    "agree_first": (
        "",
        N_("Write it down as offered, with its day. Then record that the worker agreed to it."),
    ),
    "offers": ("offers", N_("Choose offers that have a day by which they are promised.")),
    "agreed_already": (
        "",
        N_(
            "The worker said yes to this promise. Write down only what came. If something else is "
            "offered, record that it was not kept, and ask the worker anew."
        ),
    ),
    "note": ("note", N_("Write what happened.")),
    "result": ("result", N_("Choose what came of it.")),
    "remedied": (
        "result",
        N_("Not everything promised is written down as arrived. Do that first, or choose another."),
    ),
    "partly": (
        "result",
        N_("No remedy is written down as arrived, not even a part. Do that first."),
    ),
    "reached": (
        "result",
        N_("The worker agreed to close, so they could be reached. Choose another."),
    ),
    "sign_off": (
        "",
        N_("The worker has to agree first, or two tries to reach them over 30 days."),
    ),
    "open_bodies": (
        "",
        N_("A body still has this case or was asked about. Record its end or take it back first."),
    ),
    "worker_waits": ("", N_("The worker wrote to us. Answer them first.")),
    "danger": ("", N_("Somebody is in danger: open the case and act first.")),
    "item": ("", N_("This remedy belongs to another case.")),
    "items": ("", N_("The promises changed meanwhile. Look at them again.")),
    "not_appealed": ("", N_("The worker had a second look already.")),
    "escalated_to_them": (
        "",
        N_("Somebody has seen to this escalation already, or it did not reach you."),
    ),
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
        return refusal(reference, verb, form, refused.why)
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
        return refusal(reference, verb, form, "state", since)
    return _kept(desk, verb, form, "", since)


def refusal(
    reference: str, verb: Verb, form: ActForm, why: str, since: list[Event] | None = None
) -> Response:
    """Why the verb was refused: beside its field, or on a page that keeps what was typed."""
    desk = open_case(reference)
    beside, sentence = REFUSALS[why]
    if beside:
        form[beside].errors = [_(sentence)]
        return case_page(desk, (verb, form), 422)
    return _kept(desk, verb, form, sentence, since or [], 403 if why == "actor" else 409)


def _kept(
    desk: Desk, verb: Verb, form: ActForm, why: str, since: list[Event], status: int = 409
) -> Response:
    known = accounts.names(db.session(), sorted(events.people_in(since), key=str))
    instead = _instead(desk, verb) if why else verb
    form.on(desk.case, str(verb))
    page = render_template(
        "desk/kept.html",
        case=desk.case,
        form=form,
        why=_(why),
        instead=instead,
        label=_(TABLE[instead].label) if instead else "",
        happened=events.lines(since, known, operator_hours(db.session()).zone),
    )
    note_read(desk, "conflict")
    db.session.commit()
    return make_response(page, status)


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
