"""The outbound board: every hand-over by body, the next to be asked again first."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, make_response, render_template, request, url_for

from grievance.accounts import queries as accounts
from grievance.accounts import staff, stepping
from grievance.accounts.roles import Permission
from grievance.cases import queries as cases
from grievance.cases.operations.referring import local_today
from grievance.clock import now
from grievance.deadlines.queries import operator_hours
from grievance.desk import referral_words as words
from grievance.desk.blueprint import bp
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.i18n import lazy, time_text
from grievance.referrals import queries
from grievance.referrals.models import Referral
from grievance.referrals.queries import Board, Figures, ReferralRow
from grievance.referrals.states import LABELS
from grievance.web.audience import audience
from grievance.web.forms import Form, Select, Tick, option
from grievance.web.paging import place_of, token_for

PAGE = 50
MOST = 10_000  # rows of a CSV

BOARD = "board"  # whose places the tokens of this list name


class BoardForm(Form):
    """What the board may be narrowed to."""

    body = Select(lazy("Body"))
    state = Select(lazy("State"))
    mine = Tick(lazy("Mine"))
    chase = Tick(lazy("Ask again today"))


@dataclass(frozen=True)
class Row:
    """One hand-over on the board; nothing of it was sealed."""

    reference: str
    referral: Referral
    body: str
    state: str
    news: str
    chase: str
    late: bool
    owner: str


def _asked(figures: list[Figures]) -> BoardForm:
    form = BoardForm(request.args)
    known = directory.book(db.session())
    bodies = [(one.mechanism, known.name(one.mechanism)) for one in figures]
    for field, choices in (
        (form.body, [("", _("All")), *bodies]),
        (form.state, [("", _("All")), *((code, _(label)) for code, label in LABELS.items())]),
    ):
        field.choices = [option(value, label) for value, label in choices]
        if field.data not in {value for value, _label in choices}:
            field.data = ""
    return form


def _wanted(form: BoardForm, without: set[UUID], today: date, limit: int) -> Board:
    place = place_of(BOARD, request.args.get("after", ""))
    return Board(
        mechanism=form.body.data or "",
        state=form.state.data or "",
        owner_id=staff.current_member().person_id if form.mine.data else None,
        chase_by=today if form.chase.data else None,
        without=without,
        after=(date.fromisoformat(place[0]), UUID(place[1])) if place else None,
        limit=limit,
    )


def _rows(found: list[ReferralRow], today: date) -> list[Row]:
    session = db.session()
    known, zone = directory.book(session), ZoneInfo(operator_hours(session).zone)
    references = cases.references(session, [one.referral.case_id for one in found])
    owners = [one.referral.owner_id for one in found if one.referral.owner_id]
    names = accounts.names(session, owners) if owners else {}
    return [
        Row(
            references[one.referral.case_id],
            one.referral,
            known.name(one.referral.mechanism),
            _(LABELS[one.referral.state]),
            time_text(one.referral.last_news, zone),
            words.day(one.referral.next_chase),
            bool(one.referral.next_chase and one.referral.next_chase <= today),
            names.get(one.referral.owner_id, "") if one.referral.owner_id else "",
        )
        for one in found
    ]


@bp.get("/referrals")
@audience("staff", "case.read")
def referrals() -> str:
    """Every hand-over of cases that this person may know of; fifty a page."""
    session, member = db.session(), staff.current_member()
    without = cases.recusals(session, member.person_id)
    today, figures = local_today(session, now()), queries.figures(session, without)
    form = _asked(figures)
    found = queries.board(session, _wanted(form, without, today, PAGE + 1))
    arguments = {name: value for name, value in request.args.items() if name != "after"}
    return render_template(
        "desk/referrals.html",
        form=form,
        rows=_rows(found[:PAGE], today),
        following=_following(found, arguments),
        figures=[(directory.book(session).name(one.mechanism), one) for one in figures],
        exports=member.can(Permission.CASE_EXPORT),
        arguments=arguments,
    )


def _following(found: list[ReferralRow], arguments: dict[str, str]) -> str:
    if len(found) <= PAGE:
        return ""
    chase, row = queries.board_key(found[PAGE - 1].referral)
    after = token_for(BOARD, [chase.isoformat(), str(row)])
    address = url_for("desk.referrals")
    return f"{address}?{urlencode({**arguments, 'after': after})}"


@bp.get("/referrals.csv")
@audience("staff", "case.export")
def referrals_csv() -> Response:
    """The board as a table to count with: codes and days, no word of any case."""
    stepping.needs_step_up()
    session, member = db.session(), staff.current_member()
    without = cases.recusals(session, member.person_id)
    form = _asked(queries.figures(session, without))
    wanted = _wanted(form, without, local_today(session, now()), MOST)
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(["case", "body", "state", "delivered", "channel", "silence", "next_chase"])
    found = queries.board(session, wanted)
    references = cases.references(session, [one.referral.case_id for one in found])
    for one in (row.referral for row in found):
        table.writerow(_line(references[one.case_id], one))
    answer = make_response(written.getvalue())
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = "attachment; filename=hand-overs.csv"
    return answer


def _line(case: str, one: Referral) -> list[object]:
    return [
        case,
        one.mechanism,
        one.state,
        one.delivered_on or "",
        one.channel or "",
        one.silence,
        one.next_chase or "",
    ]
