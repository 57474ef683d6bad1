"""All that the desk knows of a verb, one row each.

Those of a case and of its hand-overs stand in modules of their own; here is what others do, which
the desk only tells. What the domain knows stands in `cases.states`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request

from grievance.cases.verbs import Verb
from grievance.deadlines.hours import Hours
from grievance.desk.case_verbs import CASE
from grievance.desk.clock_verbs import CLOCKS
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk
from grievance.desk.referral_verbs import REFERRALS
from grievance.desk.rows import Place, Row
from grievance.i18n import N_
from grievance.model import complete, some_of

# What workers, bodies and jobs do. The desk has no form for it.
TOLD: Mapping[Verb, Row] = {
    Verb.WORKER_ANSWERS: Row(said=N_("%(who)s answered.")),
    Verb.WORKER_WRITES: Row(said=N_("%(who)s wrote to us.")),
    Verb.WORKER_ADDS: Row(said=N_("%(who)s answered questions that were not asked at filing.")),
    Verb.KEEP_WAGES: Row(said=N_("%(who)s wrote down a month of pay.")),
    Verb.CHANGE_CONTACT: Row(said=N_("%(who)s changed how we may reach them.")),
    Verb.CHANGE_RECEIPT: Row(said=N_("%(who)s took a new code.")),
    Verb.WITHDRAW: Row(said=N_("%(who)s took the report back.")),
    Verb.APPEAL: Row(said=N_("%(who)s asked for a second look.")),
    Verb.WORKER_REOPENS: Row(said=N_("%(who)s opened the case again.")),
    Verb.ESCALATE: Row(said=N_("The case is overdue. %(level)s.")),
    Verb.FREE: Row(said=N_("Who had the case left: nobody has it now.")),
    Verb.WARN: Row(said=N_("A date of the law is %(days)s days ahead or fewer.")),
    Verb.REMEDY_NEWS: Row(said=N_("%(who)s told us what has come so far.")),
    Verb.CONFIRM_REMEDY: Row(said=N_("%(who)s told us that everything promised has arrived.")),
    Verb.REMEDY_BREACHED: Row(said=N_("%(who)s told us that a promise was not kept.")),
    Verb.SIGN_OFF: Row(said=N_("%(who)s agreed that the case may be closed.")),
    Verb.CHECKED_IN: Row(said=N_("%(who)s told us after the end that all is well.")),
    Verb.WORRIED: Row(said=N_("%(who)s told us after the end that something is wrong.")),
    Verb.ASK_ERASURE: Row(said=N_("%(who)s asked that the case is deleted.")),
    Verb.ALLOW_INTERPRETER: Row(said=N_("%(who)s lets an interpreter read what they wrote.")),
    Verb.REFUSE_INTERPRETER: Row(said=N_("%(who)s wants no interpreter to read it.")),
    Verb.OPEN_PASSAGE: Row(said=N_("%(who)s opened a passage to translate it.")),
    Verb.RETURN_PASSAGE: Row(said=N_("%(who)s gave a passage back untranslated.")),
    Verb.HAND_IN: Row(said=N_("%(who)s handed in a translation.")),
    Verb.STOP_ERASURE: Row(said=N_("%(who)s wants the case to be kept.")),
}
some_of(TOLD, Verb)
DESK: Mapping[Verb, Row] = {**CASE, **CLOCKS, **REFERRALS, **TOLD}
complete(DESK, Verb)
# The verbs of the case page, and of the page of a referral, each with one address.
ON_CASE = [v for v, row in DESK.items() if row.do and row.place in (Place.COLUMN, Place.ELSEWHERE)]
ON_REFERRAL = [v for v, row in DESK.items() if row.place == Place.REFERRAL]


def form_of(verb: Verb) -> type[Any]:
    """The form of a verb that the desk does."""
    form = DESK[verb].form
    assert form is not None
    return form


def given(verb: Verb, desk: Desk, people: Mapping[UUID, str]) -> ActForm:
    """The form of a verb with what was sent."""
    form: ActForm = form_of(verb).of(desk)(request.form)
    form.verb = verb
    form.offer(desk, people)
    return form


def blank(
    verb: Verb, desk: Desk, people: Mapping[UUID, str], hours: Hours, now: datetime
) -> ActForm:
    """A fresh form of a verb, standing on the page of the case as it is."""
    form: ActForm = form_of(verb).of(desk)()
    form.offer(desk, people)
    form.fill(desk, verb, hours, now)
    form.on(desk.case, str(verb))
    return form
