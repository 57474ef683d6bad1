"""A member's own passkeys: made, named, taken off, and used in place of the password once more.

Like every verb about the second step these hold the member's organisations and then the member, so
of two requests with one answer the second finds its challenge used.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import select

from grievance.accounts.factors import Passkey, counting, guards, passkeys_of
from grievance.accounts.operations import asserting, signing
from grievance.accounts.operations.asserting import Shown, Signed
from grievance.accounts.operations.factors import paper, take, take_off
from grievance.accounts.operations.owning import Own, WrongCode
from grievance.accounts.operations.persons import Admitted, end_sessions
from grievance.refusals import Refused
from grievance.vault import passkeys

MOST = 5


def begin(own: Own, shown: Shown, *, name: str, site: passkeys.Site) -> str:
    """What a browser needs to make a passkey, as JSON. Who has a second step proves it first.

    Refused (`passkeys_enough`) for a sixth; WrongCode and TooMany as `take` says.
    """
    own.hold()
    if guards(own.session, own.by.person_id):
        take(own, shown)
    _room(own)
    challenge = asserting.draw(own, passkeys.MAKE)
    have = [kept for _row, kept in asserting.opened(own)]
    return passkeys.ask_to_make(site, own.by.person_id, name, challenge, have)


def _room(own: Own) -> None:
    if len(passkeys_of(own.session, own.by.person_id)) >= MOST:
        raise Refused("passkeys_enough")


def add(own: Own, name: str, signed: Signed) -> list[str]:
    """The passkey that a browser made counts from now on; every other session of the member ends.
    With the first second step come ten recovery codes, shown this once; else none.

    WrongCode, which counts nothing, for an answer that does not fit what `begin` asked; the caller
    commits, for the challenge is used up. Refused (`passkeys_enough`).
    """
    own.hold()
    session, person_id = own.session, own.by.person_id
    _room(own)
    challenge = asserting.use_up(own, passkeys.MAKE)
    made = passkeys.made(signed.answer, challenge, signed.site) if challenge else None
    if made is None or made.kept.credential in {one.credential for _, one in asserting.opened(own)}:
        raise WrongCode
    first, row = not guards(session, person_id), uuid4()
    session.add(
        Passkey(
            id=row,
            person_id=person_id,
            kept=passkeys.seal(own.by.private, person_id, row, made.kept),
            name=name,
            transports=list(made.transports),
            sign_count=made.count,
            made_at=own.now,
        )
    )
    session.flush()
    codes = paper(own) if first else []
    end_sessions(session, person_id, keep=own.session_id)
    own.note("passkey_set", person=person_id, passkey=row)
    return codes


def ask(own: Own, site: passkeys.Site) -> str:
    """What a browser needs to use a passkey, as JSON."""
    own.hold()
    challenge = asserting.draw(own, passkeys.PROVE)
    have = [(kept, row.transports) for row, kept in asserting.opened(own)]
    return passkeys.ask_to_prove(site, challenge, have)


def step_up(own: Own, signed: Signed) -> None:
    """A passkey in place of the password once more. WrongCode and TooMany as `take` says;
    Superseded when the session is over."""
    own.hold()
    take(own, signed)
    proven = Admitted(own.by.person_id, own.by.private)
    if own.session_id is None:
        raise signing.Superseded
    signing.step_up(own.session, proven, own.session_id, own.now)


def mine(own: Own, passkey: UUID) -> Passkey | None:
    """One of the member's own passkeys; None for an id of anybody else's."""
    same = select(Passkey).where(Passkey.id == passkey, Passkey.person_id == own.by.person_id)
    return own.session.scalars(same.execution_options(populate_existing=True)).first()


def rename(own: Own, passkey: UUID, name: str) -> None:
    """Call it otherwise. Refused (`decided`) where it is no more."""
    own.hold()
    row = mine(own, passkey)
    if row is None:
        raise Refused("decided")
    row.name = name
    own.note("passkey_renamed", person=own.by.person_id, passkey=passkey)


def remove(own: Own, passkey: UUID, shown: Shown) -> bool:
    """It signs in nobody any more; every other session of the member ends. Needs a code or a
    passkey. True when it was the last of their second step, which is gone with it.

    Refused (`decided`), and (`factor_needed`) for the last of whose role must have one.
    """
    own.hold()
    session, person_id = own.session, own.by.person_id
    row = mine(own, passkey)
    if row is None:
        raise Refused("decided")
    last = not counting(session, person_id) and len(passkeys_of(session, person_id)) == 1
    take_off(own, shown, select(Passkey).where(Passkey.id == passkey), last=last)
    own.note("passkey_removed", person=person_id, passkey=passkey)
    return last
