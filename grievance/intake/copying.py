"""A copy of everything for the worker to keep: said plainly before what that means, then a ZIP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Response, abort, make_response, render_template, request

from grievance.accounts import audit
from grievance.cases import answers, copies, copy_facts, files, proofs
from grievance.cases.act import Act
from grievance.cases.copies import Part
from grievance.cases.files import Stored, size_text
from grievance.cases.models import CaseFile
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.intake.blueprint import bp
from grievance.intake.copy_reading import copy_of
from grievance.intake.return_forms import PlainForm
from grievance.intake.visits import site, visited
from grievance.web.audience import audience
from grievance.web.downloads import streamed

Kept = Sequence[tuple[CaseFile, Stored]]
SORRY = N_("These files could not be read when this copy was made. Ask for it again later.")
TEXTS = 200_000  # bytes, about, of page, PDF and data


@bp.route("/case/copy", methods=["GET", "POST"])
@audience("worker")
def copy() -> Response:
    """Say what a copy is and who could read it; the button gives it. That one was made stands in
    the list of who has seen what."""
    act = visited()
    if act.actor.role != "worker":
        abort(403)
    kept, form = files.listed(act.session, act.opened), PlainForm(request.form)
    if request.method == "POST" and form.validate():
        return _given(act, kept)
    sent = answers.proof_of(act.session, act.opened)
    size = size_text(copies.size_of(kept, originals=True) + sum(one.size for one in sent) + TEXTS)
    page = render_template("intake/copy.html", form=form, size=size, count=len(kept) + len(sent))
    db.session.commit()
    return make_response(page, 422 if form.errors else 200)


def _given(act: Act, kept: Kept) -> Response:
    parts, today = list(_parts(act, kept)), act.today
    audit.record_read(act.session, act.case.id, actor=act.actor.name, now=act.at, what="copy")
    db.session.commit()
    return streamed(copies.zipped(parts, today, _(SORRY)), copies.NAME, "application/zip")


def _parts(act: Act, kept: Kept) -> Iterator[Part]:
    made = copy_of(act, kept)
    page = render_template("components/copy.html", copy=made, spoken=copies.spoken)
    yield copies.part("copy.html", page.encode())
    if (printed := copies.pdf(made)) is not None:
        yield copies.part("copy.pdf", printed)
    facts = copy_facts.facts_of(act.session, act.opened, kept, act.today)
    yield copies.part("copy.json", copies.as_json(facts))
    row = proofs.of_case(act.session, act.opened)
    yield copies.part("note/told.json", proofs.filed(act.session, act.opened))
    yield copies.part("note/opening.txt", f"{proofs.opening_of(act.opened, row)}\n".encode())
    if note := proofs.facts_of(row, site().ring.anchor_public):
        yield copies.part("note/note.json", copies.as_json(note))
    yield from copies.file_parts(site().blobs, kept, originals=True)
    yield from copies.proof_parts(site().blobs, answers.proof_of(act.session, act.opened))
