"""A file that staff add to a case: a body's letter, a proof that something was paid."""

from __future__ import annotations

from uuid import UUID

from grievance.cases import files
from grievance.cases.act import Act
from grievance.cases.files import Brought, Stored
from grievance.cases.models import CaseFile
from grievance.cases.verbs import Verb
from grievance.refusals import Refused


def add_file(act: Act, file_id: UUID) -> None:
    """Say in the chain of the case that staff added a file, which was attached in this act."""
    act.check(Verb.ADD_FILE)
    act.move(Verb.ADD_FILE, file=file_id)


def attach(act: Act, stored: Stored) -> CaseFile:
    """Make a file that staff brought part of the case, sealed to the story: the worker has it too.

    It goes with a verb, which checks the state. Refuses `actor` for anybody but staff who work on
    cases.
    """
    if act.actor.person is None or "case.work" not in act.actor.can:
        raise Refused("actor")
    file = files.attach(act.session, act.opened, stored, Brought("staff", act.now))
    act.session.flush()
    return file
