"""Doing a verb: one POST endpoint for each, all along one straight line.

Load and lock the case, read the form, do the verb, commit, go on. When a colleague or the worker
was faster, or the rules say no, nothing is lost: what was typed stands in the answer. A form that
stands on another page than that of the case brings its `Page`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from flask import Response, make_response, render_template, url_for
from werkzeug.exceptions import NotFound

from grievance.accounts import queries as accounts
from grievance.accounts import stepping
from grievance.accounts.models import Event
from grievance.cases import queries
from grievance.cases.models import Case
from grievance.cases.operations import handling
from grievance.cases.operations.moving import Conflict
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.deadlines.queries import operator_hours
from grievance.desk import events, forms
from grievance.desk.blueprint import bp
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk, open_case
from grievance.desk.uploading import NO_FILE
from grievance.desk.verbs import DESK, ON_CASE, given
from grievance.desk.views import case_page, note_read
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.model import some_of
from grievance.refusals import CODES, Refused
from grievance.web.audience import audience
from grievance.web.logs import where
from grievance.web.redirects import see_other

log = logging.getLogger("grievance.error")

Done = TypeVar("Done")
Trouble = Conflict | Refused | OSError  # why a verb was not done; the last, for the store is away
CHANGED = N_("Somebody changed the case while you wrote. Look at it again; what you wrote is here.")
# The field that the sentence of a refusal stands beside, where there is one.
BESIDE = {
    "assignee": "person",
    "colleague_away": "person",
    "hears_own": "person",
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
    "remedy_kind": "kind",
    "stands": "stands",
    "remedy_words": "told",
    "currency": "currency",
    "due_on": "due_on",
    "arrived_on": "arrived_on",
    "ground": "ground",
    "not_asked": "ground",
    "still_open": "ground",
    "kept_on": "ground",
    "appeal_open": "ground",
    "why": "why",
    "corrected": "message",
    "no_font": "shape",
    "folded": "who",
    "interpreter": "person",
    "interpreter_conflict": "person",
    "given_day": "due_on",
    "other_side": "other_side",
}
some_of(BESIDE, CODES)


@dataclass(frozen=True)
class Page:
    """The page that the form of a verb stands on. `again` shows it with what was typed: the form
    was not right, or the verb was refused. `on` answers when it is done, before it is committed,
    and for a form that was sent twice, then with None; `gone` where the case went with the first of
    the two."""

    again: Callable[[Desk, Any, Trouble | None], Response]
    on: Callable[[Desk, Any, Any], Response]
    gone: Callable[[str], Response | None] = lambda _reference: None


def act(reference: str, verb: Verb, page: Page) -> Response:
    """Do a verb with the form that was sent, and go on."""
    if DESK[verb].step_up:
        stepping.needs_step_up()
    try:
        desk = open_case(reference, change=True)
    except NotFound:
        if answer := page.gone(reference):
            return answer
        raise
    if DESK[verb].shows_who:
        desk.unfold()
    form = given(verb, desk, people(desk.case))
    if not form.validate() or not form.prepare():
        return page.again(desk, form, None)
    if form.let_go:
        desk = open_case(reference, change=True)
        form.offer(desk, people(desk.case))
    try:
        return through(lambda: page.on(desk, form, do(desk, verb, form.seen, form.value(desk))))
    except (Conflict, Refused, OSError) as trouble:
        return _not_done(reference, form, page, trouble)


def through(work: Callable[[], Done]) -> Done:
    """Do what is to be done to a case that was loaded and locked, and commit it; or let go of the
    case, and say why it was refused."""
    try:
        done = work()
    except (Conflict, Refused, OSError):
        db.session.rollback()
        raise
    db.session.commit()
    return done


def do(desk: Desk, verb: Verb, seen: int, value: object = None) -> object:
    """Do a verb with what its form ended in; `seen` is the version of the page."""
    verb_of = DESK[verb].do
    assert verb_of is not None
    return verb_of(desk.act(seen)) if value is None else verb_of(desk.act(seen), value)


def _not_done(reference: str, form: ActForm, page: Page, trouble: Trouble) -> Response:
    if isinstance(trouble, FileNotFoundError):  # a file is lost, not away
        raise trouble
    if isinstance(trouble, OSError):
        log.error("the store of files is away", extra={"place": where(trouble)})
    form.take_back()
    desk = open_case(reference)
    if isinstance(trouble, Conflict) and repeats(desk, form):
        return page.on(desk, form, None)
    return page.again(desk, form, trouble)


def repeats(desk: Desk, form: ActForm) -> bool:
    """Whether all that happened since the page was made is what this form asks for."""
    assert form.verb is not None
    return form.repeats(_since(desk, form), desk.actor.name, form.verb)


def _since(desk: Desk, form: ActForm) -> list[Event]:
    return queries.events_since(db.session(), desk.case.id, form.seen_seq)


def why(trouble: Trouble) -> tuple[str, int]:
    """The sentence for what went wrong, and its status."""
    if isinstance(trouble, Conflict):
        return _(CHANGED), 409
    if isinstance(trouble, OSError):
        return _(NO_FILE), 503
    return trouble.sentence, 403 if trouble.code == "actor" else 409


def beside(form: ActForm, trouble: Trouble) -> bool:
    """Put the sentence of a refusal beside its field, where it has one."""
    field = BESIDE.get(trouble.code, "") if isinstance(trouble, Refused) else ""
    if field not in form:
        return False
    form[field].errors = [why(trouble)[0]]
    return True


def people(case: Case) -> dict[UUID, str]:
    """Whom a case can be given to."""
    return {one.id: one.name for one in handling.workers(db.session(), case)}


def back(reference: str) -> Response:
    """On to the case."""
    return see_other(url_for("desk.case", reference=reference))


def to_case(desk: Desk, form: ActForm, _done: object) -> Response:
    """On to the case; to the queue when it is not there any more for who acted."""
    own = form.verb == Verb.AGREE_CONFLICT and form["person"].data == str(desk.member.person_id)
    if form.verb == Verb.RECUSE or own:
        return see_other(url_for("desk.queue"))
    return back(desk.case.reference)


def _again(desk: Desk, form: ActForm, trouble: Trouble | None) -> Response:
    """The page of the case; or, where the verb cannot be done any more or the case has changed, a
    page that keeps what was typed, with what happened since."""
    verb = form.verb
    assert verb is not None
    if trouble is None or beside(form, trouble):
        return case_page(desk, (verb, form), 422)
    since: list[Event] = []
    if isinstance(trouble, Conflict):
        since = _since(desk, form)
        if forms.can(desk, verb):
            return make_response(_kept(desk, form, "", since), 409)
        trouble = Refused("state")
    sentence, status = why(trouble)
    return make_response(_kept(desk, form, sentence, since), status)


def _kept(desk: Desk, form: ActForm, why: str, since: list[Event]) -> str:
    """A page that keeps what was typed."""
    verb = form.verb
    assert verb is not None
    known = accounts.names(db.session(), sorted(events.people_in(since), key=str))
    left = (other for other in DESK[verb].instead if forms.can(desk, other))
    instead = next(left, None) if why else verb
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


CASE = Page(_again, to_case)


def stand(verb: Verb, page: Page, *places: str) -> None:
    """Give a verb its address, or addresses, below that of the case."""

    def view(reference: str, **_named: object) -> Response:
        return act(reference, verb, page)

    view.__doc__ = f"Do the verb `{verb}` of the state table."
    kept = audience("staff", TABLE[verb].who)(view)
    for place in places:
        bp.add_url_rule(f"/cases/<reference>{place}", str(verb), kept, methods=["POST"])


for _verb in ON_CASE:
    stand(_verb, CASE, f"/{_verb}")
