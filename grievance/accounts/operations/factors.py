"""A member's second step: setting it up, proving it, taking it off, and the codes on paper.

Every verb holds the member's organisations and then the member, so of two requests with one code
the second finds it used. What was typed wrong is counted, ten an hour for each known device and for
all others together; then it waits, and nobody is locked out for good.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, delete, select

from grievance.accounts.act import StaffAct
from grievance.accounts.factors import (
    APP,
    WRONG_MOST,
    WRONG_WITHIN,
    FactorRule,
    FactorTry,
    RecoveryCode,
    SecondFactor,
    counting,
    guards,
    offered,
    passkeys_of,
)
from grievance.accounts.operations.asserting import Copied, Shown, Signed, used
from grievance.accounts.operations.owning import Own, TooMany, WrongCode
from grievance.accounts.operations.persons import drop_factor, end_sessions, take_away
from grievance.accounts.queries import memberships_of
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


def take(own: Own, shown: Shown) -> str:
    """Use up what proves the second step: a code of the app, one on paper, or a passkey's answer;
    `app`, `recovery` or `passkey`.

    WrongCode for every other, and for one that was used; TooMany while this lane waits. The caller
    holds the member.
    """
    tries = _tries(own)
    if len(tries) >= WRONG_MOST:
        raise TooMany(int((tries[0] + WRONG_WITHIN - own.now).total_seconds()) + 1)
    copied = False
    try:
        by = _by_passkey(own, shown) if isinstance(shown, Signed) else _by_code(own, shown)
    except Copied:
        by, copied = "", True
        own.note("passkey_copied", person=own.by.person_id)
    if by:
        return by
    own.session.add(FactorTry(person_id=own.by.person_id, lane=own.lane, at=own.now))
    own.session.flush()
    last = len(tries) + 1 == WRONG_MOST
    if last:
        own.note("codes_wrong")
    raise WrongCode(last=last, copied=copied)


def _by_passkey(own: Own, signed: Signed) -> str:
    return "passkey" if used(own, signed) else ""


def _by_code(own: Own, typed: str) -> str:
    session, person_id = own.session, own.by.person_id
    factor = counting(session, person_id)
    step = _step(own, factor, typed) if factor else None
    mark = code_mark(own.by.private, person_id, typed)
    mine = RecoveryCode.person_id == person_id, RecoveryCode.mark == mark
    row = session.scalars(select(RecoveryCode).where(*mine)).first()
    if factor and step is not None:
        factor.last_step = step
        return APP
    if row is None or not guards(session, person_id):
        return ""
    session.delete(row)
    session.flush()
    own.note("recovery_code_used", person=person_id)
    return "recovery"


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


def offer(own: Own, shown: Shown = "") -> None:
    """Draw a secret for an app. It counts only when a code of it was typed back; an app that counts
    goes on until then. Who has a second step proves it here."""
    own.hold()
    if guards(own.session, own.by.person_id):
        take(own, shown)
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
    codes = paper(own)
    end_sessions(session, person_id, keep=own.session_id)
    own.note("factor_set", person=person_id, kind=APP)
    return codes


def remove(own: Own, shown: Shown) -> bool:
    """No code of the app opens the door any more. Needs a code or a passkey. True when it was all
    of the second step, and the password alone lets in again; where there are passkeys, they and
    the codes on paper go on.

    Refused (`used`) where no app counts, and (`factor_needed`) for the last of whose role must have
    one.
    """
    own.hold()
    session, person_id = own.session, own.by.person_id
    if counting(session, person_id) is None:
        raise Refused("used")
    last = not passkeys_of(session, person_id)
    app = select(SecondFactor).where(SecondFactor.person_id == person_id)
    take_off(own, shown, app, last=last)
    own.note("factor_removed", person=person_id, kind=APP)
    return last


def take_off(own: Own, shown: Shown, part: Select[Any], *, last: bool) -> None:
    """Take a part of the second step away, or all of it with the last, once it was proven; every
    other session ends. Refused (`factor_needed`) for the last of whose role must have one."""
    session, person_id = own.session, own.by.person_id
    if last and any(fact.must_guard for fact in memberships_of(session, person_id)):
        raise Refused("factor_needed")
    take(own, shown)
    if last:
        drop_factor(session, person_id)
    else:
        take_away(session, part)
    end_sessions(session, person_id, keep=own.session_id)


def new_codes(own: Own, shown: Shown) -> list[str]:
    """Ten new recovery codes, shown this once; the old ones are void. Needs a code or a passkey;
    Refused (`used`) where nothing counts."""
    own.hold()
    if not guards(own.session, own.by.person_id):
        raise Refused("used")
    take(own, shown)
    codes = paper(own)
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


def paper(own: Own) -> list[str]:
    """Ten new codes on paper in place of the old ones; the caller writes the event."""
    person_id = own.by.person_id
    take_away(own.session, select(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = draw_codes()
    for one in codes:
        mark = code_mark(own.by.private, person_id, one)
        own.session.add(RecoveryCode(person_id=person_id, mark=mark, created_at=own.now))
    own.session.flush()
    return codes
