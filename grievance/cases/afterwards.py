"""What opening a case does once its page is out: files that were not cleaned are tried again."""

from __future__ import annotations

from collections.abc import Sequence

from grievance.cases import recleaning
from grievance.cases.files import Stored
from grievance.cases.models import Case, CaseFile
from grievance.cases.opening import OpenCase
from grievance.cases.site import Site
from grievance.extensions import db
from grievance.web.afterwards import afterwards
from grievance.web.sources import here


def clean_afterwards(
    site: Site, opened: OpenCase, kept: Sequence[tuple[CaseFile, Stored]], actor: str
) -> None:
    """Try the files of an opened case again that wait for the cleaner, one after the other, until
    it is busy. Only who opens the case holds its key, so no job could do it."""
    waiting = [row.id for row, stored in kept if recleaning.waits(stored, row.state)]
    case_id, keys, source = opened.case.id, dict(opened.keys), here()

    def work() -> None:
        session = db.session()
        for file_id in waiting:
            again = OpenCase(session.get_one(Case, case_id), keys)
            if not recleaning.clean_again(session, site.blobs, again, file_id, source):
                return

    if waiting:
        afterwards(actor, work)
