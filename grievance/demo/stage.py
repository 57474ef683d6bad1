"""The stage: a case of the script, who is there, and how each of them opens it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.roles import Role
from grievance.cases import files
from grievance.cases.act import Act
from grievance.cases.actors import of_receipt
from grievance.cases.messages import Written
from grievance.cases.models import Case, CaseFile, Receipt
from grievance.cases.opening import OpenCase, open_for_receipt
from grievance.cases.operations import attaching, bodies
from grievance.cases.site import Site
from grievance.demo.papers import draw
from grievance.demo.people import Colleague
from grievance.demo.script import Step
from grievance.demo.story import Reply
from grievance.vault.receipts import ReceiptKeys


@dataclass
class Stage:
    """Where a scene is acted: its case, who is there, the keys of its numbers by role.

    `worker`, `helper` and those of a group are drawn before filing, `again` is the number that
    replaces a lost one. `items` are its remedies by the name that the script calls them, `opened`
    the case as each of the staff opened it, `replies` the links that bodies were given.
    """

    session: Session
    site: Site
    cast: Mapping[str, Colleague]
    keys: dict[str, ReceiptKeys] = field(repr=False)
    case: Case = field(init=False)
    items: dict[str, UUID] = field(default_factory=dict)
    opened: dict[str, OpenCase] = field(default_factory=dict, repr=False)
    replies: list[Reply] = field(default_factory=list, repr=False)

    def by_staff(self, step: Step) -> Act:
        """What one of the staff does to the case as they open it."""
        who = self.cast[step.by]
        if step.by not in self.opened:
            self.opened[step.by] = who.open(self.session, self.case)
        opened = self.opened[step.by]
        version = self.case.version
        return Act(self.session, self.site, opened, who.actor, step.at, version)

    def by_partner(self, step: Step) -> Act:
        """What one of a body's people does on their own desk."""
        who = self.cast[step.by]
        if who.role == Role.COMPANY_RESPONDENT:
            opened = bodies.case_by_name(self.case, who.id, {1: who.private})
        else:
            opened = bodies.case_at(self.case, who.organisation, who.privates(self.session))
        actor = bodies.of_member(who.id)
        return Act(self.session, self.site, opened, actor, step.at)

    def by_number(self, step: Step) -> Act:
        """What the holder of this number does to the case as they open it."""
        receipt, private = self.receipt(step.by), self.keys[step.by].pair.private
        opened = open_for_receipt(self.session, self.case, receipt, private)
        actor = of_receipt(self.case.id, receipt.id, step.by, receipt.known_to)
        return Act(self.session, self.site, opened, actor, step.at)

    def receipt(self, role: str) -> Receipt:
        """The number that is in use."""
        wanted = (Receipt.case_id == self.case.id, Receipt.role == role, Receipt.state == "active")
        return self.session.scalars(select(Receipt).where(*wanted)).one()

    def written(self, step: Step) -> Written:
        """What was written in this step, in the case's language unless it says another."""
        return Written(step.text, str(step.given.get("language", self.case.language)), uuid4())

    def papers(self, names: tuple[str, ...] | list[str]) -> list[files.Stored]:
        """Papers of the script, cleaned and sealed as any upload."""
        return [
            files.keep(self.site.blobs, data, name) for name, data in (draw(one) for one in names)
        ]

    def paper(self, step: Step, act: Act) -> CaseFile | None:
        """The paper that staff put with this step, as a file of the case."""
        if "paper" not in step.given:
            return None
        (stored,) = self.papers([step.given["paper"]])
        return attaching.attach(act, stored)
