"""What a body does, through either of its doors: it reads the document and its copies, and answers.

A GET shows and changes nothing but the log of readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Protocol
from uuid import UUID

from flask import Response, abort, request, send_file

from grievance.accounts import audit
from grievance.cases.operations import bodies
from grievance.cases.operations.bodies import Wrote
from grievance.cases.operations.referring import About
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.papers import proofs
from grievance.papers.forms import CompanyForm, ReplyForm, Saying
from grievance.papers.reading import PaperPage, Visit, site
from grievance.referrals import pdf, queries
from grievance.referrals.operations import sealing
from grievance.referrals.operations.stored import KeptFile
from grievance.refusals import Refused
from grievance.web.redirects import see_other

CHANGED = N_(
    "Something was told us about this meanwhile, from another window or by telephone. Look at what "
    "stands here now. What you wrote is still here: send it again if it still holds."
)
NOT_NOW = N_("This cannot be told over this page any more. Please contact us.")


class Door(Protocol):
    """A door of a body: how it comes in, and the page behind it."""

    def visit(self, *, lock: bool = False) -> Visit | None:
        """What it may see now; with `lock` the case is held."""

    def page(self, visit: Visit, form: Saying, status: int = 200, why: str = "") -> Response:
        """The document, and what can be said about it."""

    def shut(self) -> Response:
        """Nothing is to be seen here any more."""

    def url(self, endpoint: str = "page", **values: object) -> str:
        """An address behind this door."""


def form_of(visit: Visit, typed: Any = None) -> Saying:
    """What can be said: a company says where it stands. With what was typed, if anything."""
    kind = CompanyForm if visit.by_name else ReplyForm
    return kind(typed)


def ready(visit: Visit, form: Saying) -> Saying:
    """The form for the hand-over as it is now, with what was typed."""
    form.about(visit.referral)
    form.stand(visit.referral)
    if proofs.chosen() and not form.proof.errors:
        form.proof.errors = [_(proofs.AGAIN)]
    return form


def note_read(visit: Visit) -> None:
    """Write down that it was opened, by whom."""
    act = visit.act
    audit.record_read(act.session, act.case.id, actor=act.actor.name, now=act.now, what="packet")


def tell_operator(door: Door) -> Response:
    """Tell the operator, once. Files are cleaned before the case is held."""
    kept: list[KeptFile] = []
    if proofs.chosen():
        visit = door.visit()
        if visit is None:
            return door.shut()
        form = form_of(visit, request.form)
        _offered(visit, form)
        if form.validate():
            kept = proofs.receive(form)
        if form.errors:
            again = door.visit()
            return door.page(again, form, 422) if again else door.shut()
    try:
        return _tell(door, kept)
    finally:
        proofs.take_back(kept)  # what no answer holds


def _offered(visit: Visit, form: Saying) -> bool:
    """Offer what could be said on the page that was sent; whether something changed since."""
    changed = form.seen != visit.referral.version
    form.from_before() if changed else form.about(visit.referral)
    return changed


def _tell(door: Door, kept: Sequence[KeptFile]) -> Response:
    visit = door.visit(lock=True)
    if visit is None:
        return door.shut()
    form = form_of(visit, request.form)
    changed = _offered(visit, form)
    if not form.validate():
        return door.page(visit, form, 422)
    sending = form.once(str(visit.door), *form.told, *proofs.sent())
    if bodies.wrote_before(visit.act, sending):
        return _told(door)
    if changed:
        return door.page(visit, form, 409, _(CHANGED))
    return _write(door, visit, form, form.wrote(visit.referral, sending, kept))


def _write(door: Door, visit: Visit, form: Saying, said: Wrote) -> Response:
    try:
        bodies.write(visit.act, About(visit.referral, said))
    except Refused:
        db.session.rollback()
        again = door.visit()
        return door.page(again, form, 409, _(NOT_NOW)) if again else door.shut()
    db.session.commit()
    return _told(door)


def _told(door: Door) -> Response:
    db.session.rollback()
    return see_other(door.url(_anchor="told"))


def paper_pdf(door: Door) -> Response:
    """The document as an accessible PDF."""
    visit = door.visit() or abort(404)
    if not pdf.can_print(visit.paper.document):
        abort(404)
    data = pdf.pdf(visit.paper.document)
    number = visit.paper.document.number or "paper"
    note_read(visit)
    db.session.commit()
    return _download(data, "application/pdf", f"{number}.pdf")


def paper_copy(door: Door, file_id: UUID) -> Response:
    """A copy that goes with the document."""
    visit = door.visit() or abort(404)
    row = queries.packet_file(db.session(), visit.paper.packet.id, file_id)
    if row is None:
        abort(404)
    copy = sealing.open_file(visit.paper, row, site().blobs)
    number = visit.paper.document.number or "paper"
    note_read(visit)
    db.session.commit()
    return _download(copy.data, "application/octet-stream", f"{number}-{copy.name}")


def sent_proof(door: Door, file_id: UUID) -> Response:
    """A file that came with an answer through this very door."""
    visit = door.visit() or abort(404)
    sent = [one for told in PaperPage(visit).told for one in told.proof]
    row = next((one.row for one in sent if one.row.id == file_id), None) or abort(404)
    copy = sealing.open_file(visit.paper, row, site().blobs)
    note_read(visit)
    db.session.commit()
    return _download(copy.data, "application/octet-stream", copy.name)


def _download(data: bytes, mime: str, name: str) -> Response:
    """Something to save: never shown inside our pages."""
    made = send_file(BytesIO(data), mime, as_attachment=True, download_name=name)
    made.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return made
