"""Files that could not be cleaned when they came, because others held the cleaner or it broke off.

They are tried again by who holds the key of their case: whoever opens it, and every member who
works on cases, a file a page. They are tried until they are clean, later and later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases import files
from grievance.cases.files import Stored
from grievance.cases.models import COMPARTMENTS, Case, CaseFile
from grievance.cases.opening import OpenCase, open_for_organisation
from grievance.cases.pauses import MOST, Waiting
from grievance.cases.queries import not_recused
from grievance.files.cleaning import LATER
from grievance.refusals import Refused
from grievance.storage import Blobs
from grievance.vault.labels import Label


@dataclass(frozen=True)
class Reader:
    """A member who works on cases: the organisation's private keys by generation."""

    person: UUID
    organisation: UUID
    keys: Mapping[int, bytes] = field(repr=False)

    def open(self, session: Session, case_id: UUID) -> OpenCase | None:
        """A case with what they hold; None when that is not all of it."""
        case = session.get(Case, case_id)
        if case is None:  # erased meanwhile
            return None
        opened = open_for_organisation(session, case, self.organisation, self.keys)
        return opened if all(opened.holds(each) for each in COMPARTMENTS) else None


def waits(stored: Stored, state: str) -> bool:
    """Whether a file is to be tried again."""
    return state == "not_cleaned" and bool(set(LATER) & set(stored.warnings))


def waiting(session: Session, person: UUID) -> Sequence[Waiting]:
    """The files that are not cleaned, of all cases that are there for this person."""
    found = (
        select(CaseFile.case_id, CaseFile.id, Case.burst)
        .join(Case, Case.id == CaseFile.case_id)
        .where(CaseFile.state == "not_cleaned", not_recused(person))
        .limit(MOST)
    )
    return [Waiting(*row) for row in session.execute(found)]


def clean_again(
    session: Session, blobs: Blobs, opened: OpenCase, file_id: UUID, source: bytes
) -> Stored | None:
    """Try a file again and keep its clean form; the file as it is now, None when it was erased.
    Commits: the cleaner takes its time, and no lock is held meanwhile."""
    row = session.get(CaseFile, file_id)
    if row is None:
        return None
    stored = files.read_meta(opened, row)
    if row.case_id != opened.case.id or not waits(stored, row.state):
        return stored
    language = opened.case.language
    session.commit()
    try:
        fresh = files.made_clean(blobs, stored, source, language)
    except Refused:  # the child has looked and takes it for broken: the original stays as it is
        fresh = files.tried(stored, "crashed")
    row = session.get(CaseFile, file_id, with_for_update=True, populate_existing=True)
    if row is None:
        files.forget_clean(blobs, fresh)
        session.rollback()
        return None
    if row.state != "not_cleaned":  # somebody else was faster
        files.forget_clean(blobs, fresh)
        session.rollback()
        return files.read_meta(opened, row)
    row.state = fresh.state
    row.clean_blob = UUID(hex=fresh.clean_blob) if fresh.clean_blob else None
    row.meta = opened.seal_json(Label.FILE_META, row.id, files.plain(fresh))
    session.commit()
    return fresh
