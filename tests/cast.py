"""The people of a test: an operator with its keys, its staff, and workers who filed.

Everything goes through the real operations; only the passwords are hashed at the lowest cost.
The API: `found_operator`, `member`, `add_partner`, `file_case`, `browser`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from grievance import clock
from grievance.accounts import quorum
from grievance.accounts.act import KeyHolder, StaffAct
from grievance.accounts.hashing import HashedPassword
from grievance.accounts.keys import holders, open_organisation_keys, organisation_key
from grievance.accounts.models import Person
from grievance.accounts.operations import (
    companies,
    founding,
    interpreters,
    invitations,
    partners,
    recovery,
    signing,
)
from grievance.accounts.operations.keys import ALONE_WAITS, approve
from grievance.accounts.operations.persons import Admitted
from grievance.accounts.operations.profile import ProfileDraft, save_profile
from grievance.accounts.profile import FIELDS
from grievance.accounts.queries import profile, waiting_requests
from grievance.accounts.roles import KEY_HOLDERS, Role, permissions_of
from grievance.cases.act import Act
from grievance.cases.actors import Actor, of_member, of_receipt
from grievance.cases.models import Case, Receipt
from grievance.cases.opening import OpenCase, open_for_organisation, open_for_receipt
from grievance.cases.operations.filing import Filing, NewReceipt, file
from grievance.cases.site import Site
from grievance.deadlines.advising import advise
from grievance.directory import facts
from grievance.extensions import act_as, db
from grievance.questions.bank import shipped
from grievance.questions.complaint import complaint_of
from grievance.questions.question import Answer
from grievance.routing.explain import as_plain
from grievance.routing.profile import parse
from grievance.routing.rules import shipped_rules
from grievance.vault.keyring import KeyRing
from grievance.vault.passwords import Parameters, kek_for
from grievance.vault.receipts import ReceiptKeys, draw, receipt_keys, slow_root
from grievance.vault.recovery import fingerprint
from tests.again import again
from tests.questions.answers import WAGES

NOW = datetime(2026, 4, 22, 3, 20, 5, tzinfo=UTC)  # a Wednesday, 12:20 in Tokyo
# answers of somebody who is hurt now: file_case(session, site, **IN_DANGER)
IN_DANGER = {
    "problem": "treatment", "issue": "violence", "hurt": "yes", "free": "yes", "taken": "no",
    "child": "no",
}  # fmt: skip
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Step:
    """What the acts of a hand-over need to know of who does them."""

    session: Session
    opened: Any
    today: date
    now: datetime


@dataclass(frozen=True)
class Staff:
    """A member of the operator: who they are, and the private key that opens theirs."""

    id: UUID
    name: str
    address: str
    role: Role
    organisation: UUID
    private: bytes = field(repr=False)

    @property
    def holds_key(self) -> bool:
        """Whether they were given the organisation's key."""
        return self.role in KEY_HOLDERS

    @property
    def actor(self) -> Actor:
        """Who they are to a verb."""
        allowed = permissions_of(self.role, holds_key=self.holds_key)
        return of_member(self.id, frozenset(str(one) for one in allowed))

    def acting(self, session: Session, ring: KeyRing, now: datetime = NOW) -> StaffAct:
        """What they do to their organisation."""
        holder = KeyHolder(self.id, self.private)
        return StaffAct(session, ring, self.organisation, holder, now)

    def open(self, session: Session, case: Case) -> OpenCase:
        """The case as they open it."""
        held = open_organisation_keys(session, self.id, self.private)
        privates = {g: key for (owner, g), key in held.items() if owner == self.organisation}
        return open_for_organisation(session, case, self.organisation, privates)

    def act(self, session: Session, site: Site, case: Case, now: datetime = NOW) -> Act:
        """What they do to a case, on its newest page."""
        return Act(session, site, self.open(session, case), self.actor, now, case.version)


@dataclass(frozen=True)
class Operator:
    """The founded operator, its director, and the ring that made them."""

    id: UUID
    director: Staff
    ring: KeyRing
    members: list[Staff] = field(default_factory=list)

    def approver(self, session: Session) -> Staff:
        """Somebody who holds the key and did not invite: the director only where nobody does."""
        held = holders(session, self.id)
        there = [one for one in self.members if one.id in held]
        leads = [one for one in there if one.role != Role.HANDLER]
        return (leads or there or [self.director])[0]


@dataclass(frozen=True)
class Filed:
    """A case and the code of its worker."""

    case: Case
    receipt: Receipt
    code: str = field(repr=False)
    keys: ReceiptKeys = field(repr=False)

    @property
    def actor(self) -> Actor:
        """The worker, to a verb."""
        return of_receipt(self.case.id, self.receipt.id, self.receipt.role, self.receipt.known_to)

    def open(self, session: Session) -> OpenCase:
        """The case as its worker opens it."""
        return open_for_receipt(session, self.case, self.receipt, self.keys.pair.private)

    def act(self, session: Session, site: Site, now: datetime = NOW) -> Act:
        """What the worker does to the case."""
        return Act(session, site, self.open(session), self.actor, now)


def cheap_password(ring: KeyRing, password: str = PASSWORD) -> HashedPassword:
    """A password hashed in a millisecond; the product makes it anew at the first sign-in."""
    version = ring.newest_pepper
    parameters = Parameters(uuid4().bytes, version, memory_kib=8, time_cost=1)
    return HashedPassword(parameters, kek_for(password, parameters, ring.pepper(version)))


def found_operator(session: Session, ring: KeyRing, now: datetime = NOW) -> Operator:
    """An operator whose filing is open: keys, a confirmed recovery sheet, a complete profile."""
    key = "operator", ring.receipt_salt, now
    made = again(session, key, lambda: found_anew(session, ring, now))
    return replace(made, ring=ring, members=[])


def found_anew(session: Session, ring: KeyRing, now: datetime = NOW) -> Operator:
    """The same by the operations themselves, for a test that changes what they do."""
    token = founding.set_up(session, now)
    founder = founding.Founder(
        "Hidamari desk", "Sato Hanako", "director@example.org", "en", cheap_password(ring)
    )
    admitted = founding.found(session, token, founder, ring=ring, now=now)
    held = profile(session)
    assert held is not None
    director = Staff(
        admitted.person_id,
        founder.name,
        founder.address,
        Role.DIRECTOR,
        held.organisation_id,
        admitted.private,
    )
    act = director.acting(session, ring, now)
    sheet = recovery.sheet_secret(session, director.organisation, act.by)
    assert sheet is not None
    recovery.confirm_sheet(act, sheet)
    _tell(act, held.version)
    session.commit()
    return Operator(director.organisation, director, ring)


def _tell(act: StaffAct, version: int) -> None:
    told = ProfileDraft(
        version=version,
        name="Hidamari desk",
        texts={(name, "en"): f"About {name}." for name in FIELDS},
        hours={str(day): ["09:00", "18:00"] for day in range(5)},
        languages=["en", "ja", "vi"],
        time_zone="Asia/Tokyo",
        everyday_site="https://weather.example.org",
        contacts=["desk@example.org"],
        retention_days=1825,
    )
    save_profile(act, told)


def member(
    session: Session,
    operator: Operator,
    role: Role = Role.HANDLER,
    name: str = "Tanaka Ken",
    language: str = "en",
    now: datetime = NOW,
) -> Staff:
    """A new member, invited by the director; roles that work on cases are given the operator's key
    by another member, or by the director after the days that takes; so long ago that they count as
    persons of their own."""

    def take_in() -> Staff:
        return _take_in(session, operator, (role, name, language), now)

    there = (operator.id, *(one.id for one in operator.members))
    made = again(session, (there, role, name, language, now), take_in)
    if made.holds_key:
        operator.members.append(made)
    return made


def _take_in(
    session: Session, operator: Operator, who: tuple[Role, str, str], now: datetime
) -> Staff:
    role, name, language = who
    then = now - quorum.COUNTS - timedelta(hours=1)
    address, ring, director = f"{uuid4().hex[:10]}@example.org", operator.ring, operator.director
    token = invitations.invite(
        director.acting(session, ring, then), invitations.Invitee(name, address, role)
    )
    admitted = invitations.accept(
        session,
        token,
        invitations.Newcomer(cheap_password(ring), language),
        ring=ring,
        now=then - ALONE_WAITS,
    )
    made = Staff(admitted.person_id, name, address, role, operator.id, admitted.private)
    if made.holds_key:
        asked = waiting_requests(session, operator.id, made.id)[0]
        words = fingerprint(session.get_one(Person, made.id).public)
        giver = operator.approver(session)
        approve(giver.acting(session, ring, then), asked.id, words)
    session.commit()
    return made


@dataclass(frozen=True)
class Partner:
    """A partner organisation and its people; the first of them gave the key to the others."""

    id: UUID
    mechanism: str
    people: tuple[Staff, ...]


def add_partner(
    session: Session,
    operator: Operator,
    mechanism: str,
    people: int = 1,
    *,
    confirmed: bool = True,
    now: datetime = NOW,
) -> Partner:
    """A body of the directory with so many people, whose key the director has confirmed."""
    ring, director = operator.ring, operator.director
    adding = director.acting(session, ring, now)
    new = partners.NewPartner(mechanism, f"Body {mechanism}", "called", True)
    added = partners.add(adding, new)
    inviting = replace(adding, organisation_id=added)
    made: list[Staff] = []
    for number in range(people):
        name, address = f"Partner {number + 1}", f"{uuid4().hex[:10]}@partner.example"
        role = Role.PARTNER_CASEWORKER
        token = invitations.invite(inviting, invitations.Invitee(name, address, role))
        newcomer = invitations.Newcomer(cheap_password(ring), "en")
        came = invitations.accept(session, token, newcomer, ring=ring, now=now)
        made.append(Staff(came.person_id, name, address, role, added, came.private))
        for asked in waiting_requests(session, added, came.person_id):
            words = fingerprint(session.get_one(Person, came.person_id).public)
            approve(made[0].acting(session, ring, now), asked.id, words)
    if confirmed and made:
        key = organisation_key(session, added)
        assert key is not None
        partners.confirm_key(adding, added, fingerprint(key.public))
    session.flush()
    return Partner(added, mechanism, tuple(made))


COMPANY_NUMBER = "7000012050002"  # that of the National Tax Agency, which gives them out


@dataclass(frozen=True)
class Firm(Partner):
    """A company and its people, who hold nothing together."""


def add_company(
    session: Session,
    operator: Operator,
    mechanism: str,
    people: int = 1,
    *,
    number: str = COMPANY_NUMBER,
    heard: bool = True,
    now: datetime = NOW,
) -> Firm:
    """A company with so many people, whose words the director has heard."""
    ring, director = operator.ring, operator.director
    adding = director.acting(session, ring, now)
    new = companies.NewCompany(
        mechanism, f"Company {mechanism}", number, "published", "Mr Sato, HR", "called"
    )
    added = companies.add(adding, new)
    made: list[Staff] = []
    for number_ in range(people):
        name, address = f"Respondent {number_ + 1}", f"{uuid4().hex[:10]}@company.example"
        role, seat = Role.COMPANY_RESPONDENT, invitations.Seat(f"Task {number_ + 1}", "Plant 2")
        inviting = replace(adding, organisation_id=added)
        token = invitations.invite(inviting, invitations.Invitee(name, address, role, seat))
        newcomer = invitations.Newcomer(cheap_password(ring), "en")
        came = invitations.accept(session, token, newcomer, ring=ring, now=now)
        made.append(Staff(came.person_id, name, address, role, added, came.private))
        if heard:
            words = fingerprint(session.get_one(Person, came.person_id).public)
            companies.hear(adding, came.person_id, words)
    session.flush()
    return Firm(added, mechanism, tuple(made))


def add_interpreter(
    session: Session, operator: Operator, *, heard: bool = True, now: datetime = NOW
) -> Staff:
    """Somebody who interprets for the operator, whose words the director has heard."""
    ring, adding = operator.ring, operator.director.acting(session, operator.ring, now)
    name, address = "Le Thu", f"{uuid4().hex[:10]}@example.org"
    token = invitations.invite(adding, invitations.Invitee(name, address, Role.INTERPRETER))
    newcomer = invitations.Newcomer(cheap_password(ring), "en")
    came = invitations.accept(session, token, newcomer, ring=ring, now=now)
    if heard:
        words = fingerprint(session.get_one(Person, came.person_id).public)
        interpreters.hear(adding, came.person_id, words)
    session.flush()
    return Staff(came.person_id, name, address, Role.INTERPRETER, operator.id, came.private)


def new_keys(ring: KeyRing, version: int | None = None) -> tuple[str, ReceiptKeys]:
    """A fresh receipt code and what it opens."""
    code, used = draw(), version or ring.newest_pepper
    return code, receipt_keys(slow_root(code, ring.receipt_salt), ring.pepper(used), used)


def file_case(
    session: Session,
    site: Site,
    *,
    now: datetime = NOW,
    role: str = "worker",
    known_to: str = "self",
    **answers: Answer,
) -> Filed:
    """A filing of an intern who was not paid; answers by question id, `_` for `-`."""
    told = {**WAGES, **{name.replace("_", "-"): given for name, given in answers.items()}}
    complaint = complaint_of(shipped(), told)
    book, rules = facts.shipped(), shipped_rules()
    profile_ = parse(complaint.profile, tuple(book.issues), rules.limitation_codes)
    advice = advise(profile_, rules, book, clock.local_day(now, "Asia/Tokyo"))
    code, keys = new_keys(site.ring)
    filing = Filing(
        filing_id=uuid4(),
        complaint=complaint,
        receipts=[NewReceipt(keys, role, known_to)],
        rules_version=advice.rules_version,
        suggestion=as_plain(advice),
    )
    case = file(session, site, filing, now)
    receipt = session.query(Receipt).filter_by(case_id=case.id).one()
    session.commit()
    return Filed(case, receipt, code, keys)


class Browser(FlaskClient):
    """A browser whose every request has a context of its own, as at a real server."""

    def open(self, *arguments: Any, **options: Any) -> Any:
        """One request."""
        opened: Callable[..., Any] = super().open
        answer = Context().run(opened, *arguments, **options)
        # pages of a test share its connection, and say there who acts
        if has_app_context() and db.session.info.get("actor"):
            act_as(db.session.info["actor"])
        return answer


def browser(app: Flask, session: Session, staff: Staff | None = None) -> Browser:
    """A browser, signed in as a member of staff if one is named."""
    made = Browser(app, app.response_class, use_cookies=True)
    if staff:
        ring: KeyRing = app.config["KEY_RING"]
        admitted = Admitted(staff.id, staff.private)
        secret = signing.open_session(session, admitted, ring=ring, now=clock.real_now())
        session.commit()
        made.set_cookie("staff", secret)
    return made
