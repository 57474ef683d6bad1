"""What the worker told us of the remedy in their own words, for them to read again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select

from grievance.cases.act import Act
from grievance.cases.models import Feedback
from grievance.clock import local_day
from grievance.deadlines.queries import operator_hours
from grievance.i18n import BY_SLUG, Language
from grievance.vault.labels import Label


@dataclass(frozen=True)
class Voice:
    """Words of the worker about the remedy or its end; `recorded` when we wrote them down."""

    day: date
    language: Language
    recorded: bool
    text: str = field(repr=False)


def voices(act: Act) -> dict[UUID, Voice]:
    """What was said in words, by feedback, oldest first; nobody but the worker reads it here."""
    if act.actor.role != "worker":
        return {}
    session, opened = act.session, act.opened
    zone = operator_hours(session).zone
    mine = select(Feedback).where(Feedback.case_id == opened.case.id)
    told = {
        one.id: Voice(
            local_day(one.at, zone),
            BY_SLUG[one.language],
            one.recorder_id is not None,
            opened.open_text(Label.FEEDBACK_WORDS, one.id, one.words),
        )
        for one in session.scalars(mine.order_by(Feedback.at, Feedback.id))
    }
    return {given: voice for given, voice in told.items() if voice.text.strip()}
