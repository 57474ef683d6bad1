"""Receipts: coming back with one, changing it, and issuing another when it is lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from grievance.accounts import quorum
from grievance.cases.act import Act
from grievance.cases.models import Case, CaseGrant, Receipt, ReceiptSession, Reissue
from grievance.cases.opening import (
    OpenCase,
    give_packets,
    grant,
    open_for_receipt,
    packets_held,
    receipt_holder,
)
from grievance.cases.operations import telling
from grievance.cases.operations.filing import NewReceipt, add_receipt
from grievance.cases.verbs import Verb
from grievance.extensions import act_as
from grievance.referrals.models import PacketGrant
from grievance.refusals import Refused
from grievance.vault import values
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import check_public_key, public_key_mac
from grievance.vault.labels import Label
from grievance.vault.receipts import ReceiptKeys, draw, receipt_keys
from grievance.vault.sessions import new_secret, secret_hash, session_key

IDLE = timedelta(minutes=20)
LONGEST = timedelta(hours=2)
ENDED = timedelta(hours=6)  # how long an ended visit is known, to keep words for its number
SESSION = "receipt"


def find(session: Session, ring: KeyRing, root: bytes) -> tuple[Receipt, ReceiptKeys] | None:
    """The active receipt of a code, by its one slow hash; every pepper is tried, newest first."""
    for version, pepper in ring.peppers.items():
        keys = receipt_keys(root, pepper, version)
        receipt = session.scalars(
            select(Receipt)
            .where(Receipt.tag == keys.tag, Receipt.state == "active")
            .execution_options(populate_existing=True)
        ).first()
        if receipt:
            return receipt, keys
    return None


def prove(session: Session, ring: KeyRing, root: bytes) -> tuple[Receipt, ReceiptKeys] | None:
    """The same, read again while its case is held: what a slow hash proved may have been changed
    meanwhile. Until the transaction ends nobody else can change the code or issue another."""
    seen = find(session, ring, root)
    if seen is None:
        return None
    act_as(f"receipt:{seen[0].case_id}", session)
    hold(session, seen[0].case_id)
    return find(session, ring, root)


def hold(session: Session, case_id: UUID) -> Case | None:
    """The case, locked; None when it was erased while this waited for it."""
    held = select(Case).where(Case.id == case_id).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).one_or_none()


def renew(
    session: Session, ring: KeyRing, receipt: Receipt, keys: ReceiptKeys, root: bytes
) -> ReceiptKeys:
    """Move a returning code to the newest pepper: same paper, new tag, keys and grants."""
    newest = ring.newest_pepper
    if keys.pepper_version == newest:
        return keys
    case = session.get_one(Case, receipt.case_id)
    opened = open_for_receipt(session, case, receipt, keys.pair.private)
    packets = packets_held(session, opened)
    fresh = receipt_keys(root, ring.pepper(newest), newest)
    _drop_grants(session, receipt)
    receipt.tag, receipt.public_key = fresh.tag, fresh.pair.public
    receipt.pepper_version = newest
    holder = receipt_holder(receipt)
    receipt.public_mac = public_key_mac(ring.public_key_mac, holder)
    grant(session, opened, holder, tuple(opened.keys))
    give_packets(session, packets, holder)
    return fresh


def _drop_grants(session: Session, receipt: Receipt) -> None:
    for grants in (CaseGrant, PacketGrant):
        mine = (grants.holder_kind == "receipt", grants.holder_id == receipt.id)
        session.execute(delete(grants).where(*mine))


def begin_visit(
    session: Session, ring: KeyRing, receipt: Receipt, keys: ReceiptKeys, now: datetime
) -> str:
    """Begin a visit and give the secret of its cookie. `now` is always the real time.

    Refuses a receipt whose public key nobody vouches for.
    """
    check_public_key(ring.public_key_mac, receipt_holder(receipt), receipt.public_mac)
    secret, row = new_secret(), uuid4()
    place = values.Place(Label.RECEIPT_SESSION, receipt.case_id, row, 1)
    session.add(
        ReceiptSession(
            id=row,
            token_hash=secret_hash(secret),
            case_id=receipt.case_id,
            receipt_id=receipt.id,
            private_box=values.seal_bytes(
                session_key(secret, ring.server_key, SESSION), place, keys.pair.private
            ),
            began_at=now,
            seen_at=now,
        )
    )
    return secret


def continue_visit(
    session: Session, ring: KeyRing, secret: str, now: datetime, *, lock: bool = False
) -> tuple[OpenCase, Receipt] | None:
    """The case of a running visit, opened; None after 20 idle minutes or 2 hours, and for a number
    that was changed.

    With `lock` the case row is held until the end of the transaction, for a verb, and the visit is
    read again under it: a change of the number ends also what had begun before it.
    """
    found = _running(session, secret, now)
    if found is None:
        return None
    act_as(f"receipt:{found[0].case_id}", session)
    if lock:
        case = hold(session, found[0].case_id)
        found = _running(session, secret, now)
    else:
        case = session.get(Case, found[0].case_id)
    if found is None or case is None:
        return None
    visit, receipt = found
    place = values.Place(Label.RECEIPT_SESSION, visit.case_id, visit.id, 1)
    key = session_key(secret, ring.server_key, SESSION)
    private = values.open_bytes(key, place, visit.private_box)
    session.execute(update(ReceiptSession).where(ReceiptSession.id == visit.id).values(seen_at=now))
    return open_for_receipt(session, case, receipt, private), receipt


def _running(session: Session, secret: str, now: datetime) -> tuple[ReceiptSession, Receipt] | None:
    """A visit that is not over and whose number is still valid, as the database holds them now."""
    found = session.execute(
        select(ReceiptSession, Receipt)
        .join(Receipt, Receipt.id == ReceiptSession.receipt_id)
        .where(
            ReceiptSession.token_hash == secret_hash(secret),
            ReceiptSession.seen_at >= now - IDLE,
            ReceiptSession.began_at >= now - LONGEST,
            Receipt.state == "active",
        )
        .execution_options(populate_existing=True)
    ).first()
    return (found[0], found[1]) if found else None


def pending_code(session: Session, ring: KeyRing, secret: str) -> str:
    """The new code of this visit, drawn once and kept sealed until it is taken.

    So a lost answer shows the same digits again. The caller has made sure that the visit runs.
    """
    visit = session.scalars(
        select(ReceiptSession)
        .where(ReceiptSession.token_hash == secret_hash(secret))
        .with_for_update()
    ).one()
    place = values.Place(Label.DRAFT_RECEIPT, visit.case_id, visit.id, 1)
    key = session_key(secret, ring.server_key, SESSION)
    if visit.pending_box is None:
        visit.pending_box = values.seal_text(key, place, draw())
    return values.open_text(key, place, visit.pending_box)


def end_visit(session: Session, secret: str) -> None:
    """Forget a visit: the row goes, and with it the only way to open it."""
    if secret:
        session.execute(
            delete(ReceiptSession).where(ReceiptSession.token_hash == secret_hash(secret))
        )


def purge_visits(session: Session, now: datetime) -> int:
    """Take the keys out of visits that are over, and forget them six hours after their last page;
    how many of either."""
    over = (ReceiptSession.seen_at < now - IDLE) | (ReceiptSession.began_at < now - LONGEST)
    shut = session.execute(
        update(ReceiptSession)
        .where(over, ReceiptSession.private_box != b"")
        .values(private_box=b"", pending_box=None)
        .execution_options(synchronize_session=False)
    )
    gone = session.execute(delete(ReceiptSession).where(ReceiptSession.seen_at < now - ENDED))
    return int(shut.rowcount + gone.rowcount)  # type: ignore[attr-defined]  # both have one


def _retire(session: Session, receipt: Receipt) -> None:
    receipt.state = "retired"
    _drop_grants(session, receipt)
    session.execute(delete(ReceiptSession).where(ReceiptSession.receipt_id == receipt.id))


def change(act: Act, keys: ReceiptKeys) -> Receipt:
    """The worker takes a new code: the old one's tag is retired, its grants and visits end.

    The new one is known to nobody else. Sends neutral news, so that a thief is noticed.
    """
    session, opened = act.session, act.opened
    act.check(Verb.CHANGE_RECEIPT)
    old = session.get_one(Receipt, act.actor.receipt)
    fresh = add_receipt(session, act.site, opened, NewReceipt(keys, old.role), act.at)
    give_packets(session, packets_held(session, opened), receipt_holder(fresh))
    _retire(session, old)
    telling.worker_of_news(session, act.site, opened, act.now, "number")
    act.case.worker_acted_at = act.at
    act.move(Verb.CHANGE_RECEIPT, receipt=fresh.id, retired=old.id)
    return fresh


def ask_reissue(act: Act, check_made: str) -> Reissue:
    """The first of two staff: says by which agreed check the caller was known.

    Refuses `reissue_allowed` when the worker forbade it at filing.
    """
    act.check(Verb.ASK_REISSUE)
    waiting = waiting_reissue(act.session, act.case.id)
    if waiting:
        return waiting
    row = uuid4()
    asked = Reissue(
        id=row,
        case_id=act.case.id,
        state="asked",
        asked_by=act.actor.person,
        asked_at=act.now,
        key_generation=act.case.key_generation,
        check_made=act.opened.seal_text(Label.CASE_NOTE, row, check_made),
    )
    act.session.add(asked)
    act.move(Verb.ASK_REISSUE)
    return asked


def waiting_reissue(session: Session, case_id: UUID) -> Reissue | None:
    """The request for a new code that a second person has not decided yet."""
    return session.scalars(
        select(Reissue).where(Reissue.case_id == case_id, Reissue.state == "asked")
    ).first()


def issuer_refusal(session: Session, asked: Reissue, person: UUID, now: datetime) -> str:
    """Why this person may not issue the code that was asked for; empty when they may. Pages ask it
    before they offer a button."""
    if asked.asked_by == person:
        return "same_person"
    return "one_hand" if quorum.one_hand(session, asked.asked_by, person, now) else ""


def reissue(act: Act, keys: ReceiptKeys) -> Receipt:
    """The second of two staff issues a provisional code; the lost one stops working.

    Refuses `state` when nobody asked for one, `same_person` when the one who asked would decide,
    `one_hand` for whom they let in by themselves or the reverse.
    """
    session, opened, person = act.session, act.opened, act.actor.person
    act.check(Verb.REISSUE)
    asked = waiting_reissue(session, act.case.id)
    if asked is None:
        raise Refused("state")
    if person and (why := issuer_refusal(session, asked, person, act.now)):
        raise Refused(why)
    lost = session.scalars(
        select(Receipt).where(
            Receipt.case_id == act.case.id, Receipt.role == "worker", Receipt.state == "active"
        )
    ).all()
    fresh = add_receipt(session, act.site, opened, NewReceipt(keys, "worker", "staff"), act.now)
    give_packets(session, packets_held(session, opened), receipt_holder(fresh))
    for receipt in lost:
        _retire(session, receipt)
    asked.state, asked.decided_by, asked.decided_at = "issued", person, act.now
    telling.worker_of_news(session, act.site, opened, act.now, "number")
    act.move(Verb.REISSUE, receipt=fresh.id, retired=[str(receipt.id) for receipt in lost])
    return fresh
