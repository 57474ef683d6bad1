"""Words of a worker that came after the visit had ended: kept for who types the same number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import words
from grievance.accounts.words import Words
from grievance.cases.models import Receipt, ReceiptSession
from grievance.cases.opening import receipt_holder
from grievance.cases.operations.receipts import ENDED
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import check_public_key
from grievance.vault.sessions import secret_hash


def keep_words(session: Session, ring: KeyRing, secret: str, told: Words, now: datetime) -> bool:
    """Seal what was sent to the receipt whose visit this was; False when nobody knows the visit
    any more, its number was changed, or it is too much. The caller has checked the token."""
    receipt = session.scalars(
        select(Receipt)
        .join(ReceiptSession, ReceiptSession.receipt_id == Receipt.id)
        .where(
            ReceiptSession.token_hash == secret_hash(secret),
            ReceiptSession.seen_at > now - ENDED,
            Receipt.state == "active",
        )
    ).first()
    if receipt is None:
        return False
    writer = check_public_key(ring.public_key_mac, receipt_holder(receipt), receipt.public_mac)
    return words.keep(session, secret, writer, told, now)
