"""Whether an interpreter may read what the worker wrote: asked once on their page, taken back with
one press."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from grievance.cases import assigned
from grievance.cases.act import Act
from grievance.cases.operations import interpreting
from grievance.cases.verbs import Verb
from grievance.extensions import db
from grievance.i18n import N_, STAFF_LANGUAGES
from grievance.intake.blueprint import bp
from grievance.intake.return_forms import PlainForm
from grievance.intake.visits import visited
from grievance.refusals import Refused
from grievance.web.audience import audience

ASKS = N_(
    "May an interpreter read what you wrote and what we write to you, so that we understand each "
    "other? They read only the parts that we give them. Your name and how to reach you are not "
    "among them, unless you wrote them into your text. Before they read anything they are told who "
    "the report is about, and say that they have nothing to do with them. You can take your yes "
    "back on this page."
)
ALLOWED = N_(
    "You said that an interpreter may read what you wrote and what we write to you. If you take it "
    "back, they can read nothing more from that moment; what they have read before they know."
)
REFUSED = N_("You said that no interpreter may read what you wrote.")


@dataclass(frozen=True)
class Interpreting:
    """What the worker's page says of it: the sentence, and which answers can be given; `out` is
    that an interpreter can read something now."""

    said: str
    can_allow: bool
    can_refuse: bool
    fresh: bool
    out: bool
    form: PlainForm


def interpreting_of(act: Act) -> Interpreting | None:
    """For its worker, where what they wrote is in a language that not all of us read, or they were
    asked before."""
    case, session = act.case, act.session
    wish = assigned.wish(session, case.id)
    if act.actor.role != "worker" or not (wish or case.language not in STAFF_LANGUAGES):
        return None
    allows = wish != assigned.ALLOW and act.may(Verb.ALLOW_INTERPRETER)
    if not (wish or allows):
        return None
    said = {assigned.ALLOW: ALLOWED, assigned.REFUSE: REFUSED}.get(wish, ASKS)
    out = bool(assigned.live(session, case.id))
    return Interpreting(said, allows, wish != assigned.REFUSE, not wish, out, PlainForm())


@bp.post("/case/interpreter/yes")
@audience("worker")
def allow_interpreter() -> Answer:
    """An interpreter may read it."""
    return _say(True)


@bp.post("/case/interpreter/no")
@audience("worker")
def refuse_interpreter() -> Answer:
    """No interpreter may read it, or none any more."""
    return _say(False)


def _say(yes: bool) -> Answer:
    act = visited(lock=True)
    if PlainForm(request.form).validate():
        say = interpreting.allow_interpreter if yes else interpreting.refuse_interpreter
        try:
            say(act)
        except Refused as refused:
            db.session.rollback()
            if refused.code == "actor":
                abort(403)
        else:
            db.session.commit()
    return redirect(url_for("intake.case", _anchor="interpreter"), 303)
