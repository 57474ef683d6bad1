"""The list of an interpreter's passages, and the page of one: said to know nobody in it, opened,
translated beside the original, handed in, or given back."""

from __future__ import annotations

from uuid import UUID

from flask import Response, make_response, render_template, request, url_for

from grievance.accounts import audit, staff
from grievance.cases import notices
from grievance.cases.operations import interpreting
from grievance.cases.operations.interpreting import GivenBack, HandedIn, Opening
from grievance.clock import local_day, now
from grievance.deadlines.queries import operator_hours
from grievance.extensions import db
from grievance.i18n import BY_SLUG
from grievance.interpreting.blueprint import bp
from grievance.interpreting.forms import CONFLICT, HandInForm, OpenForm, PlainForm, ReturnForm
from grievance.interpreting.loading import Visit, in_hands, passage_of
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.forms import Form
from grievance.web.redirects import see_other

MAY = "passage.translate"


@bp.get("")
@audience("staff", MAY)
def queue() -> str:
    """Every passage in this member's hands, by language and day; no word of any. What they were
    told of stands here: it is not new to them any more."""
    person = staff.current_member().person_id
    gone = notices.unread_of(db.session(), person, "passage_gone")
    notices.seen_all(db.session(), person, now())
    today = local_day(now(), operator_hours(db.session()).zone)
    rows = in_hands()
    page = render_template(
        "interpreting/queue.html",
        rows=rows,
        today=today,
        languages=BY_SLUG,
        done=_done(),
        gone=gone,
    )
    db.session.commit()
    return page


def _done() -> str:
    return request.args.get("done", "")


@bp.get("/<uuid:passage_id>")
@audience("staff", MAY)
def passage(passage_id: UUID) -> Response:
    """One passage: before it is opened only who is on the other side."""
    return _page(passage_of(passage_id))


def _page(
    visit: Visit, form: Form | None = None, back: ReturnForm | None = None, status: int = 200
) -> Response:
    """What was typed stands in the form that was refused."""
    is_open = visit.row.state == "opened"
    fresh = HandInForm() if is_open else PlainForm() if visit.declared else OpenForm()
    page = render_template(
        "interpreting/passage.html",
        row=visit.row,
        content=visit.content,
        is_open=is_open,
        form=form or fresh,
        back=back or ReturnForm(),
        source=BY_SLUG[visit.content.language],
        into=BY_SLUG[visit.row.language],
    )
    if is_open:
        _note_read(visit)
    db.session.commit()
    return make_response(page, status)


def _note_read(visit: Visit) -> None:
    act = visit.act
    audit.record_read(act.session, act.case.id, actor=act.actor.name, now=act.now, what="passage")


@bp.post("/<uuid:passage_id>/open")
@audience("staff", MAY)
def open_passage(passage_id: UUID) -> Response:
    """Open it, once it was said that they have nothing to do with anybody in the case."""
    visit = passage_of(passage_id, lock=True)
    form = PlainForm(request.form) if visit.declared else OpenForm(request.form)
    if not form.validate():
        return _page(visit, form if visit.row.state == "given" else None, status=422)
    interpreting.open_passage(visit.act, Opening(passage_id, nothing_to_do=True))
    db.session.commit()
    return see_other(url_for("interpreting.passage", passage_id=passage_id))


@bp.post("/<uuid:passage_id>/hand-in")
@audience("staff", MAY)
def hand_in(passage_id: UUID) -> Response:
    """Hand the translation in."""
    visit, form = passage_of(passage_id, lock=True), HandInForm(request.form)
    opened = visit.row.state == "opened"
    if not opened or not form.validate():
        return _page(visit, form if opened else None, status=422)
    try:
        interpreting.hand_in(
            visit.act, HandedIn(passage_id, str(form.text.data), str(form.unsure.data or ""))
        )
    except Refused as refused:
        form.text.errors = [refused.sentence]
        return _page(visit, form, status=422)
    _note_read(visit)
    db.session.commit()
    return see_other(url_for("interpreting.queue", done="handed-in"))


@bp.post("/<uuid:passage_id>/return")
@audience("staff", MAY)
def give_back(passage_id: UUID) -> Response:
    """Give it back untranslated; with a conflict of interest everything of the case."""
    visit, form = passage_of(passage_id, lock=True), ReturnForm(request.form)
    if not form.validate():
        return _page(visit, back=form, status=422)
    back = GivenBack(passage_id, form.why.data == CONFLICT)
    interpreting.return_passage(visit.act, back)
    db.session.commit()
    return see_other(url_for("interpreting.queue", done="given-back"))
