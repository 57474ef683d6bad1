"""The dated note of a filing: for its worker to carry, or not. Neither tells anybody anything."""

from __future__ import annotations

from flask import Response, abort, render_template

from grievance.cases import copies, proofs
from grievance.cases.act import Act
from grievance.cases.copies import Copy, Entry, Section
from grievance.cases.proofs import FilingNote
from grievance.extensions import db
from grievance.i18n import current, date_text
from grievance.i18n import gettext as _
from grievance.intake.blueprint import bp
from grievance.intake.visits import site, visited
from grievance.vault.proofs import Note
from grievance.web.audience import audience
from grievance.web.downloads import streamed

NAME = "note"  # of the files: says nothing to who sees it


def _note() -> tuple[Act, FilingNote]:
    """The note of this visit's report; 403 for a number that does not tell who the worker is."""
    act = visited()
    if act.actor.role != "worker":
        abort(403)
    return act, proofs.of_case(act.session, act.opened)


@bp.get("/case/note")
@audience("worker")
def proof() -> str:
    """What it is, what it does not say, and the two files once it is signed."""
    act, row = _note()
    note = proofs.note_of(row)
    page = render_template("intake/proof.html", note=note, printable=bool(note and _pdf(note, row)))
    db.session.commit()
    return page


@bp.get("/case/note.json")
@audience("worker")
def proof_json() -> Response:
    """The note as data; 404 while it is not signed."""
    _act, row = _note()
    facts = proofs.facts_of(row, site().ring.anchor_public) or abort(404)
    db.session.commit()
    return streamed(iter([copies.as_json(facts)]), f"{NAME}.json", "application/json")


@bp.get("/case/note.pdf")
@audience("worker")
def proof_pdf() -> Response:
    """The note on one page; 404 while it is not signed, or where a letter has no font."""
    _act, row = _note()
    note = proofs.note_of(row) or abort(404)
    made = _pdf(note, row) or abort(404)
    db.session.commit()
    return streamed(iter([made]), f"{NAME}.pdf", "application/pdf")


def _pdf(note: Note, row: FilingNote) -> bytes | None:
    """On paper: nothing that could not be shown to anybody."""
    said = (
        Entry(_("From"), note.operator),
        Entry(_("Something came in on"), date_text(note.received_on)),
        Entry(_("Signed on"), date_text(note.signed_on)),
        Entry(_("Its digest (SHA-256)"), _grouped(note.digest)),
        Entry(_("Signature (Ed25519)"), _grouped(row.signature or b"")),
        Entry(_("Key of who signed"), _grouped(site().ring.anchor_public)),
        Entry("", _("This note does not say what came in, from whom or about whom.")),
        Entry("", _("Anybody can check it with the file note.json, without asking us.")),
    )
    return copies.pdf(Copy(current().slug, _("Note"), (), (Section(_("Note"), said),)))


def _grouped(data: bytes) -> str:
    """Hexadecimal digits in eights, four groups a line."""
    digits = data.hex()
    groups = [digits[start : start + 8] for start in range(0, len(digits), 8)]
    return "\n".join(" ".join(groups[start : start + 4]) for start in range(0, len(groups), 4))
