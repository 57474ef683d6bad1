"""The first page of a partner's people: everything that was handed over to their organisation, on
one screen, by number and state. Nothing of what stands in a paper is on it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, make_response, request, url_for

from grievance.accounts import queries as accounts
from grievance.accounts import staff, stepping
from grievance.accounts.keys import organisation_key
from grievance.clock import local_day
from grievance.deadlines.queries import operator_hours
from grievance.extensions import db
from grievance.i18n import N_, date_text, time_text
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.partner_desk.forms import ListForm
from grievance.partner_desk.loading import today
from grievance.partner_desk.surface import answer, membership, partner, whose
from grievance.referrals import laid
from grievance.referrals.laid import Laid, Wanted
from grievance.referrals.models import Referral
from grievance.referrals.operations.recalling import untold
from grievance.referrals.operations.sealing import number_of
from grievance.referrals.queries import FAR
from grievance.referrals.states import SENT
from grievance.web.audience import audience
from grievance.web.forms import Form
from grievance.web.paging import place_of, token_for

PAGE = 50
MOST = 10_000  # rows of a CSV
BOARD = "partner-board"  # whose places the tokens of this list name
STATES = {
    "delivered": N_("New, not answered"),
    "acknowledged": N_("You have it"),
    "accepted": N_("You work on it"),
    "silent": N_("Not answered in time"),
    "declined": N_("You do not take it on"),
    "outcome": N_("You told a result"),
    "recalled": N_("Taken back: stop"),
}
complete(STATES, (*SENT, "recalled"))
OVER = N_("Its time is over: stop")


@dataclass(frozen=True)
class Row:
    """One paper in the list; nothing of it was sealed. `stop` is that somebody has still to say
    that they use it no further."""

    laid: Laid
    number: str
    since: date
    state: str
    news: str
    owner: str
    next_day: date | None
    late: bool
    over: bool
    stop: bool
    person: str  # how a company calls the worker in its list; empty for others


def state_of(one: Laid, on: date) -> str:
    """How it stands, as its body reads it."""
    ended = one.over(on) and one.referral.state != "recalled"
    return _(OVER if ended else STATES[one.referral.state])


def person_of(referral: Referral) -> str:
    """What a company calls the worker of one paper: another name for each paper, which nobody chose
    and nobody can put together with that of another. A name that the worker lets it read stands in
    the paper alone."""
    number = number_of(referral.packet_id) if referral.packet_id else ""
    return _("Person %(code)s") % {"code": number[:4]}


def rows_of(found: list[Laid], on: date) -> list[Row]:
    """What lies there, as lines. A company reads of days and no times, and of no name."""
    session, by_name = db.session(), membership().by_name
    zone = operator_hours(session).zone
    owners = [one.item.person_id for one in found if one.item.person_id]
    names = accounts.names(session, owners) if owners else {}
    return [
        Row(
            one,
            number_of(one.referral.packet_id) if one.referral.packet_id else "",
            local_day(one.item.laid_at, zone),
            state_of(one, on),
            date_text(local_day(one.referral.last_news, zone))
            if by_name
            else time_text(one.referral.last_news, ZoneInfo(zone)),
            names.get(one.item.person_id, "") if one.item.person_id else "",
            one.next_day if laid.FIRST < one.next_day < FAR else None,
            one.late(on),
            one.over(on),
            untold(one.referral),
            person_of(one.referral) if by_name else "",
        )
        for one in found
    ]


def _wanted(form: ListForm, on: date, limit: int) -> Wanted:
    place = place_of(BOARD, request.args.get("after", ""))
    return Wanted(
        whose=whose(),
        today=on,
        state=form.state.data or "",
        person_id=staff.current_member().person_id if form.mine.data else None,
        late=bool(form.late.data),
        after=(date.fromisoformat(place[0]), UUID(place[1])) if place else None,
        limit=limit,
    )


def _asked() -> ListForm:
    form = ListForm(request.args)
    form.about(STATES)
    return form


@partner.get("/")
@audience("partner", staff.SIGNED_IN)
def start() -> Response:
    """All papers of one's own organisation, fifty a page; for who holds no key what is missing."""
    here, on, form = membership(), today(), _asked()
    key = organisation_key(db.session(), here.organisation_id)
    found: list[Laid] = []
    if here.holds_key:
        found = laid.board(db.session(), _wanted(form, on, PAGE + 1))
    arguments = {name: value for name, value in request.args.items() if name != "after"}
    return answer(
        "start",
        confirmed=here.by_name or (key is not None and key.confirmed_at is not None),
        form=form,
        plain=Form(),
        rows=rows_of(found[:PAGE], on),
        following=_following(found, arguments),
        arguments=arguments,
        figures=laid.figures(db.session(), whose(), on),
    )


def _following(found: list[Laid], arguments: dict[str, str]) -> str:
    if len(found) <= PAGE:
        return ""
    last = found[PAGE - 1]
    after = token_for(BOARD, [last.next_day.isoformat(), str(last.referral.id)])
    return f"{url_for('partner.start')}?{urlencode({**arguments, 'after': after})}"


@partner.get("/papers.csv")
@audience("partner", "referral.answer")
def papers_csv() -> Response:
    """The list as a table to count with: numbers, codes and days, no word of any paper."""
    stepping.needs_step_up()
    on = today()
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(["paper", "state", "since", "until", "first_answer", "next", "over"])
    for row in rows_of(laid.board(db.session(), _wanted(_asked(), on, MOST)), on):
        table.writerow(_line(row))
    made = make_response(written.getvalue())
    made.headers["Content-Type"] = "text/csv; charset=utf-8"
    made.headers["Content-Disposition"] = "attachment; filename=papers.csv"
    return made


def _line(row: Row) -> list[object]:
    one = row.laid.referral
    days = (one.acknowledged_on, one.accepted_on, one.declined_on, one.outcome_on)
    first = min((day for day in days if day), default=None)
    over = "yes" if row.over else "no"
    return [row.number, one.state, row.since, one.ends_on, first or "", row.next_day or "", over]
