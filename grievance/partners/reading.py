"""What a body reads on its page: the document, what it told us, what it must keep to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from grievance.accounts import queries as accounts
from grievance.accounts.profile import Profile
from grievance.deadlines.queries import operator_hours
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.i18n import time_text
from grievance.partners.forms import KINDS
from grievance.partners.visits import Visit
from grievance.referrals import pdf, queries
from grievance.referrals.document import Document
from grievance.referrals.models import PacketFile
from grievance.referrals.operations import linking, sealing
from grievance.vault.labels import Label


@dataclass(frozen=True)
class Told:
    """What the body wrote to us itself."""

    kind: str
    when: str
    reference: str = field(repr=False)
    words: str = field(repr=False)


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
        """What was written to us over this very link, oldest first: the one before it may have been
        with somebody else. What staff wrote down for the body is sealed with another key."""
        session, paper = db.session(), self.visit.paper
        zone = ZoneInfo(operator_hours(session).zone)
        written = linking.wrote(session, self.visit.referral.id)
        found = []
        for row in queries.answers_of(session, self.visit.referral.id):
            if row.id in written and written[row.id].link_id == self.visit.link.id:
                said = paper.open_json(Label.REFERRAL_ANSWER, row.id, row.content)
                when, kind = time_text(row.at, zone), _(KINDS[row.kind])
                found.append(Told(kind, when, said["reference"], said["note"]))
        return found


def operator() -> Profile | None:
    """Who gave it, and how to reach them."""
    return accounts.profile(db.session())
