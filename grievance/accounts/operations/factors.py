"""A member's second step: setting it up, proving it, taking it off, and the codes on paper.

Every verb holds the member's organisations and then the member, so of two requests with one code
the second finds it used. What was typed wrong is counted, ten an hour for each known device and for
all others together; then it waits, and nobody is locked out for good.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.act import KeyHolder, StaffAct
from grievance.accounts.audit import Deed
from grievance.accounts.factors import (
    APP,
    WRONG_MOST,
    WRONG_WITHIN,
    FactorRule,
    FactorTry,
    RecoveryCode,
    SecondFactor,
    counting,
    offered,
)
from grievance.accounts.models import Organisation, Person
from grievance.accounts.operations.persons import (
    actor_of,
    drop_factor,
    end_sessions,
    locked,
    take_away,
)
from grievance.accounts.operations.signing import organisations_of
from grievance.accounts.roles import Role
from grievance.model import digits_of
from grievance.refusals import Refused
from grievance.vault.errors import Tampered
from grievance.vault.factors import (
    code_mark,
    draw_codes,
    new_secret,
    open_secret,
    seal_secret,
    step_of,
)

OFFER_LASTS = timedelta(minutes=30)


@dataclass(frozen=True)
class Own:
    """What a member does to their own second step, with their own key. `lane` is the known device
    they are at, empty for any other; `session_id` the session that stays when others end."""

    session: Session
    by: KeyHolder
    now: datetime
    lane: str = ""
    session_id: UUID | None = None
    organisations: list[Organisation] = field(default_factory=list)

    def hold(self) -> Person:
        """The member, held until the transaction ends, after where they are a member."""
        self.organisations[:] = organisations_of(self.session, self.by.person_id)
        return locked(self.session, Person, self.by.person_id)

    def note(self, verb: str, **codes: object) -> None:
        """One event in each organisation that was held."""
        deed = Deed(verb, actor_of(self.by.person_id), self.now, codes)
        for organisation in self.organisations:
            audit.record(self.session, organisation, deed)


class WrongCode(Exception):
    """Not a code that works now. It is counted: the caller commits. `last` for the one after which
    this lane waits."""

    def __init__(self, *, last: bool = False) -> None:
        super().__init__("not a code that works now")
        self.last = last


class TooMany(Exception):
    """So many wrong codes came that this lane waits; nothing was compared."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("wrong codes: wait")
        self.retry_after = retry_after


def take(own: Own, typed: str) -> str:
    """Use up the code that was typed: of the app, or one on paper; `app` or `recovery`.

    WrongCode for every other, and for one that was used; TooMany while this lane waits. The caller
    holds the member.
    """
    session, person_id = own.session, own.by.person_id
    tries = _tries(own)
    if len(tries) >= WRONG_MOST:
        raise TooMany(int((tries[0] + WRONG_WITHIN - own.now).total_seconds()) + 1)
    factor = counting(session, person_id)
    step = _step(own, factor, typed) if factor else None
    mark = code_mark(own.by.private, person_id, typed)
    paper = session.scalars(
        select(RecoveryCode).where(RecoveryCode.person_id == person_id, RecoveryCode.mark == mark)
    ).first()
    if factor and step is not None:
        factor.last_step = step
        return APP
    if factor and paper is not None:
        session.delete(paper)
        session.flush()
        own.note("recovery_code_used", person=person_id)
        return "recovery"
    session.add(FactorTry(person_id=person_id, lane=own.lane, at=own.now))
    session.flush()
    last = len(tries) + 1 == WRONG_MOST
    if last:
        own.note("codes_wrong")
    raise WrongCode(last=last)


def _tries(own: Own) -> list[datetime]:
    """When wrong codes came in this lane lately, oldest first; older ones go."""
    mine = FactorTry.person_id == own.by.person_id
    gone = delete(FactorTry).where(mine, FactorTry.at <= own.now - WRONG_WITHIN)
    own.session.execute(gone.execution_options(synchronize_session=False))
    kept = select(FactorTry.at).where(mine, FactorTry.lane == own.lane).order_by(FactorTry.at)
    return list(own.session.scalars(kept))


def _step(own: Own, factor: SecondFactor, typed: str) -> int | None:
    """The step of an app's code, written in digits of any script, in groups or not; none fits a
    secret that somebody put there."""
    try:
        secret = open_secret(own.by.private, own.by.person_id, factor.id, factor.secret)
    except Tampered:
        return None
    return step_of(secret, digits_of(typed), own.now, factor.last_step)


def offer(own: Own, typed: str = "") -> None:
    """Draw a secret for an app. It counts only when a code of it was typed back; an app that counts
    goes on until then, and one of its codes, or one on paper, is needed here."""
    own.hold()
    if counting(own.session, own.by.person_id):
        take(own, typed)
    before = offered(own.session, own.by.person_id)
    if before:
        own.session.delete(before)
        own.session.flush()
    row = uuid4()
    own.session.add(
        SecondFactor(
            id=row,
            person_id=own.by.person_id,
            kind=APP,
            secret=seal_secret(own.by.private, own.by.person_id, row, new_secret()),
            created_at=own.now,
        )
    )
    own.note("factor_offered", person=own.by.person_id)


def shown(own: Own) -> str | None:
    """The secret that is being set up, for its page; None when there is none, or for too long."""
    row = offered(own.session, own.by.person_id)
    if row is None or row.created_at <= own.now - OFFER_LASTS:
        return None
    return open_secret(own.by.private, own.by.person_id, row.id, row.secret)


def confirm(own: Own, typed: str) -> list[str]:
    """The app counts from now on, in place of an earlier one; ten new recovery codes, which are
    shown this once. Every other session of the member ends.

    Refused (`used`) when nothing is being set up any more, WrongCode for a code that is not its.
    """
    own.hold()
    session, person_id = own.session, own.by.person_id
    secret, row = shown(own), offered(own.session, own.by.person_id)
    if secret is None or row is None:
        raise Refused("used")
    step = step_of(secret, digits_of(typed), own.now, row.last_step)
    if step is None:
        raise WrongCode
    before = select(SecondFactor).where(
        SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None)
    )
    take_away(session, before)
    row.confirmed_at, row.last_step = own.now, step
    session.flush()
    codes = _draw(own)
    end_sessions(session, person_id, keep=own.session_id)
    own.note("factor_set", person=person_id, kind=APP)
    return codes


def remove(own: Own, typed: str) -> None:
    """The password alone opens the door again. Needs a code; Refused (`used`) where none counts."""
    own.hold()
    if counting(own.session, own.by.person_id) is None:
        raise Refused("used")
    take(own, typed)
    drop_factor(own.session, own.by.person_id)
    end_sessions(own.session, own.by.person_id, keep=own.session_id)
    own.note("factor_removed", person=own.by.person_id, kind=APP)


def new_codes(own: Own, typed: str) -> list[str]:
    """Ten new recovery codes, shown this once; the old ones are void. Needs a code; Refused
    (`used`) where no factor counts."""
    own.hold()
    if counting(own.session, own.by.person_id) is None:
        raise Refused("used")
    take(own, typed)
    codes = _draw(own)
    own.note("recovery_codes_made", person=own.by.person_id)
    return codes


def require(act: StaffAct, roles: Collection[Role]) -> None:
    """Let these roles have a second step from now on, at the operator and at partners: who has none
    opens nothing before it is set up."""
    organisation = act.organisation()
    wanted = sorted(str(role) for role in roles)
    rule = act.session.get(FactorRule, organisation.id, populate_existing=True)
    if rule is None:
        rule = FactorRule(organisation_id=organisation.id, changed_at=act.now, roles=[])
        act.session.add(rule)
    if rule.roles != wanted:
        rule.roles, rule.changed_at = wanted, act.now
        act.record(organisation, "factor_required", roles=wanted)


def _draw(own: Own) -> list[str]:
    person_id = own.by.person_id
    take_away(own.session, select(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = draw_codes()
    for one in codes:
        mark = code_mark(own.by.private, person_id, one)
        own.session.add(RecoveryCode(person_id=person_id, mark=mark, created_at=own.now))
    own.session.flush()
    return codes
