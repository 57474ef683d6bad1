"""Files that could not be cleaned when they came, because others held the cleaner or it broke off.

They are tried again by whoever opens the case next, worker or staff, for only they hold its key.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from grievance.cases import files
from grievance.cases.files import Stored
from grievance.cases.models import CaseFile
from grievance.cases.opening import OpenCase
from grievance.files.cleaning import LATER
from grievance.refusals import Refused
from grievance.storage import Blobs
from grievance.vault.labels import Label

TRIES = 3  # of the file itself; that the cleaner was busy never counts


def waits(stored: Stored, state: str) -> bool:
    """Whether a file is to be tried again."""
    if state != "not_cleaned" or not set(LATER) & set(stored.warnings):
        return False
    return "busy" in stored.warnings or stored.tries < TRIES


def clean_again(
    session: Session, blobs: Blobs, opened: OpenCase, file_id: UUID, source: bytes
) -> bool:
    """Try a file again and keep its clean form; whether it is cleaned now. Commits: the cleaner
    takes its time, and no lock is held meanwhile."""
    row = session.get_one(CaseFile, file_id)
    stored = files.read_meta(opened, row)
    if row.case_id != opened.case.id or not waits(stored, row.state):
        return False
    language = opened.case.language
    session.commit()
    try:
        fresh = files.made_clean(blobs, stored, source, language)
    except Refused:  # the child has looked and takes it for broken: the original stays as it is
        fresh = files.tried(stored, "crashed")
    row = session.get_one(CaseFile, file_id, with_for_update=True, populate_existing=True)
    if row.state != "not_cleaned":  # somebody else was faster
        files.forget_clean(blobs, fresh)
        session.rollback()
        return True
    row.state = fresh.state
    row.clean_blob = UUID(hex=fresh.clean_blob) if fresh.clean_blob else None
    row.meta = opened.seal_json(Label.FILE_META, row.id, files.plain(fresh))
    session.commit()
    return row.state != "not_cleaned"
