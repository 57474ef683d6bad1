"""Which rows of an organisation an event vouches for: who is what there and how they get in, who
waits for its key and who holds it, and what it says of itself to workers, its telephone numbers and
where *Leave* goes among them.

A false key does not open, but an older one that was put back would.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from grievance.accounts.companies import Company, Respondent
from grievance.accounts.factors import FactorRule, Passkey, RecoveryCode, SecondFactor
from grievance.accounts.folding import FoldRule
from grievance.accounts.interpreters import Interpreter
from grievance.accounts.models import (
    Invitation,
    KeyRequest,
    MemberKeyWrap,
    Membership,
    MembershipKey,
    OperatorProfile,
    Organisation,
    OrganisationKey,
    Person,
    RecoveryKey,
)
from grievance.accounts.named import HEADED, NAMED, Heading, Naming, columns_but


def _house(person_id: Any) -> ColumnElement[Any]:
    """Where somebody is, or was, a member; of several, the operator."""
    mine = select(Membership.organisation_id).where(Membership.person_id == person_id)
    there = mine.join(Organisation, Organisation.id == Membership.organisation_id)
    return there.order_by(Organisation.kind, Organisation.id).limit(1).scalar_subquery()


model: type[Any]
for model in (Membership, KeyRequest):
    NAMED[model] = (Naming(columns_but(model), under="organisation_id"),)
for model in (MembershipKey, RecoveryKey, Company, Respondent, Interpreter):
    NAMED[model] = (Naming(columns_but(model), under="organisation_id", since=2),)

# Named apart, as below: it came later, and stands there once something was said of it.
CALENDAR = "calendar"
NAMED[OperatorProfile] = (
    Naming(columns_but(OperatorProfile, CALENDAR), under="organisation_id"),
    Naming(
        (CALENDAR,),
        when=lambda profile: profile.calendar is not None,
        under="organisation_id",
        since=2,
        part="calendar",
    ),
)

# Named apart, as below: they came later, and only partners' rows have them.
CONFIRMED = ("confirmed_by", "confirmed_at")
NAMED[OrganisationKey] = (
    Naming(columns_but(OrganisationKey, *CONFIRMED), under="organisation_id", since=2),
    Naming(
        CONFIRMED,
        when=lambda key: key.confirmed_at is not None,
        under="organisation_id",
        since=2,
        part="confirmed",
    ),
)

# Named apart: it came after rows had been named without it, and only a way back has it.
OPENS = "opens_at"
NAMED[Invitation] = (
    Naming(columns_but(Invitation, OPENS), under="organisation_id", since=2),
    Naming(
        (OPENS,),
        when=lambda link: link.opens_at is not None,
        under="organisation_id",
        since=2,
        part="opens",
    ),
)

# What the person alone wishes is no act, and that the letter of a day was made is none.
WISHES = ("language", "digest_hour", "digested_on")
NAMED[Person] = (
    Naming(columns_but(Person, *WISHES), under=lambda person: _house(person.id), since=2),
)
NAMED[MemberKeyWrap] = (
    Naming(columns_but(MemberKeyWrap), under=lambda wrap: _house(wrap.person_id), since=2),
)
# An app that is being set up lets nobody in and is no act yet.
NAMED[SecondFactor] = (
    Naming(
        columns_but(SecondFactor),
        when=lambda factor: factor.confirmed_at is not None,
        under=lambda factor: _house(factor.person_id),
        since=2,
    ),
)
NAMED[Passkey] = (Naming(columns_but(Passkey), under=lambda one: _house(one.person_id), since=2),)
NAMED[FactorRule] = (Naming(columns_but(FactorRule), under="organisation_id", since=2),)
NAMED[FoldRule] = (Naming(columns_but(FoldRule), under="organisation_id", since=2),)
NAMED[RecoveryCode] = (
    Naming(columns_but(RecoveryCode), under=lambda one: _house(one.person_id), since=2),
)

# Its name as a hash: events stay for ever and hold no words.
PARTNER = ("mechanism", "vetted_by", "added_by", "added_at", "closed_at")
NAMED[Organisation] = (
    Naming(("name",), under="id"),
    Naming(
        PARTNER, when=lambda body: body.mechanism is not None, under="id", since=2, part="partner"
    ),
)
HEADED[Organisation] = Heading(("kind", "founded_at"), reach=2)
