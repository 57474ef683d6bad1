"""A visit with a code: opening one, the case behind it, and the door for wrong codes."""

from __future__ import annotations

from flask import abort, current_app, redirect, request, url_for

from grievance.cases.actors import Actor, of_receipt
from grievance.cases.models import Receipt
from grievance.cases.opening import OpenCase
from grievance.cases.operations import receipts
from grievance.cases.site import Site
from grievance.clock import real_now
from grievance.extensions import act_as, db
from grievance.i18n import N_
from grievance.vault.receipts import parse, slow_root
from grievance.vault.slots import HashSlots, SlowLane, network
from grievance.web.binding import cookie

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


def begin(typed: str) -> str:
    """Begin a visit with what was typed and give its cookie's secret; an earlier visit of this
    browser ends.

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
    act_as(f"receipt:{receipt.case_id}")
    keys = receipts.renew(db.session(), site().ring, receipt, keys, root)
    receipts.end_visit(db.session(), cookie(COOKIE))
    secret = receipts.begin_visit(db.session(), site().ring, receipt, keys, real_now())
    db.session.commit()
    return secret


def visited(*, lock: bool = False) -> tuple[OpenCase, Receipt, Actor]:
    """The case of this visit: the one loader of the worker's side. Without a running visit the
    reader is sent to type the code."""
    found = receipts.continue_visit(
        db.session(), site().ring, cookie(COOKIE), real_now(), lock=lock
    )
    if found is None:
        db.session.commit()
        abort(redirect(url_for("intake.back", over="1" if cookie(COOKIE) else None), 303))
    opened, receipt = found
    act_as(f"receipt:{opened.case.id}")
    return opened, receipt, of_receipt(opened.case.id, receipt.id, receipt.role)
