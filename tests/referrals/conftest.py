"""A case with its operator and worker, and a packet of it on its way to a body."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from grievance.cases.site import Site
from grievance.referrals.answered import Answered
from grievance.referrals.drafting import Drafting, draft
from grievance.referrals.models import Consent, Packet, Referral
from grievance.referrals.operations import sealing, steps
from grievance.referrals.operations.sealing import FlatFile, Making, OpenPacket
from grievance.referrals.operations.steps import Asking, Delivery, Said
from grievance.referrals.templates import book
from grievance.vault import values
from grievance.vault.keys import Holder, KeyPair, new_key, new_pair
from grievance.vault.labels import Label
from tests.cast import NOW, Step, file_case, found_operator
from tests.referrals.told import IN_JAPANESE, TOLD

TODAY = date(2026, 4, 22)
ENDS = date(2026, 10, 31)
BODY = "jp-lsio"


@dataclass
class Words:
    """Seals to a row of one case, as an opened case does."""

    case_id: UUID
    key: bytes = field(default_factory=new_key)

    def seal_json(self, label: Label, row: UUID | str, data: Any) -> bytes:
        """Seal JSON to a row."""
        return values.seal_json(self.key, values.Place(label, self.case_id, row, 1), data)

    def open_json(self, label: Label, row: UUID | str, value: bytes) -> Any:
        """Open it again."""
        return values.open_json(self.key, values.Place(label, self.case_id, row, 1), value)


@dataclass
class Desk:
    """One case and everything needed to hand it over; each helper does one real act."""

    session: Session
    site: Site
    case_id: UUID
    person_id: UUID
    operator: Holder
    pair: KeyPair
    words: Words

    def kept(
        self, body: str = BODY, *, immigration: str = "principle_no", **options: Any
    ) -> OpenPacket:
        """A draft packet to a body."""
        document = draft(
            book().templates[options.pop("template", "lsio")],
            options.pop("answers", TOLD),
            Drafting(
                mechanism=body,
                name="労働基準監督署",
                operator="Hidamari desk",
                language="ja",
                beside="vi",
                form=options.pop("form", "named"),
                parts=options.pop("parts", ("name", "story", "company")),
                translations=options.pop("translations", IN_JAPANESE),
            ),
        )
        making = Making(
            case_id=self.case_id,
            mechanism=body,
            immigration=immigration,
            document=document,
            files=options.pop("files", (FlatFile("slip.png", "image/png", b"picture"),)),
        )
        return sealing.keep(self.session, making, [self.operator], self.site.blobs, NOW)

    def packet(self, body: str = BODY, **options: Any) -> Packet:
        """A frozen packet to a body."""
        kept = self.kept(body, **options)
        sealing.freeze(self.session, kept.packet, NOW)
        return kept.packet

    def proposed(self, body: str = BODY) -> Referral:
        """A hand-over that was only proposed."""
        return steps.propose(self.session, self.case_id, body, self.person_id, NOW)

    def asked(self, body: str = BODY, **options: Any) -> tuple[Referral, Packet]:
        """A hand-over the worker was asked about."""
        referral, packet = self.proposed(body), self.packet(body, **options)
        steps.ask(self.session, referral, packet, Asking("complaint", ENDS, TODAY), NOW)
        return referral, packet

    def said(self, packet: Packet, **changed: Any) -> Said:
        """A yes with the worker's own code to exactly what was asked."""
        told: dict[str, Any] = {
            "answer": "yes",
            "digest": packet.digest,
            "recipient": packet.mechanism,
            "purpose": "complaint",
            "form": packet.form,
            "ends_on": ENDS,
            "parts": tuple(packet.parts),
            "given_by": "receipt",
            "known_to": "self",
        }
        return Said(**{**told, **changed})

    def step(self, today: date) -> Step:
        """Who does it, on this day."""
        return Step(self.session, self.words, today, NOW)

    def answer(self, referral: Referral, packet: Packet, **changed: Any) -> Consent:
        """What the worker answers; a yes unless told otherwise."""
        today = changed.pop("today", TODAY)
        return steps.consent(self.step(today), referral, packet, self.said(packet, **changed))

    def agreed(self, body: str = BODY, **options: Any) -> Referral:
        """A hand-over the worker agreed to."""
        referral, packet = self.asked(body, **options)
        self.answer(referral, packet)
        return referral

    def deliver(self, referral: Referral, today: date = TODAY, **changed: Any) -> None:
        """Send it."""
        told: dict[str, Any] = {"by": "staff", "channel": "post", "on": today}
        steps.deliver(self.step(today), referral, Delivery(**{**told, **changed}))

    def delivered(self, body: str = BODY, **options: Any) -> Referral:
        """A hand-over that went out."""
        referral = self.agreed(body, **options)
        self.deliver(referral, note="RR123456789JP")
        return referral

    def hears(self, referral: Referral, kind: str, after: int = 5, **changed: Any) -> Any:
        """The body answers some days after delivery."""
        on = TODAY + timedelta(days=after)
        return steps.record_answer(self.step(on), referral, Answered(kind, on, **changed))


@pytest.fixture
def desk(app: Flask, session: Session) -> Desk:
    """An operator, a case, and a pair that stands for the operator's key."""
    site: Site = app.config["SITE"]
    operator = found_operator(session, site.ring)
    filed = file_case(session, site)
    pair = new_pair()
    holder = Holder("organisation", uuid4(), 1, pair.public)
    case_id = filed.case.id
    return Desk(session, site, case_id, operator.director.id, holder, pair, Words(case_id))
