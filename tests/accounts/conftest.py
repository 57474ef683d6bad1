"""An office for tests: founded, with colleagues of any role, and browsers that sign in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from grievance.accounts import hashing, queries, quorum
from grievance.accounts.act import KeyHolder, StaffAct
from grievance.accounts.keys import holders, open_organisation_keys
from grievance.accounts.models import KeyRequest, Person
from grievance.accounts.operations import founding, invitations, keys, recovery
from grievance.accounts.operations.persons import Admitted
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.vault.keyring import KeyRing
from grievance.vault.recovery import fingerprint
from tests.pages import Page, read_page

PASSWORD = "harbour-lantern-quiet-maple-stone"


class Browser(FlaskClient):
    """A browser whose requests each have a context of their own, as on a real server."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*arguments, **options)

    def page(self, path: str) -> Page:
        """GET, read."""
        return read_page(self.get(path))

    def send(self, path: str, **written: str) -> TestResponse:
        """GET the page, fill its main form, POST."""
        found = self.page(path)
        form = found.one("form", data_main="")
        return self.post(form.get("action") or path, data={**found.fields(form), **written})

    def sign_in(self, address: str, password: str = PASSWORD) -> TestResponse:
        return self.send("/staff/sign-in", email=address, password=password)


@pytest.fixture
def ring(app: Flask) -> KeyRing:
    return app.config["KEY_RING"]


@pytest.fixture(scope="session")
def hashed(shared_app: Flask) -> hashing.HashedPassword:
    """`PASSWORD` after its slow hash, once for all tests."""
    return hashing.hash_password(PASSWORD, shared_app.config["KEY_RING"])


@pytest.fixture
def browse(app: Flask) -> Any:
    """Makes browsers."""
    app.test_client_class = Browser
    return app.test_client


@pytest.fixture
def client(browse: Any) -> Browser:
    return browse()


@dataclass
class Office:
    """The operator, founded, its recovery sheet confirmed unless a test says otherwise."""

    session: Session
    ring: KeyRing
    hashed: hashing.HashedPassword
    id: UUID
    founder: Admitted
    came: list[Admitted] = field(default_factory=list)

    def holder(self, admitted: Admitted) -> KeyHolder:
        return KeyHolder(admitted.person_id, admitted.private)

    def act(
        self,
        by: Admitted | None = None,
        now: datetime | None = None,
        session: Session | None = None,
    ) -> StaffAct:
        """What somebody does to the organisation; the founder unless told otherwise."""
        holder = self.holder(by or self.founder)
        return StaffAct(session or self.session, self.ring, self.id, holder, now or real_now())

    def invite(self, name: str, role: Role, by: Admitted | None = None) -> str:
        """The token of an invitation to `<name>@example.org`."""
        return invitations.invite(
            self.act(by), invitations.Invitee(name, f"{name}@example.org", role)
        )

    def accept(self, token: str) -> Admitted:
        return invitations.accept(
            self.session,
            token,
            invitations.Newcomer(self.hashed, "en"),
            ring=self.ring,
            now=real_now(),
        )

    def older(self, person: Admitted) -> None:
        """Their request waits for two days already."""
        self.request(person).created_at = real_now() - keys.ALONE_WAITS
        self.session.flush()

    def request(self, person: Admitted) -> KeyRequest:
        (found,) = queries.waiting_requests(self.session, self.id, person.person_id)
        return found

    def words(self, person: Admitted) -> str:
        return fingerprint(self.session.get_one(Person, person.person_id).public)

    def giver(self) -> Admitted:
        """Somebody who holds the key and did not invite, or the founder, who is alone."""
        held = holders(self.session, self.id)
        there = [one for one in self.came if one.person_id in held]
        leads = [one for one in there if self.leads(one)]
        return (leads or there or [self.founder])[0]

    def leads(self, person: Admitted) -> bool:
        (fact,) = queries.memberships_of(self.session, person.person_id)
        return fact.role != Role.HANDLER

    def approve(self, person: Admitted, by: Admitted | None = None) -> None:
        """Given by who can; unless a test says by whom, so long ago that they are independent."""
        when = real_now()
        if by is None:
            when -= quorum.COUNTS + timedelta(hours=1)
            self.request(person).created_at = when - keys.ALONE_WAITS
            self.session.flush()
        keys.approve(
            self.act(by or self.giver(), when), self.request(person).id, self.words(person)
        )
        self.came.append(person)
        self.session.commit()

    def join(self, name: str, role: Role, *, approved: bool = True) -> Admitted:
        """A colleague, who holds the key when their role does and nobody said otherwise."""
        admitted = self.accept(self.invite(name, role))
        if approved and role in (Role.HANDLER, Role.LEAD, Role.DIRECTOR):
            self.approve(admitted)
        self.session.commit()
        return admitted

    def opens(self, person: Admitted) -> dict[tuple[UUID, int], bytes]:
        return open_organisation_keys(self.session, person.person_id, person.private)

    def sheet(self) -> bytes:
        secret = recovery.sheet_secret(self.session, self.id, self.holder(self.founder))
        assert secret
        return secret

    def person(self, name: str) -> Person:
        return self.session.scalars(select(Person).where(Person.name == name)).one()


@pytest.fixture
def unconfirmed(session: Session, ring: KeyRing, hashed: hashing.HashedPassword) -> Office:
    """An office whose recovery sheet was not typed back yet."""
    token = founding.set_up(session, real_now())
    founder = founding.Founder("Kobo Support", "director", "director@example.org", "en", hashed)
    admitted = founding.found(session, token, founder, ring=ring, now=real_now())
    session.commit()
    operator = queries.operator(session)
    assert operator
    return Office(session, ring, hashed, operator.id, admitted)


@pytest.fixture
def office(unconfirmed: Office) -> Office:
    recovery.confirm_sheet(unconfirmed.act(), unconfirmed.sheet())
    unconfirmed.session.commit()
    return unconfirmed
