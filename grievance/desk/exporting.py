"""A case on paper, or as a file to keep: for a reason that its worker reads."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, make_response, render_template

from grievance.accounts import stepping
from grievance.cases import answers, copies, copy_facts, files
from grievance.cases.copies import Copy, Part
from grievance.cases.files import Stored
from grievance.cases.models import CaseFile
from grievance.cases.operations.exporting import Export
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.clock import local_day, now
from grievance.deadlines.queries import operator_hours
from grievance.desk.acting import Page, Trouble, beside, stand, why
from grievance.desk.blueprint import bp
from grievance.desk.case_copy import copy_of
from grievance.desk.case_read import CaseRead
from grievance.desk.export_form import ExportForm
from grievance.desk.loading import Desk, open_case, site
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.downloads import streamed

Kept = Sequence[tuple[CaseFile, Stored]]
PDF_NAME = "copy.pdf"
SORRY = N_("These files could not be read when this copy was made. Try it again later.")


@bp.get("/cases/<reference>/export")
@audience("staff", TABLE[Verb.EXPORT].who)
def export_page(reference: str) -> Response:
    """Why it is printed or saved, and how much of it; nothing of the case stands here."""
    stepping.needs_step_up()
    desk, form = open_case(reference), ExportForm()
    form.offer(desk, {})
    return _page(desk, form)


def _page(desk: Desk, form: ExportForm, status: int = 200, why: str = "") -> Response:
    form.on(desk.case, str(Verb.EXPORT))
    page = render_template("desk/export.html", case=desk.case, form=form, why=why)
    db.session.commit()
    return make_response(page, status)


def _again(desk: Desk, form: ExportForm, trouble: Trouble | None) -> Response:
    form.offer(desk, {})
    if trouble is None or beside(form, trouble):
        return _page(desk, form, 422)
    sentence, status = why(trouble)
    return _page(desk, form, status, sentence)


def _given(desk: Desk, form: ExportForm, _done: object) -> Response:
    """The copy, as what was chosen. Refuses `no_font` where a letter cannot stand in a PDF,
    and `folded` who it is about where they have not opened that."""
    wanted, read = form.value(desk), CaseRead(desk, now())
    if wanted.who and desk.folded:
        raise Refused("folded")
    kept = files.listed(db.session(), desk.opened)
    made = copy_of(read, wanted, kept)
    if wanted.shape == "page":
        return make_response(
            render_template("desk/case_print.html", copy=made, spoken=copies.spoken)
        )
    if wanted.shape == "zip":
        today = local_day(read.at, operator_hours(db.session()).zone)
        parts = [*_told(made, desk, wanted, kept), *_files(kept), *_proof(desk)]
        return streamed(copies.zipped(parts, today, _(SORRY)), copies.NAME, "application/zip")
    if (printed := copies.pdf(made)) is None:
        raise Refused("no_font")
    return streamed(iter((printed,)), PDF_NAME, "application/pdf")


def _told(made: Copy, desk: Desk, wanted: Export, kept: Kept) -> list[Part]:
    page = render_template("components/copy.html", copy=made, spoken=copies.spoken)
    parts = [copies.part("copy.html", page.encode())]
    if (printed := copies.pdf(made)) is not None:
        parts.append(copies.part(PDF_NAME, printed))
    facts = copy_facts.case_facts(desk.act(desk.case.version), kept, wanted)
    return [*parts, copies.part("copy.json", copies.as_json(facts))]


def _files(kept: Kept) -> list[Part]:
    """Each cleaned file. One that is not needs a reason of its own, and is named on the page."""
    clean = [(row, stored) for row, stored in kept if stored.clean_blob]
    return copies.file_parts(site().blobs, clean, originals=False)


def _proof(desk: Desk) -> list[Part]:
    """What bodies sent, once somebody here has read it."""
    return copies.proof_parts(site().blobs, answers.proof_of(db.session(), desk.opened))


stand(Verb.EXPORT, Page(_again, _given), "/export")
