"""Lists of cases: what calls for this person today, and the whole queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, current_app, make_response, render_template, request, url_for

from grievance.accounts import queries as accounts
from grievance.accounts import returning, staff
from grievance.accounts.keys import holders
from grievance.accounts.operations import recovery
from grievance.accounts.operations.keys import approvers
from grievance.accounts.partners import unconfirmed
from grievance.accounts.roles import KEY_HOLDERS, Permission
from grievance.accounts.staff import Member
from grievance.cases import calls, labels, passed, queries
from grievance.cases import queue as listed
from grievance.cases.models import Case
from grievance.cases.queue import Seer
from grievance.cases.state_words import LABELS
from grievance.cases.unreached import unreached
from grievance.clock import local_day, now, real_now
from grievance.deadlines import keeping
from grievance.deadlines.limits import JAPAN
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import operator_hours, paused
from grievance.desk import pausing, reminders, returning_to, words
from grievance.desk.blueprint import bp
from grievance.desk.bulk import bulk_form
from grievance.desk.filters import as_arguments, asked, filters_of
from grievance.desk.forms import ActForm
from grievance.desk.loading import clean_elsewhere, index_elsewhere, reader_of, site
from grievance.desk.menu import desk_menu
from grievance.desk.returning_to import PLACES
from grievance.extensions import db
from grievance.i18n import Language
from grievance.i18n import gettext as _
from grievance.notifications.queries import mail_works
from grievance.questions.summary import issue_label
from grievance.referrals.operations import laying, linking
from grievance.web.audience import audience
from grievance.web.paging import place_of, token_for


@dataclass(frozen=True)
class Row:
    """One case in a list, in words; nothing of it was sealed."""

    case: Case
    severity: str
    issue: str
    place: str
    language: Language
    age: str
    state: str
    due: words.Due
    law: words.Due | None
    handler: str
    level: str
    stopped: Sequence[str] = ()


Still = Mapping[UUID, Sequence[Deadline]]  # the clocks of cases that stand still


def _still(cases: Iterable[Case]) -> Still:
    ids = {case.id for case in cases}
    return paused(db.session(), ids) if ids else {}


def rows_of(cases: Sequence[Case], at: datetime, still: Still | None = None) -> list[Row]:
    """Cases as rows, the names of their handlers looked up once; and which of their clocks stand
    still, where a page of many lists did not look that up for all of them."""
    zone = operator_hours(db.session()).zone if cases else ""
    handlers = {case.assignee_id for case in cases if case.assignee_id}
    names = accounts.names(db.session(), list(handlers)) if handlers else {}
    laws = keeping.next_days(db.session(), [case.id for case in cases], at) if cases else {}
    stopped = _still(cases) if still is None else still
    return [
        Row(
            case,
            _(labels.SEVERITY[case.severity]),
            issue_label(case.main_issue),
            words.place(case),
            words.tongue(case.language),
            words.age(case.filed_at, at),
            _(LABELS[case.state]),
            words.due(case.next_due, at, zone),
            words.law(laws.get(case.id), local_day(at, JAPAN)),
            names.get(case.assignee_id, "") if case.assignee_id else "",
            words.level(case),
            [pausing.said(one, zone) for one in stopped.get(case.id, ())],
        )
        for case in cases
    ]


@bp.get("/")
@audience("staff", staff.SIGNED_IN)
def today() -> str:
    """What calls for this person first; for who reads no cases, what they may do."""
    member = staff.current_member()
    if member.can(Permission.CASE_READ):
        return _cases_today(member)
    waits = member.role in KEY_HOLDERS
    return render_template(
        "desk/welcome.html", items=desk_menu()[1:], waits=waits, notices_=_notices(member)
    )


def _cases_today(member: Member) -> str:
    at, session = now(), db.session()
    leads = member.can(Permission.CASE_ASSIGN)
    clean_elsewhere(member)
    index_elsewhere(member)
    linking.drop_keys(session, real_now())
    laying.drop_keys(session, local_day(at, operator_hours(session).zone))
    session.commit()
    found = listed.today(Seer(session, member.person_id, at, leads))
    lost = unreached(session, site(), reader_of(member), at)
    shown = lost if "unreached" in request.args else lost[: listed.SHOWN]
    more = {name: part.count > len(part.cases) for name, part in found.items()}
    counts = {name: _counted(part.count) for name, part in found.items()}
    still = _still([*shown, *(case for part in found.values() for case in part.cases)])
    return render_template(
        "desk/today.html",
        lists={name: rows_of(part.cases, at, still) for name, part in found.items()},
        unreached=rows_of(shown, at, still),
        counts={
            **counts,
            "unreached": _counted(len(lost)),
            "calls": _counted(calls.waiting(session, member.person_id, at)),
        },
        more={**more, "unreached": len(lost) > len(shown)},
        headings={name: _(label) for name, label in words.LIST.items()},
        passed=_passed_on(member, found["passed"].cases, at),
        reminded=reminders.due(member, found["reminded"].cases, at),
        done=reminders.DoneForm.on("today"),
        seen={case.id: _seen(case) for case in found["escalated"].cases},
        notices_=_notices(member),
    )


@dataclass(frozen=True)
class Note:
    """What a colleague wrote with a case that they passed on."""

    reference: str
    by: str
    language: Language
    text: str = field(repr=False)


def _passed_on(member: Member, cases: Sequence[Case], at: datetime) -> list[Note]:
    """The notes that came with these cases."""
    session = db.session()
    found = passed.notes(session, reader_of(member), cases, member.actor, at)
    names = accounts.names(session, [one.by for one in found.values() if one.by])
    session.commit()
    return [
        Note(
            case.reference,
            names.get(one.by, "") if one.by else "",
            words.tongue(one.language),
            one.text,
        )
        for case in cases
        if (one := found.get(case.id))
    ]


def _seen(case: Case) -> ActForm:
    """The form with which somebody says, from the list, that they see to an escalated case."""
    form = ActForm()
    form.on(case, f"seen-{case.reference}")
    return form


def _notices(member: Member) -> dict[str, object]:
    """What somebody should set right before anything else: a closed filing, a waiting key."""
    session = db.session()
    edits = member.can(Permission.OPERATOR_EDIT)
    approves = member.can(Permission.KEYS_COMPARE)
    waiting = accounts.waiting_requests(session, member.organisation_id) if approves else ()
    return {
        "closed": accounts.filing_closed(session) if edits else (),
        "mail": not mail_works(session, real_now()),
        "ways": len(returning.ways_of_mine()),
        "step": member.asked_to_guard and not current_app.config["SETTINGS"].demo,
        "sheet": recovery.outdated(session, member.organisation_id) if approves else (),
        "waiting": sum(member.person_id in approvers(session, asked) for asked in waiting),
        "partners": len(unconfirmed(session)) if approves else 0,
        "shut": (edits or approves) and _shut(member),
    }


def _shut(member: Member) -> bool:
    """Whether everybody who could open one of the open cases has a conflict of interest in it."""
    session = db.session()
    return bool(queries.shut_to(session, holders(session, member.organisation_id)))


QUEUE = "queue"  # whose places the tokens of this list name


@bp.get("/cases")
@audience("staff", "case.read")
def queue() -> Response:
    """Every open case, the next due first; fifty a page."""
    member, at, form = staff.current_member(), now(), asked()
    filters, args = filters_of(form), request.args
    after, before = place_of(QUEUE, args.get("after", "")), place_of(QUEUE, args.get("before", ""))
    seer = Seer(db.session(), member.person_id, at, member.can(Permission.CASE_ASSIGN))
    found = listed.queue(seer, filters, after or before, back=after is None)
    arguments = as_arguments(filters)
    page = render_template(
        "desk/queue.html",
        form=form,
        rows=rows_of(found.cases, at),
        count=_counted(listed.count(seer, filters)),
        filters=filters,
        **_ways(arguments, found),
        bulk=bulk_form(member).fresh(),
        assigns=member.can(Permission.CASE_ASSIGN),
        works=member.can(Permission.CASE_WORK),
    )
    return returning_to.keep(make_response(page), arguments, _here())


def _here() -> dict[str, str]:
    """Which page of the queue this address asks for."""
    return {name: request.args[name] for name in PLACES if request.args.get(name)}


def _ways(arguments: dict[str, Any], found: listed.Slice) -> dict[str, Any]:
    """Where the queue leads: to its other pages, and to this one with all or none ticked."""
    ticked = "all" in request.args
    same: dict[str, Any] = {**arguments, **_here(), "all": None if ticked else "yes"}
    return {
        "first": url_for("desk.queue", **arguments) if _here() else "",
        "following": _page(arguments, "after", found.next_place),
        "previous": _page(arguments, "before", found.previous_place),
        "ticked": ticked,
        "tick": url_for("desk.queue", **same),
    }


def _page(arguments: dict[str, Any], name: str, place: list[Any] | None) -> str:
    """The address of another page of the queue; empty where there is none."""
    if place is None:
        return ""
    return url_for("desk.queue", **{**arguments, name: token_for(QUEUE, place)})


def _counted(count: int) -> str:
    """Exact to the limit, then "1,000+"."""
    limit = listed.COUNT_LIMIT
    return f"{limit:,}+" if count > limit else f"{count:,}"
