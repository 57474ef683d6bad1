"""Saving what the operator says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.audit import Deed
from grievance.accounts.models import OperatorProfile, Organisation
from grievance.accounts.operations.persons import actor_of, locked
from grievance.accounts.profile import with_texts
from grievance.refusals import Refused


@dataclass(frozen=True)
class ProfileDraft:
    """What was written; `version` is the one it was written on top of."""

    version: int
    name: str
    texts: Mapping[tuple[str, str], str]  # (field, language) → text
    hours: Mapping[str, list[str]]
    languages: list[str]
    time_zone: str
    everyday_site: str
    contacts: list[str]
    retention_days: int | None


def save_profile(
    session: Session, organisation_id: UUID, draft: ProfileDraft, *, person_id: UUID, now: datetime
) -> None:
    """Save the profile; Refused (`changed`) when somebody saved another version meanwhile."""
    organisation = locked(session, Organisation, organisation_id)
    row = session.get(OperatorProfile, organisation_id, populate_existing=True)
    if row is None or row.version != draft.version:
        raise Refused("changed")
    organisation.name = draft.name
    row.texts = with_texts(row.texts, draft.texts)
    row.hours, row.languages = dict(draft.hours), draft.languages
    row.time_zone, row.everyday_site = draft.time_zone, draft.everyday_site
    row.contacts, row.retention_days = draft.contacts, draft.retention_days
    row.version, row.changed_at = row.version + 1, now
    audit.record(
        session,
        organisation,
        Deed("profile_changed", actor_of(person_id), now, {"version": row.version}),
    )
