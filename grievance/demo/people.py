"""The people of the demonstration: an operator with keys, its staff, partners."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from grievance import clock
from grievance.accounts import queries
from grievance.accounts.act import KeyHolder, StaffAct
from grievance.accounts.hashing import HashedPassword, hash_password
from grievance.accounts.keys import open_organisation_keys, organisation_key
from grievance.accounts.models import Person
from grievance.accounts.operations import (
    companies,
    factors,
    founding,
    interpreters,
    invitations,
    partners,
    recovery,
)
from grievance.accounts.operations.invitations import Seat
from grievance.accounts.operations.keys import ALONE_WAITS, approve
from grievance.accounts.operations.owning import Own
from grievance.accounts.operations.profile import ProfileDraft, save_profile
from grievance.accounts.quorum import COUNTS
from grievance.accounts.roles import KEY_HOLDERS, Role, permissions_of
from grievance.cases.actors import Actor, of_member
from grievance.cases.models import Case
from grievance.cases.opening import OpenCase, open_for_organisation
from grievance.demo.story import Account
from grievance.directory import queries as directory
from grievance.directory.operations import Desk, register_desk
from grievance.vault.factors import code_at
from grievance.vault.keyring import KeyRing
from grievance.vault.recovery import fingerprint
from grievance.vault.strength import passphrase

ADDRESS = "demo.example"  # RFC 6761: no letter to it ever leaves


@dataclass(frozen=True)
class Colleague:
    """A member of staff who acts in the script."""

    id: UUID
    organisation: UUID
    role: Role
    private: bytes = field(repr=False)
    keys: dict[int, bytes] = field(default_factory=dict, repr=False)  # the house's, once opened

    @property
    def actor(self) -> Actor:
        """Who they are to a verb."""
        allowed = permissions_of(self.role, holds_key=self.role in KEY_HOLDERS)
        return of_member(self.id, frozenset(str(one) for one in allowed))

    def acting(self, session: Session, ring: KeyRing, now: datetime) -> StaffAct:
        """What they do to their organisation."""
        holder = KeyHolder(self.id, self.private)
        return StaffAct(session, ring, self.organisation, holder, now)

    def privates(self, session: Session) -> dict[int, bytes]:
        """The keys of their organisation, by generation."""
        if not self.keys:
            held = open_organisation_keys(session, self.id, self.private)
            mine = {made: key for (owner, made), key in held.items() if owner == self.organisation}
            self.keys.update(mine)
        return self.keys

    def open(self, session: Session, case: Case) -> OpenCase:
        """The case as they open it."""
        return open_for_organisation(session, case, self.organisation, self.privates(session))


@dataclass(frozen=True)
class Cast:
    """Everybody by the name the script calls them, and how each signs in."""

    colleagues: Mapping[str, Colleague]
    accounts: tuple[Account, ...]


@dataclass(frozen=True)
class _Hire:
    """Somebody of the script with an address, a passphrase and its slow hash."""

    key: str
    name: str
    language: str
    account: Account
    password: HashedPassword
    second_step: bool


def engage(session: Session, ring: KeyRing, script: Mapping[str, Any], now: datetime) -> Cast:
    """Found the operator, confirm its recovery sheet, publish its profile, invite its people.

    Every passphrase is random; each person's slow hash takes about a fifth of a second.
    """
    hires = [_hire(row, script["name"], ring) for row in script["people"]]
    given = now - COUNTS  # longer ago than whom one person let in counts as that person
    began = given - ALONE_WAITS
    director = _found(session, ring, hires[0], began)
    _publish(director.acting(session, ring, began), script)
    colleagues = {hires[0].key: director}
    for hire in hires[1:]:
        colleagues[hire.key] = _join(director.acting(session, ring, began), hire)
    _give_keys(session, ring, list(colleagues.values()), given)
    _hear(director.acting(session, ring, given), colleagues.values())
    for row in script["partners"]:
        joined = _partner(director.acting(session, ring, given), row)
        colleagues |= {hire.key: one for hire, one in joined}
        hires += [hire for hire, _one in joined]
    for row in script["companies"]:
        joined = _company(director.acting(session, ring, given), row)
        colleagues |= {hire.key: one for hire, one in joined}
        hires += [hire for hire, _one in joined]
    accounts = tuple(_guarded(session, hire, colleagues[hire.key], given) for hire in hires)
    return Cast(colleagues, accounts)


def _hire(row: Mapping[str, str], organisation: str, ring: KeyRing) -> _Hire:
    account = Account(row["role"], f"{row['key']}@{ADDRESS}", passphrase(), organisation)
    hashed = hash_password(account.password, ring)
    second_step = bool(row.get("second_step"))
    return _Hire(row["key"], row["name"], row["language"], account, hashed, second_step)


def _guarded(session: Session, hire: _Hire, who: Colleague, now: datetime) -> Account:
    """How they sign in; with a second step for whom the script gives one."""
    if not hire.second_step:
        return hire.account
    own = Own(session, KeyHolder(who.id, who.private), now)
    factors.offer(own)
    secret = factors.shown(own) or ""
    factors.confirm(own, code_at(secret, now))
    return replace(hire.account, totp=secret)


def _found(session: Session, ring: KeyRing, hire: _Hire, now: datetime) -> Colleague:
    token = founding.set_up(session, now)
    founder = founding.Founder(
        hire.account.organisation, hire.name, hire.account.email, hire.language, hire.password
    )
    admitted = founding.found(session, token, founder, ring=ring, now=now)
    operator = queries.operator(session)
    if operator is None:
        raise LookupError("no operator after founding")
    role = Role(hire.account.role)
    director = Colleague(admitted.person_id, operator.id, role, admitted.private)
    act = director.acting(session, ring, now)
    sheet = recovery.sheet_secret(session, operator.id, act.by)
    if sheet is None:
        raise LookupError("no recovery sheet after founding")
    recovery.confirm_sheet(act, sheet)
    return director


def _publish(act: StaffAct, script: Mapping[str, Any]) -> None:
    kept = queries.profile(act.session)
    told = ProfileDraft(
        version=kept.version if kept else 1,
        name=script["name"],
        texts={
            (name, slug): text
            for name, said in script["texts"].items()
            for slug, text in said.items()
        },
        hours=script["hours"],
        languages=script["languages"],
        time_zone=script["time_zone"],
        everyday_site=script["everyday_site"],
        contacts=script["contacts"],
        retention_days=script["retention_days"],
    )
    save_profile(act, told)


def _join(act: StaffAct, hire: _Hire, seat: Seat | None = None) -> Colleague:
    role = Role(hire.account.role)
    token = invitations.invite(act, invitations.Invitee(hire.name, hire.account.email, role, seat))
    newcomer = invitations.Newcomer(hire.password, hire.language)
    admitted = invitations.accept(act.session, token, newcomer, ring=act.ring, now=act.now)
    return Colleague(admitted.person_id, act.organisation_id, role, admitted.private)


def _partner(act: StaffAct, row: Mapping[str, Any]) -> list[tuple[_Hire, Colleague]]:
    """A body of the directory with its people: the first makes its key and gives it on, the
    director has heard its words."""
    session, ring, body = act.session, act.ring, row["body"]
    answers = directory.book(session).entries[body].facts.can_answer
    name = f"{row['name']} (demonstration)"
    added = partners.add(act, partners.NewPartner(body, name, row["vetted_by"], answers))
    inviting = replace(act, organisation_id=added)
    hires = [_hire({"role": Role.PARTNER_CASEWORKER, **one}, name, ring) for one in row["people"]]
    joined = [(hire, _join(inviting, hire)) for hire in hires]
    _give_keys(session, ring, [one for _hire, one in joined], act.now)
    key = organisation_key(session, added)
    if key is None:
        raise LookupError("no key after the first person of a partner")
    partners.confirm_key(act, added, fingerprint(key.public))
    return joined


def _company(act: StaffAct, row: Mapping[str, Any]) -> list[tuple[_Hire, Colleague]]:
    """A company with its desk in the directory and its people, each of whose words were heard."""
    session, ring, number = act.session, act.ring, row["number"]
    name, mechanism = f"{row['name']} (demonstration)", f"company-{number}"
    desk = Desk(mechanism, row["template"], name, number, (row["name"],))
    register_desk(session, desk, actor=f"member:{act.by.person_id}", now=clock.now())
    checked = (row["number_by"], row["spoken_with"], row["spoken_by"])
    added = companies.add(act, companies.NewCompany(mechanism, name, number, *checked))
    inviting, joined = replace(act, organisation_id=added), []
    for one in row["people"]:
        hire = _hire({"role": Role.COMPANY_RESPONDENT, **one}, name, ring)
        came = _join(inviting, hire, Seat(one["task"], one["never"]))
        companies.hear(act, came.id, fingerprint(session.get_one(Person, came.id).public))
        joined.append((hire, came))
    return joined


def _hear(act: StaffAct, there: Iterable[Colleague]) -> None:
    """The director has heard the words of who interprets."""
    for one in there:
        if one.role == Role.INTERPRETER:
            words = fingerprint(act.session.get_one(Person, one.id).public)
            interpreters.hear(act, one.id, words)


def _give_keys(session: Session, ring: KeyRing, there: Sequence[Colleague], now: datetime) -> None:
    """Who was first gives the key to the next, who gives it on: the director, who is alone, has
    waited for that."""
    giver = there[0]
    for one in there[1:]:
        for asked in queries.waiting_requests(session, one.organisation, one.id):
            words = fingerprint(session.get_one(Person, one.id).public)
            approve(giver.acting(session, ring, now), asked.id, words)
            giver = one if giver is there[0] else giver
