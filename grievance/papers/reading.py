"""What a body reads through either of its doors: the document, what it told us, what it must keep
to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import current_app

from grievance.accounts import queries as accounts
from grievance.accounts.profile import Profile
from grievance.cases.act import Act
from grievance.cases.opening import Shut
from grievance.cases.operations import bodies
from grievance.cases.site import Site
from grievance.clock import local_day
from grievance.deadlines.queries import operator_hours
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import date_text, time_text
from grievance.i18n import gettext as _
from grievance.papers.exchange import Step, steps
from grievance.papers.forms import KINDS, OURS
from grievance.referrals import pdf, queries
from grievance.referrals.answered import Stance, stance_in
from grievance.referrals.document import Document
from grievance.referrals.models import PacketFile, Referral
from grievance.referrals.operations import linking, proof, sealing
from grievance.referrals.operations.proof import Proof
from grievance.referrals.operations.sealing import OpenPacket
from grievance.refusals import Refused
from grievance.vault.labels import Label


@dataclass(frozen=True)
class Visit:
    """A body that came in: its hand-over and the packet, and nothing else of the case."""

    act: Act
    referral: Referral
    paper: OpenPacket = field(repr=False)

    @property
    def door(self) -> UUID:
        """Through which: the id of the link, or of the organisation."""
        return bodies.door_of(self.act)

    @property
    def by_name(self) -> bool:
        """Whether people of a company read it, each for themselves."""
        return bool(self.paper.packet.readers)


def site() -> Site:
    """What verbs need of this process."""
    found: Site = current_app.config["SITE"]
    return found


def opened_by(act: Act, referral_id: UUID) -> Visit | None:
    """What the key of this door opens; None once the yes ended or was taken back, and without a
    key."""
    referral = queries.get(act.session, act.case.id, referral_id)
    try:
        return Visit(act, referral, bodies.open_paper(act, referral)) if referral else None
    except (Refused, Shut):
        return None


@dataclass(frozen=True)
class Told:
    """What the body wrote to us itself, and who of it; nobody is named over a link."""

    kind: str
    when: str
    who: str
    reference: str = field(repr=False)
    words: str = field(repr=False)
    stance: Stance | None = None
    proof: Sequence[Proof] = ()


@dataclass(frozen=True)
class PaperPage:
    """Everything on the page of a visit; nothing of it is of the case."""

    visit: Visit

    @property
    def document(self) -> Document:
        """What the worker agreed to hand over, word by word."""
        return self.visit.paper.document

    @property
    def body(self) -> str:
        """Whom it was given to."""
        return directory.book(db.session()).name(self.visit.referral.mechanism)

    @property
    def until(self) -> date:
        """The last day on which it may be used."""
        ends = self.visit.referral.ends_on
        assert ends is not None  # it was agreed to
        return ends

    @property
    def printable(self) -> bool:
        """Whether there can be a PDF: every letter has a font."""
        return pdf.can_print(self.document)

    @property
    def copies(self) -> list[PacketFile]:
        """The copies that go with it, in order."""
        return sealing.files_of(db.session(), self.visit.paper.packet)

    @property
    def told(self) -> list[Told]:
        """What was written to us through this very door, oldest first: a link before it may have
        been with somebody else. What staff wrote down for the body is sealed with another key."""
        session, paper = db.session(), self.visit.paper
        zone = ZoneInfo(operator_hours(session).zone)
        written = linking.wrote(session, self.visit.referral.id)
        mine = {row.answer_id: row for row in written.values() if row.door == self.visit.door}
        people = [row.person_id for row in mine.values() if row.person_id]
        names = accounts.names(session, people) if people else {}
        found = []
        for row in queries.answers_of(session, self.visit.referral.id):
            if row.id in mine:
                said = paper.open_json(Label.REFERRAL_ANSWER, row.id, row.content)
                when, kind = self._when(row.at, zone), _(KINDS[row.kind])
                by = mine[row.id].person_id
                who = names.get(by, "") if by else ""
                stance = stance_in(said)
                kind = _(OURS[stance.position]) if stance else kind
                sent = proof.of_answer(session, paper, row.id, said)
                found.append(Told(kind, when, who, said["reference"], said["note"], stance, sent))
        return found

    @property
    def exchange(self) -> list[Step]:
        """What went to and fro between them and us, as we see it, too."""
        return steps(self.visit.act, self.visit.referral, self.visit.door)

    def _when(self, at: datetime, zone: ZoneInfo) -> str:
        """A company reads days and no times: when somebody writes can tell who."""
        return date_text(local_day(at, zone.key)) if self.visit.by_name else time_text(at, zone)


def operator() -> Profile | None:
    """Who gave it, and how to reach them."""
    return accounts.profile(db.session())
