"""The worker's address for letters: asked for once, confirmed by a code.

Nothing but one letter with a code goes to an address until that code was typed on the page of the
worker: whoever files could name anybody's. It lies in the sealed identity; a copy that a job can
use is kept as long as a letter is planned (`reminding`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event
from grievance.cases import calls, records
from grievance.cases.ledger import REPLAYED
from grievance.cases.models import Case
from grievance.cases.site import Site
from grievance.cases.verbs import Verb
from grievance.notifications import messages, outbox, proof, reminders
from grievance.vault import values

if TYPE_CHECKING:  # an act plans what letters go to an address
    from grievance.cases.act import Act

BOX = "box"  # in the sealed contact: the address was confirmed; the id of its copy for letters


def address_of(contact: Mapping[str, Any]) -> str:
    """The e-mail address a contact names; empty for none."""
    return str(contact.get("value") or "") if contact.get("way") == "email" else ""


def may_be_old(session: Session, case_id: UUID) -> bool:
    """Whether a backup was put back that lacks what the worker said later of how to reach them,
    themselves or to staff. What it has may be what they took away: until it is said again nobody
    writes there."""
    mine = (Event.stream_kind == Case.stream_kind, Event.stream_id == case_id)
    corrected = and_(Event.verb == Verb.STATE_FACTS, Event.codes.has_key("contact"))
    again = or_(Event.verb == Verb.CHANGE_CONTACT, corrected)
    said = select(func.max(Event.seq)).where(*mine, again)
    lost = select(Event.id).where(
        *mine,
        Event.verb == REPLAYED,
        Event.codes["act"].astext.in_((Verb.CHANGE_CONTACT, Verb.STATE_FACTS)),
        Event.seq > func.coalesce(said.scalar_subquery(), 0),
    )
    return session.scalar(lost.limit(1)) is not None


def ask(
    session: Session, site: Site, case: Case, contact: Mapping[str, Any], now: datetime
) -> bool:
    """Send the one letter with a code to an address that nobody has confirmed. False where there
    is no address, it is confirmed, such a letter is out already, for whatever case, or this
    case or that mailbox has had enough of them."""
    address = address_of(contact)
    if not address or contact.get(BOX):
        return False
    ring = site.ring

    def letter(code: str) -> messages.Message:
        return messages.address_code(address, case.language, site.public_url, code)

    key, public = ring.address_hmac, ring.notifier_public
    return proof.ask(session, key, public, proof.Claim(address, case.id, letter), now)


def confirm(act: Act, typed: str) -> None:
    """The code of the letter was typed: from here on letters go to that address.

    `proof.NotTheCode` for another (commit: the try is counted) and `proof.NoLetter` when none is
    out. Does nothing where there is no address or it was confirmed before.
    """
    act.check(Verb.CHANGE_CONTACT)
    identity = records.read(act.session, act.opened, "identity")
    contact = identity.get("contact") or {}
    address = address_of(contact)
    if not address or contact.get(BOX):
        return
    ring, case = act.site.ring, act.case
    proof.check(act.session, ring.address_hmac, address, case.id, typed)
    write(act, {**identity, "contact": {**contact, BOX: str(uuid4())}})


def leave(act: Act, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """No letter goes any more to an address that was taken away: what is planned and what waits for
    it is deleted. Another case of that address may lose one neutral letter that waits. Who wants no
    call any more gets none."""
    calls.moved(act.session, act.case.id, after, act.at)
    box = before.get(BOX)
    if not box or after.get(BOX) == box:
        return
    reminders.drop(act.session, [UUID(box)])
    tag = proof.recipient(act.site.ring.address_hmac, address_of(before))
    outbox.forget_worker(act.session, [tag], act.now)


def write(act: Act, identity: Mapping[str, Any]) -> None:
    """Keep a new version of the identity whose contact changed; earlier ones stay sealed."""
    record = records.write(act.session, act.opened, "identity", dict(identity), act.at)
    act.case.worker_acted_at = act.at
    act.move(Verb.CHANGE_CONTACT, value=values.digest(record.content).hex())
