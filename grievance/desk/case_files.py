"""The files of a case: the clean form, and the original for a reason that is kept."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from uuid import UUID

from flask import Response, abort
from flask import send_file as send

from grievance.cases import files
from grievance.cases.files import Stored
from grievance.cases.verbs import Verb
from grievance.desk.acting import CASE, Page, Trouble, stand, why
from grievance.desk.blueprint import bp
from grievance.desk.forms import ReasonForm
from grievance.desk.loading import Desk, open_case, open_file, site
from grievance.desk.views import case_page, note_read
from grievance.extensions import db
from grievance.web.audience import audience


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


def _given(_desk: Desk, _form: ReasonForm, stored: Stored) -> Response:
    """The file as it was sent: the reason is kept with the case only when it could be given."""
    data = files.content(site().blobs, stored, original=True)
    return _download(replace(stored, name=files.original_name(stored)), data)


def _again(desk: Desk, form: ReasonForm, trouble: Trouble | None) -> Response:
    if not isinstance(trouble, OSError):
        return CASE.again(desk, form, trouble)
    sentence, status = why(trouble)
    form.reason.errors = [sentence]
    return case_page(desk, (Verb.OPEN_ORIGINAL, form), status)


def _download(stored: Stored, data: bytes) -> Response:
    """A file to save: never shown inside our pages, whatever it claims to be."""
    answer = send(
        BytesIO(data), "application/octet-stream", as_attachment=True, download_name=stored.name
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


stand(Verb.OPEN_ORIGINAL, Page(_again, _given), "/files/<uuid:file_id>/open_original")
