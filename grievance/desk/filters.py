"""The queue's filters as a form sent with GET: every value is a code we know, or nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import request
from wtforms import Field

from grievance.accounts import staff
from grievance.cases import queries
from grievance.cases.labels import REGION, SEVERITY
from grievance.cases.operations.handling import workers
from grievance.cases.queue import Filters
from grievance.cases.state_words import LABELS
from grievance.desk.words import AGE, LIST, SORT
from grievance.directory import facts
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import LANGUAGES, lazy
from grievance.i18n import gettext as _
from grievance.questions.summary import issue_label
from grievance.referrals import queries as referrals
from grievance.web.forms import Form, Select, Tick, option

TICKS = (
    "mine", "unassigned", "waits", "danger", "late", "escalated", "needs_translation", "law",
)  # fmt: skip


class FilterForm(Form):
    """What the queue may be narrowed to."""

    today = Select(lazy("List of Today"))
    state = Select(lazy("State"))
    severity = Select(lazy("Severity"))
    issue = Select(lazy("Problem"))
    language = Select(lazy("Language"))
    region = Select(lazy("Region"))
    age = Select(lazy("Age"))
    person = Select(lazy("Who has it"))
    body = Select(lazy("Body"))
    sort = Select(lazy("Order"))
    mine = Tick(lazy("Mine"))
    unassigned = Tick(lazy("Nobody has it"))
    waits = Tick(lazy("The worker waits"))
    danger = Tick(lazy("Danger"))
    late = Tick(lazy("Late"))
    escalated = Tick(lazy("Escalated"))
    needs_translation = Tick(lazy("Needs translation"))
    law = Tick(lazy("A time limit in the law ends within 60 days"))

    @property
    def lists(self) -> list[Field]:
        """The lists, in order."""
        return [self[name] for name in asdict(Filters()) if name not in TICKS]

    @property
    def ticks(self) -> list[Field]:
        """The boxes, in order."""
        return [self[name] for name in TICKS]


def asked() -> FilterForm:
    """The form as the address of this page says it; values nobody knows count as not given."""
    form = FilterForm(request.args)
    for field, choices in (
        (form.today, [("", _("All open")), *_named(LIST)]),
        (form.state, [("", _("All open")), *_named(LABELS)]),
        (form.severity, [("", _("All")), *_named(SEVERITY)]),
        (form.issue, [("", _("All")), *issues()]),
        (form.language, [("", _("All")), *((one.slug, one.own_name) for one in LANGUAGES)]),
        (form.region, [("", _("All")), *_named(REGION)]),
        (form.age, [("", _("All")), *_named(AGE)]),
        (form.person, [("", _("All")), *_people()]),
        (form.body, [("", _("All")), *_bodies()]),
        (form.sort, [("", _("The next due first")), *_named(SORT)]),
    ):
        field.choices = [option(value, label) for value, label in choices]
        if field.data not in {value for value, _label in choices}:
            field.data = ""
    return form


def filters_of(form: FilterForm) -> Filters:
    """What the queue is asked to show."""
    return Filters(**{name: form[name].data for name in asdict(Filters())})


def as_arguments(filters: Filters) -> dict[str, Any]:
    """The filters as parts of an address."""
    return {name: "yes" if v is True else v for name, v in asdict(filters).items() if v}


def issues() -> list[tuple[str, str]]:
    """(code, label) of every issue, by label."""
    named = [(code, issue_label(code)) for code in facts.shipped().issues]
    return sorted(named, key=lambda row: row[1].casefold())


def _people() -> list[tuple[str, str]]:
    return [(str(one.id), one.name) for one in workers(db.session())]


def _bodies() -> list[tuple[str, str]]:
    """The bodies that have or had something of a case this person may know of."""
    session = db.session()
    known, person = directory.book(session), staff.current_member().person_id
    found = referrals.figures(session, queries.recusals(session, person))
    named = [(one.mechanism, known.name(one.mechanism)) for one in found]
    return sorted(named, key=lambda row: row[1].casefold())


def _named(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, _(label)) for code, label in table.items()]
