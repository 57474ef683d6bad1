"""What staff wrote down or corrected of the answers: the worker reads it, and can say no to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from grievance.cases import corrections, queries
from grievance.cases.act import Act
from grievance.cases.corrections import Changed
from grievance.cases.facts import told_in
from grievance.cases.messages import Read, Written
from grievance.cases.operations import replying
from grievance.cases.operations.replying import Sent
from grievance.cases.verbs import Verb
from grievance.clock import local_day
from grievance.deadlines.queries import operator_hours
from grievance.extensions import db
from grievance.i18n import current
from grievance.i18n import gettext as _
from grievance.intake.blueprint import bp
from grievance.intake.corrected import fixes_of
from grievance.intake.drafting import desk_names
from grievance.intake.return_forms import PlainForm
from grievance.intake.visits import visited
from grievance.questions.bank import shipped
from grievance.questions.summary import Compared, compared
from grievance.web.audience import audience
from grievance.web.language import speak_whole


@dataclass(frozen=True)
class Change:
    """What was changed at once: the day, why, each answer before and after; `refused` once its
    reader said that it is not right."""

    id: UUID
    day: date
    why: str = field(repr=False)
    lines: list[Compared] = field(repr=False)
    refused: bool


def marks(act: Act, thread: Sequence[Read]) -> dict[str, Any]:
    """What the page of a case shows of what staff changed: answers, the questions that they took
    back, the files that they added."""
    done = queries.by_verb(act.session, act.case.id, Verb.WITHDRAW_QUESTION, Verb.ADD_FILE)
    return {
        "fixes": fixes_of(act.session, act.opened),
        "changes": _changes(act, {one.row.form_id for one in thread}),
        "withdrawn": {UUID(e.codes["message"]): e.at for e in done if "message" in e.codes},
        "added": {UUID(e.codes["file"]) for e in done if "file" in e.codes},
    }


def _changes(act: Act, sent: Collection[UUID]) -> list[Change]:
    """Every change that the holder of this number may read, newest first. `sent` are the forms of
    the messages that stand in the thread."""
    found = corrections.changed(act.session, act.opened)
    zone = operator_hours(act.session).zone if found else ""
    return [
        Change(
            one.row.id,
            local_day(one.row.at, zone),
            one.why,
            _lines(act, one),
            _form(act, one.row.id) in sent,
        )
        for one in found
    ]


def _lines(act: Act, one: Changed) -> list[Compared]:
    return compared(shipped(), one.answers, desk_names(told_in(act.session, act.opened)))


def _form(act: Act, correction: UUID) -> UUID:
    """The id of the one message with which this reader says no to a change."""
    return uuid5(correction, str(act.actor.receipt))


@bp.post("/case/changed/<uuid:correction_id>")
@audience("worker")
def not_right(correction_id: UUID) -> Answer:
    """Say that a change is not right: a message in words that name it, and no answer to a question
    that waits."""
    act = visited(lock=True)
    if not PlainForm(request.form).validate():
        return redirect(url_for("intake.case"), 303)
    listed = corrections.changed(act.session, act.opened)
    found = next((one for one in listed if one.row.id == correction_id), None)
    if found is None or not act.may(Verb.WORKER_WRITES):
        abort(404)
    back = url_for("intake.case", _anchor="changed")
    speak_whole()
    named = [f"{line.label} {line.after or '—'}" for line in _lines(act, found)]
    text = _("This is not right:") + "\n" + "\n".join(named)
    said = Written(text, current().slug, _form(act, correction_id))
    replying.say(act, Sent(said, answers=False))
    db.session.commit()
    return redirect(back, 303)
