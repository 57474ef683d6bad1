"""A file that staff add to a case: a body's letter, a proof that something was paid."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from grievance.cases import files
from grievance.cases.actors import Actor
from grievance.cases.files import Stored
from grievance.cases.models import CaseFile
from grievance.cases.opening import OpenCase
from grievance.cases.operations.moving import Refused


def attach(
    session: Session, opened: OpenCase, stored: Stored, actor: Actor, now: datetime
) -> CaseFile:
    """Make a file that staff brought part of the case, sealed to the story: the worker has it too.

    It goes with a verb, which checks the state. Refuses `actor` for anybody but staff who work on
    cases.
    """
    if actor.person is None or "case.work" not in actor.can:
        raise Refused("actor")
    file = files.attach(session, opened, stored, author="staff", message_id=None, at=now)
    session.flush()
    return file
