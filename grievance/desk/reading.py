"""The page of a case: one look at it, and the panels that are asked what they show."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from uuid import UUID

from grievance.cases import matters
from grievance.cases.models import Case
from grievance.cases.verbs import Verb
from grievance.desk.case_panels import Doors, History, Now, Remedies, Report, Threads
from grievance.desk.case_read import CaseRead
from grievance.desk.corrected import Fix, shown
from grievance.desk.forms import ActForm
from grievance.extensions import db


class CasePage:
    """The panels of one case, which read what they show when they are asked."""

    def __init__(self, read: CaseRead) -> None:
        self.read = read
        self.report, self.threads = Report(read), Threads(read)
        self.history, self.now = History(read), Now(read)
        self.remedies, self.doors = Remedies(read), Doors(read)

    @property
    def wrong(self) -> tuple[Verb, ActForm] | None:
        """A form that was sent and refused."""
        return self.read.wrong

    @property
    def verbs(self) -> list[Verb]:
        """What this member can do now."""
        return self.read.verbs

    @property
    def names(self) -> Mapping[UUID, str]:
        """Everybody of staff that the page speaks of."""
        return self.read.names

    @cached_property
    def fixes(self) -> Mapping[UUID, list[Fix]]:
        """The corrections of what staff wrote, by what they stand beside."""
        return shown(self.read.fixed)

    @cached_property
    def linked(self) -> list[tuple[Case, bool]]:
        """The cases linked to this one that this reader may know of, and whether each is about the
        very same matter."""
        reader = self.read.desk.member.person_id
        return matters.beside(db.session(), self.read.case.id, reader)
