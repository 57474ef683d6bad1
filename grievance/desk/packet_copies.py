"""The packet of a hand-over on paper: print page, PDF, and the copies that go with it."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

from flask import Response, abort, make_response, render_template, send_file

from grievance.cases import answers
from grievance.desk.blueprint import bp
from grievance.desk.loading import Desk, open_case, referral_of, site
from grievance.desk.referral_panels import Paper
from grievance.desk.views import note_read
from grievance.extensions import db
from grievance.i18n import BY_SLUG
from grievance.referrals import pdf, queries
from grievance.referrals.operations import sealing
from grievance.referrals.operations.sealing import OpenPacket
from grievance.web.audience import audience


def _opened(reference: str, referral_id: UUID) -> tuple[Desk, OpenPacket]:
    """The packet to take out of the desk; 404 for one that may not leave it any more, as the worker
    said no, or took the yes back before it went."""
    desk = open_case(reference)
    paper = Paper(desk, referral_of(desk, referral_id))
    if paper.opened is None or not paper.may_leave:
        abort(404)
    return desk, paper.opened


@bp.get("/cases/<reference>/referrals/<uuid:referral_id>/print")
@audience("staff", "case.read")
def packet_print(reference: str, referral_id: UUID) -> Response:
    """The document alone, to print: any script a browser can show."""
    desk, found = _opened(reference, referral_id)
    page = render_template("desk/packet.html", document=found.document, languages=BY_SLUG)
    note_read(desk, "packet")
    db.session.commit()
    return make_response(page)


@bp.get("/cases/<reference>/referrals/<uuid:referral_id>/packet.pdf")
@audience("staff", "case.read")
def packet_pdf(reference: str, referral_id: UUID) -> Response:
    """The document as an accessible PDF; 404 where a letter has no font: then the print page is
    the way."""
    desk, found = _opened(reference, referral_id)
    if not pdf.can_print(found.document):
        abort(404)
    data = pdf.pdf(found.document)
    note_read(desk, "packet")
    db.session.commit()
    return _download(data, "application/pdf", _called(found, "pdf"))


@bp.get("/cases/<reference>/referrals/<uuid:referral_id>/copies/<uuid:file_id>")
@audience("staff", "case.read")
def packet_copy(reference: str, referral_id: UUID, file_id: UUID) -> Response:
    """A copy that goes with the packet."""
    desk, found = _opened(reference, referral_id)
    row = queries.packet_file(db.session(), found.packet.id, file_id)
    if row is None:
        abort(404)
    copy = sealing.open_file(found, row, site().blobs)
    note_read(desk, "packet")
    db.session.commit()
    return _download(copy.data, "application/octet-stream", _called(found, copy.name))


@bp.get("/cases/<reference>/referrals/<uuid:referral_id>/proof/<uuid:file_id>")
@audience("staff", "case.read")
def packet_proof(reference: str, referral_id: UUID, file_id: UUID) -> Response:
    """A file that the body sent with an answer."""
    desk, found = _opened(reference, referral_id)
    heard = answers.heard(db.session(), desk.opened, referral_of(desk, referral_id))
    sent = [proof.row for one in heard for proof in one.proof]
    row = next((one for one in sent if one.id == file_id), None) or abort(404)
    copy = sealing.open_file(found, row, site().blobs)
    note_read(desk, "file")
    db.session.commit()
    return _download(copy.data, "application/octet-stream", copy.name)


def _called(found: OpenPacket, name: str) -> str:
    """After the number of the paper: what goes out never names the case. Older papers have none."""
    number = found.document.number or "paper"
    return f"{number}.{name}" if name == "pdf" else f"{number}-{name}"


def _download(data: bytes, mime: str, name: str) -> Response:
    answer = send_file(BytesIO(data), mime, as_attachment=True, download_name=name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
