"""A visit with a code: opening one, the case behind it, and the door for wrong codes."""

from __future__ import annotations

from flask import Response, abort, current_app, request, url_for

from grievance.accounts import words
from grievance.accounts.words import Words
from grievance.cases.act import Act
from grievance.cases.actors import of_receipt
from grievance.cases.opening import receipt_holder
from grievance.cases.operations import keeping, receipts
from grievance.cases.site import Site
from grievance.clock import now, real_now
from grievance.extensions import acting, db
from grievance.i18n import N_
from grievance.vault.keys import Holder
from grievance.vault.receipts import parse, slow_root
from grievance.vault.slots import HashSlots, SlowLane, network
from grievance.web import resuming
from grievance.web.binding import cookie, only_of
from grievance.web.pages import keep_open
from grievance.web.redirects import see_other

COOKIE = "receipt"
BUSY = N_(
    "Many numbers are being tried right now. Nothing is lost. Wait %(seconds)s seconds and "
    "press the button again."
)


class UnknownCode(Exception):
    """A code of the right form that opens nothing."""


def site() -> Site:
    """What verbs need of this process."""
    found: Site = current_app.config["SITE"]
    return found


def root_of(code: str) -> bytes:
    """The slow hash of a code in a hash slot, outside every transaction; `Busy` when none is
    free in time."""
    slots: HashSlots = current_app.config["HASH_SLOTS"]
    db.session.rollback()
    with slots.hold(network(request.remote_addr or "")):
        return slow_root(code, site().ring.receipt_salt)


def begin(typed: str) -> tuple[str, str]:
    """Begin a visit with what was typed; an earlier visit of this browser ends. Gives its cookie's
    secret, and the address where words wait that came after the earlier one had ended.

    `NotAReceipt` for what cannot be a code (nothing is hashed then), `UnknownCode` for one that
    opens nothing, `Busy` in a slow lane that is full.
    """
    code = parse(typed)
    lane: SlowLane = current_app.config["RECEIPT_LANE"]
    address = request.remote_addr or ""
    with lane.pass_through(address):
        root = root_of(code)
    found = receipts.prove(db.session(), site().ring, root)
    if found is None:
        lane.record_wrong(address)
        raise UnknownCode
    receipt, keys = found
    keys = receipts.renew(db.session(), site().ring, receipt, keys, root)
    with acting("public", db.session()):  # it may have been of another number
        receipts.end_visit(db.session(), cookie(COOKIE))
    secret = receipts.begin_visit(db.session(), site().ring, receipt, keys, real_now())
    told = _kept_before(secret, receipt_holder(receipt), keys.pair.private)
    db.session.commit()
    return secret, resuming.marked(told.path) if told else ""


def _kept_before(secret: str, own: Holder, private: bytes) -> words.Words | None:
    """The words that came after the earlier visit of this browser; they are this one's now."""
    session, now = db.session(), real_now()
    if not words.claim(session, cookie(COOKIE), secret, own, now):
        return None
    return words.read(session, secret, own, private, now)


def visited(*, lock: bool = False) -> Act:
    """What who visits does to their case now: the one loader of the worker's side. Without a
    running visit the reader is sent to type the code."""
    only_of(COOKIE)
    found = receipts.continue_visit(
        db.session(), site().ring, cookie(COOKIE), real_now(), lock=lock
    )
    if found is None:
        abort(_over())
    opened, receipt = found
    keep_open(url_for("intake.still"))
    if resuming.proven(cookie(COOKIE)):
        words.drop(db.session(), cookie(COOKIE))
    actor = of_receipt(opened.case.id, receipt.id, receipt.role, receipt.known_to)
    return Act(db.session(), site(), opened, actor, now())


def _over() -> Response:
    """Without a visit the way leads to the number. Words that were just sent are kept for who types
    the same one; where that cannot be, they are shown to be copied."""
    secret, session = cookie(COOKIE), db.session()
    told = Words(resuming.address(), resuming.written())
    kept = resuming.proven(secret) and keeping.keep_words(
        session, site().ring, secret, told, real_now()
    )
    session.commit()
    back = url_for("intake.back", over="1" if secret else None)
    return see_other(back) if kept else resuming.texts_page(told.fields, back)


def kept_here(path: str) -> resuming.Fields | None:
    """The fields that wait for this visit at an address of the worker's pages."""
    secret, session, at = cookie(COOKIE), db.session(), real_now()
    found = receipts.continue_visit(session, site().ring, secret, at) if secret else None
    if found is None:
        return None
    opened, receipt = found
    told = words.read(session, secret, receipt_holder(receipt), opened.privates[1], at)
    session.commit()
    return told.fields if told and told.path.partition("?")[0] == path else None


def waiting() -> bool:
    """Whether words are kept for who types the number of this browser's ended visit."""
    return words.are_kept(db.session(), cookie(COOKIE), real_now())
