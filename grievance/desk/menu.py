"""The menu of the desk: what this person may use, and what calls for them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, g, request, url_for

from grievance.accounts import staff
from grievance.accounts.roles import Permission
from grievance.cases import notices, queue
from grievance.clock import now
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _

P = Permission


@dataclass(frozen=True)
class Entry:
    """One page of the menu, who may use it (empty: everybody), and what one does there."""

    endpoint: str
    label: str
    any_of: frozenset[Permission]
    about: str


@dataclass(frozen=True)
class Item:
    """An entry as it is shown."""

    url: str
    label: str
    about: str
    here: bool
    count: int = 0


ENTRIES = (
    Entry("desk.today", N_("Today"), frozenset(), N_("What calls for you first.")),
    Entry(
        "desk.queue",
        N_("Queue"),
        frozenset({P.CASE_READ}),
        N_("All open cases, the next due first."),
    ),
    Entry(
        "desk.caseload",
        N_("Caseloads"),
        frozenset({P.CASE_ASSIGN}),
        N_("Who has how many cases, what of it is late, and who is away."),
    ),
    Entry(
        "desk.employers",
        N_("Employers"),
        frozenset({P.CASE_ASSIGN}),
        N_("Employers in more than one case: how many, since when, with which problems."),
    ),
    Entry(
        "desk.inbox",
        N_("News"),
        frozenset({P.CASE_READ}),
        N_("What you were told of cases in the last weeks."),
    ),
    Entry(
        "desk.calls",
        N_("Calls"),
        frozenset({P.CASE_WORK}),
        N_("Workers who want to hear news by telephone: whom to call, and when."),
    ),
    Entry(
        "desk.referrals",
        N_("Hand-overs"),
        frozenset({P.CASE_READ}),
        N_("What is with other bodies, who has answered, whom to ask again."),
    ),
    Entry(
        "reports.numbers",
        N_("Numbers"),
        frozenset({P.NUMBERS_READ}),
        N_("How many cases, how long each step took, what came of them."),
    ),
    Entry(
        "reports.half_years",
        N_("Half-years"),
        frozenset({P.NUMBERS_OBSERVE}),
        N_("How many cases, how long each step took, what came of them, with nobody in them."),
    ),
    Entry(
        "reports.reads",
        N_("Who opened what"),
        frozenset({P.AUDIT_READ}),
        N_("Each time somebody opened something of a case: who, when, what kind of thing."),
    ),
    Entry(
        "interpreting.queue",
        N_("Passages"),
        frozenset({P.PASSAGE_TRANSLATE}),
        N_("Passages that were given to you to translate."),
    ),
    Entry(
        "console.confirm",
        N_("Directory confirmations"),
        frozenset({P.DIRECTORY_EDIT}),
        N_("Numbers and addresses that somebody has to check before workers see them."),
    ),
    Entry(
        "console.kept",
        N_("Kept long enough"),
        frozenset({P.CASE_ASSIGN}),
        N_("Closed cases whose time is over, for two people to delete."),
    ),
    Entry(
        "console.letters",
        N_("Letters"),
        frozenset({P.JOBS_READ}),
        N_("Letters that could not be sent, and whether mail works."),
    ),
    Entry(
        "console.jobs",
        N_("Jobs"),
        frozenset({P.JOBS_READ}),
        N_("What is done by itself, when it ran last, and what came of it."),
    ),
    Entry(
        "console.people",
        N_("People"),
        frozenset({P.PEOPLE_MANAGE, P.KEYS_APPROVE}),
        N_("Invite members, give keys, take people out."),
    ),
    Entry(
        "console.partner_list",
        N_("Partners"),
        frozenset({P.PEOPLE_MANAGE}),
        N_("Bodies of the directory that have accounts here, and who of them answers."),
    ),
    Entry(
        "console.operator",
        N_("Operator"),
        frozenset({P.OPERATOR_EDIT}),
        N_("What workers read about you before they file: who you are, hours, languages."),
    ),
    Entry(
        "console.closed_days",
        N_("Closed days"),
        frozenset({P.OPERATOR_EDIT}),
        N_("Days on which nobody reads, and the next ones on which somebody does."),
    ),
)


def desk_menu() -> list[Item]:
    """The pages this member may use; `count` is how many cases call for them."""
    member = staff.current_member()
    return [
        Item(
            url_for(entry.endpoint),
            _(entry.label),
            _(entry.about),
            _here(entry.endpoint),
            _count(entry.endpoint),
        )
        for entry in ENTRIES
        if entry.endpoint in current_app.view_functions
        and (not entry.any_of or entry.any_of & member.permissions)
    ]


def finds() -> bool:
    """Whether this member may look for cases."""
    return staff.current_member().can(Permission.CASE_READ)


def _here(endpoint: str) -> bool:
    if request.endpoint == endpoint:
        return True
    elsewhere = {entry.endpoint for entry in ENTRIES} | {"desk.find", "desk.find_words"}
    on_case = (request.endpoint or "").startswith("desk.") and request.endpoint not in elsewhere
    return endpoint == "desk.queue" and on_case


def _count(endpoint: str) -> int:
    if endpoint == "desk.today":
        return _calling()
    if endpoint == "desk.inbox":
        return notices.unread(db.session(), staff.current_member().person_id)
    return 0


def _calling() -> int:
    """Counted once a request, for those who may read cases."""
    member = staff.current_member()
    if not member.can(Permission.CASE_READ):
        return 0
    if "desk_calling" not in g:
        g.desk_calling = queue.calling(queue.Seer(db.session(), member.person_id, now()))
    return int(g.desk_calling)
