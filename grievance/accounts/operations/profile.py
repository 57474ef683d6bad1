"""Saving what the operator says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grievance.accounts.act import StaffAct
from grievance.accounts.models import OperatorProfile
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


def save_profile(act: StaffAct, draft: ProfileDraft) -> None:
    """Save the profile; Refused (`changed`) when somebody saved another version meanwhile."""
    organisation = act.organisation()
    row = act.session.get(OperatorProfile, organisation.id, populate_existing=True)
    if row is None or row.version != draft.version:
        raise Refused("changed")
    organisation.name = draft.name
    row.texts = with_texts(row.texts, draft.texts)
    row.hours, row.languages = dict(draft.hours), draft.languages
    row.time_zone, row.everyday_site = draft.time_zone, draft.everyday_site
    row.contacts, row.retention_days = draft.contacts, draft.retention_days
    row.version, row.changed_at = row.version + 1, act.now
    act.record(organisation, "profile_changed", version=row.version)
