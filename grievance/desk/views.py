"""The page of one case, and its files."""

from __future__ import annotations

import logging
from dataclasses import replace
from io import BytesIO
from uuid import UUID

from flask import Response, abort, make_response, render_template, request
from flask import send_file as send

from grievance.accounts import audit
from grievance.cases import files, queries
from grievance.cases.afterwards import clean_afterwards
from grievance.cases.files import Stored
from grievance.cases.operations import handling, receipts
from grievance.cases.operations.handling import Looking
from grievance.cases.state_words import LABELS
from grievance.cases.states import Verb
from grievance.clock import now
from grievance.deadlines.queries import operator_hours
from grievance.desk import gaps, words
from grievance.desk.blueprint import bp
from grievance.desk.case_read import CaseRead
from grievance.desk.deciding import conflicts_of
from grievance.desk.forms import ActForm, ReasonForm
from grievance.desk.loading import Desk, clean_elsewhere, open_case, open_file, site
from grievance.desk.reading import CasePage
from grievance.desk.referral_reading import of_case
from grievance.desk.uploading import NO_FILE
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.questions.summary import issue_label
from grievance.web.audience import audience
from grievance.web.logs import where

log = logging.getLogger("grievance.error")


@bp.get("/cases/<reference>")
@audience("staff", "case.read")
def case(reference: str) -> Response:
    """One case; opening it is noted, and the worker can see that it was opened."""
    return case_page(open_case(reference))


def case_page(desk: Desk, wrong: tuple[Verb, ActForm] | None = None, status: int = 200) -> Response:
    """The page of a case; with a form that was sent and refused, what was typed is kept."""
    at, session, row = now(), db.session(), desk.case
    note_read(desk, "case")
    seen = queries.visit(session, row, desk.member.person_id, at)
    shown = CasePage(CaseRead(desk, at, seen, wrong, request.args.get("reply", "")))
    page = render_template(
        "desk/case.html",
        case=row,
        shown=shown,
        worker_reads=words.tongue(row.language),
        severity=_(words.SEVERITY[row.severity]),
        issues=[issue_label(issue) for issue in row.issues],
        place=words.place(row),
        age=words.age(row.filed_at, at),
        channel=_(words.CHANNEL[row.channel]),
        state=_(LABELS[row.state]),
        level=words.level(row),
        hand_overs=of_case(desk),
        conflicts=conflicts_of(desk),
        gaps=gaps.gaps_of(desk),
        later=gaps.later_of(desk, operator_hours(session).zone),
        lost=receipts.waiting_reissue(session, row.id),
    )
    attached = [(one.row, one.stored) for one in shown.threads.files]
    clean_afterwards(site(), desk.opened, attached, desk.actor.name)
    clean_elsewhere(desk.member)
    session.commit()
    return make_response(page, status)


def note_read(desk: Desk, what: str) -> None:
    """Keep that this member opened something of the case."""
    audit.record_read(db.session(), desk.case.id, actor=desk.actor.name, now=now(), what=what)


@bp.get("/cases/<reference>/files/<uuid:file_id>")
@audience("staff", "case.read")
def file(reference: str, file_id: UUID) -> Response:
    """The clean form of a file; 404 where there is none, for the original needs a reason."""
    desk = open_case(reference)
    stored = files.read_meta(desk.opened, open_file(desk, file_id))
    if not stored.clean_blob:
        abort(404)
    data = files.content(site().blobs, stored, original=False)
    note_read(desk, "file")
    db.session.commit()
    return _download(stored, data)


@bp.post("/cases/<reference>/files/<uuid:file_id>/open_original")
@audience("staff", "case.work")
def open_original(reference: str, file_id: UUID) -> Response:
    """A file as it was sent, for a typed reason that is kept with the case."""
    desk = open_case(reference, change=True)
    row, form = open_file(desk, file_id), ReasonForm(request.form)
    form.file = row.id
    if not form.validate():
        return case_page(desk, (Verb.OPEN_ORIGINAL, form), 422)
    reason = str(form.reason.data)
    stored = handling.open_original(desk.act(form.seen), Looking(row, reason))
    try:
        data = files.content(site().blobs, stored, original=True)
    except OSError as problem:
        return _not_fetched(reference, form, problem)
    db.session.commit()
    return _download(replace(stored, name=files.original_name(stored)), data)


def _not_fetched(reference: str, form: ReasonForm, problem: OSError) -> Response:
    """The reason stays typed, and is kept with the case only when the file was given."""
    if isinstance(problem, FileNotFoundError):  # lost, not away
        raise problem
    log.error("the store of files is away", extra={"place": where(problem)})
    db.session.rollback()
    form.reason.errors = [_(NO_FILE)]
    return case_page(open_case(reference), (Verb.OPEN_ORIGINAL, form), 503)


def _download(stored: Stored, data: bytes) -> Response:
    """A file to save: never shown inside our pages, whatever it claims to be."""
    answer = send(
        BytesIO(data), "application/octet-stream", as_attachment=True, download_name=stored.name
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
