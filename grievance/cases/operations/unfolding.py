"""Opening who a case is about, where that is folded: for a reason that its worker reads."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event
from grievance.cases.act import Act
from grievance.cases.figures import Period
from grievance.cases.models import UNFOLD_WHY, Case
from grievance.cases.verbs import Verb
from grievance.clock import local_day
from grievance.model import of_list


def open_identity(act: Act, reason: str) -> None:
    """Let who acts see it for the rest of the day, where the operator is."""
    act.check(Verb.OPEN_IDENTITY)
    of_list((reason,), UNFOLD_WHY)
    act.move(Verb.OPEN_IDENTITY, reason=reason)


def opened_today(session: Session, case_id: UUID, actor: str, at: datetime, zone: str) -> bool:
    """Whether this person has opened it today."""
    mine = (Event.stream_kind == Case.stream_kind, Event.stream_id == case_id)
    done = (Event.verb == Verb.OPEN_IDENTITY, Event.actor == actor)
    today = local_day(at, zone)
    since = Event.at >= Period(today, today, zone).began
    return bool(session.scalar(select(exists().where(*mine, *done, since))))
