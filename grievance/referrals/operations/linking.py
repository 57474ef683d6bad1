"""A reply link: its key, its tries, its visits. The verbs of a case make, use and close it.

A try is counted before its code is hashed, under the lock of the link, so no crowd of tries gets
more than ten. Its times are always real.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from grievance.extensions import acting
from grievance.referrals.links import HOLDER, BodyWrote, ReplyLink, ReplySession
from grievance.referrals.models import Packet, PacketGrant, Referral, ReferralAnswer
from grievance.referrals.operations import sealing
from grievance.referrals.operations.recalling import shut
from grievance.referrals.operations.sealing import OpenPacket
from grievance.referrals.states import UNDER_WAY
from grievance.refusals import Refused
from grievance.vault import values
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import Holder, KeyPair
from grievance.vault.labels import Label
from grievance.vault.receipts import reply_pair
from grievance.vault.sessions import new_secret, secret_hash, session_key

KEPT = timedelta(days=60)
IDLE = timedelta(minutes=20)
LONGEST = timedelta(hours=2)
TRIES = 10
SESSION = "reply"


@dataclass(frozen=True)
class NewLink:
    """What a link is made of: its token, the pair that follows from token, code and pepper, and
    the real time."""

    token: str = field(repr=False)
    pair: KeyPair = field(repr=False)
    pepper_version: int
    at: datetime


def make(
    session: Session, opened: OpenPacket, referral: Referral, new: NewLink, made_by: UUID
) -> ReplyLink:
    """Seal the packet's key to a new link, which takes the place of an earlier one. Refused unless
    the body has the packet and something may still come of it."""
    if referral.state not in UNDER_WAY or referral.packet_id != opened.packet.id:
        raise Refused("not_now")
    if before := open_of(session, referral.id):
        shut(session, before, "replaced", new.at)
    link = ReplyLink(
        id=uuid4(),
        case_id=referral.case_id,
        referral_id=referral.id,
        packet_id=opened.packet.id,
        token_hash=secret_hash(new.token),
        public=new.pair.public,
        pepper_version=new.pepper_version,
        made_by=made_by,
        made_at=new.at,
        ends_at=new.at + KEPT,
    )
    session.add(link)
    session.flush()
    sealing.give(session, opened.packet, opened.key, Holder(HOLDER, link.id, 1, link.public))
    session.flush()
    return link


def open_of(session: Session, referral_id: UUID) -> ReplyLink | None:
    """The link of a hand-over that nobody closed, whether its time is over or not."""
    mine = (ReplyLink.referral_id == referral_id, ReplyLink.closed_at.is_(None))
    return session.scalars(select(ReplyLink).where(*mine)).one_or_none()


def renew(session: Session, link: ReplyLink, now: datetime) -> None:
    """Sixty days from now, and ten tries again. Refused once its time is over: then its key goes,
    and another link is made."""
    if not lives(link, now):
        raise Refused("link_over")
    link.ends_at, link.wrong = now + KEPT, 0
    session.flush()


def runs(link: ReplyLink | None, now: datetime) -> bool:
    """Whether nobody closed it and its time is not over."""
    return link is not None and link.closed_at is None and link.ends_at > now


def lives(link: ReplyLink | None, now: datetime) -> bool:
    """Whether a code may be tried at it: also that a try is left."""
    return link is not None and runs(link, now) and link.wrong < TRIES


def find(session: Session, token: str) -> ReplyLink | None:
    """The link of a token, as the database holds it now."""
    mine = select(ReplyLink).where(ReplyLink.token_hash == secret_hash(token))
    return session.scalars(mine.execution_options(populate_existing=True)).one_or_none()


def language_of(session: Session, token: str) -> str:
    """The language of the document behind a link; empty where there is none."""
    link = find(session, token)
    if link is None:
        return ""
    with acting(f"reply:{link.id}", session):
        wanted = select(Packet.language).where(Packet.id == link.packet_id)
        return session.scalar(wanted) or ""


def take_try(session: Session, token: str, now: datetime) -> bool:
    """Count a try before its code is hashed; whether there was one left. Others who try at the same
    time wait for this lock."""
    mine = select(ReplyLink).where(ReplyLink.token_hash == secret_hash(token)).with_for_update()
    link = session.scalars(mine.execution_options(populate_existing=True)).one_or_none()
    if link is None or not lives(link, now):
        return False
    link.wrong += 1
    return True


def give_try_back(session: Session, token: str) -> None:
    """Nothing was proven by it, neither right nor wrong: it does not count."""
    mine = (ReplyLink.token_hash == secret_hash(token), ReplyLink.wrong > 0)
    session.execute(update(ReplyLink).where(*mine).values(wrong=ReplyLink.wrong - 1))


def held(session: Session, token: str, now: datetime) -> ReplyLink | None:
    """The link, locked and read again after a slow hash; None when it is over. The caller holds the
    case."""
    mine = select(ReplyLink).where(ReplyLink.token_hash == secret_hash(token)).with_for_update()
    link = session.scalars(mine.execution_options(populate_existing=True)).one_or_none()
    return link if runs(link, now) else None


def proven(link: ReplyLink, root: bytes, token: str, ring: KeyRing) -> KeyPair | None:
    """The link's own pair, when the code behind this slow hash is its code."""
    pepper = ring.peppers.get(link.pepper_version)
    pair = reply_pair(root, token, pepper) if pepper else None
    right = pair is not None and hmac.compare_digest(pair.public, link.public)
    return pair if right else None


def begin_visit(
    session: Session, ring: KeyRing, link: ReplyLink, pair: KeyPair, now: datetime
) -> str:
    """Begin a visit and give the secret of its cookie."""
    secret, row = new_secret(), uuid4()
    place = values.Place(Label.REPLY_SESSION, link.case_id, row, 1)
    link.wrong = 0
    session.add(
        ReplySession(
            id=row,
            token_hash=secret_hash(secret),
            case_id=link.case_id,
            link_id=link.id,
            private_box=values.seal_bytes(
                session_key(secret, ring.server_key, SESSION), place, pair.private
            ),
            began_at=now,
            seen_at=now,
        )
    )
    return secret


def continue_visit(
    session: Session, ring: KeyRing, secret: str, link: ReplyLink, now: datetime
) -> bytes | None:
    """The link's private key, from a running visit over this very link; None after 20 idle minutes
    or 2 hours, and for a visit over another link."""
    mine = (
        ReplySession.token_hash == secret_hash(secret),
        ReplySession.link_id == link.id,
        ReplySession.seen_at >= now - IDLE,
        ReplySession.began_at >= now - LONGEST,
    )
    visit = session.scalars(select(ReplySession).where(*mine)).one_or_none()
    if visit is None or not runs(link, now):
        return None
    visit.seen_at = now
    place = values.Place(Label.REPLY_SESSION, visit.case_id, visit.id, 1)
    key = session_key(secret, ring.server_key, SESSION)
    return values.open_bytes(key, place, visit.private_box)


def end_visit(session: Session, secret: str) -> None:
    """Forget a visit."""
    mine = ReplySession.token_hash == secret_hash(secret)
    session.execute(delete(ReplySession).where(mine))


def purge_visits(session: Session, now: datetime) -> int:
    """Forget visits that are over; how many."""
    over = (ReplySession.seen_at < now - IDLE) | (ReplySession.began_at < now - LONGEST)
    gone = session.execute(delete(ReplySession).where(over))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # it has one


def drop_keys(session: Session, now: datetime) -> None:
    """Take their key from the links whose time is over, of every case. They open nothing before
    that either: this only makes it lasting."""
    over = select(ReplyLink.id).where(ReplyLink.ends_at <= now)
    theirs = (PacketGrant.holder_kind == HOLDER, PacketGrant.holder_id.in_(over))
    session.execute(delete(PacketGrant).where(*theirs))


def of_referral(session: Session, referral_id: UUID) -> list[ReplyLink]:
    """Every link that was made for a hand-over, the newest first."""
    mine = select(ReplyLink).where(ReplyLink.referral_id == referral_id)
    return list(session.scalars(mine.order_by(ReplyLink.made_at.desc(), ReplyLink.id)))


def wrote(session: Session, referral_id: UUID) -> dict[UUID, BodyWrote]:
    """Which answers of a hand-over the body wrote itself, by the answer's id."""
    mine = ReferralAnswer.referral_id == referral_id
    rows = select(BodyWrote).join(ReferralAnswer, ReferralAnswer.id == BodyWrote.answer_id)
    return {row.answer_id: row for row in session.scalars(rows.where(mine))}
