"""Sending a filing: slow hashes first, then everything in one transaction.

The same draft gives the same case and the same codes, however often it is sent.
"""

from __future__ import annotations

from grievance import clock
from grievance.cases.files import from_plain
from grievance.cases.operations.filing import Filing, NewReceipt, file
from grievance.extensions import act_as, db
from grievance.intake import drafting
from grievance.intake.visits import root_of, site
from grievance.questions import browser, drafts
from grievance.questions.bank import shipped
from grievance.questions.complaint import Complaint, complaint_of
from grievance.questions.drafts import OpenDraft
from grievance.routing.explain import as_plain
from grievance.vault.receipts import ReceiptKeys, receipt_keys

MEMBER = "member-"
CLERK = "_clerk"  # the member of staff who writes for a caller; set by the desk, no question


class Changed(Exception):
    """The draft was changed in another tab since it was looked over: look at it again."""


def send(draft: OpenDraft) -> OpenDraft | None:
    """File the draft and mark it sent, unless it was sent meanwhile; the caller commits. Gives it
    held, as it is now; None when it is gone.

    `Busy` when no hash slot is free in time, `FilingClosed` when nobody could read it, `Changed`
    when it is not as it was looked over, or needs other codes now: the draft stays as it is.
    """
    hashed = {role: _keys(code) for role, code in draft.codes.items()}
    mine = browser.here(lock=True)
    if mine is None or mine.sent:
        return mine
    same = (mine.codes, mine.answers, mine.files) == (draft.codes, draft.answers, draft.files)
    if not same or list(mine.codes) != codes_wanted(mine):
        raise Changed
    complaint = complaint_of(shipped(), mine.answers, [from_plain(stored) for stored in mine.files])
    advice = drafting.advice(mine)
    filing = Filing(
        filing_id=mine.row.filing_id,
        complaint=complaint,
        receipts=_receipts(complaint, hashed),
        rules_version=advice.rules_version,
        suggestion=as_plain(advice),
        actor=str(mine.answers.get(CLERK, "")),
    )
    act_as(f"filing:{filing.filing_id}")
    file(db.session(), site(), filing, clock.now())
    drafts.mark_sent(db.session(), mine, clock.real_now())
    return mine


def codes_wanted(draft: OpenDraft) -> list[str]:
    """Whose codes a draft needs, as it is answered now: none for a tip."""
    way = drafting.way_of(draft)
    if way == "tip":
        return []
    if way == "group":
        return [
            "worker",
            *(f"{MEMBER}{n}" for n in range(2, int(str(draft.answers["members"])) + 1)),
        ]
    return ["worker"] if draft.answers.get("who", "own") == "own" else ["worker", "helper"]


def _keys(code: str) -> ReceiptKeys:
    """The keys of a code under the newest pepper; the hash runs outside every transaction."""
    ring = site().ring
    newest = ring.newest_pepper
    return receipt_keys(root_of(code), ring.pepper(newest), newest)


def _receipts(complaint: Complaint, hashed: dict[str, ReceiptKeys]) -> list[NewReceipt]:
    """The worker's receipt, that of a helper, those of a group: who draws a code has seen it."""
    known = {"worker": complaint.known_to, "helper": "self"}
    return [
        NewReceipt(keys, "member" if role.startswith(MEMBER) else role, known.get(role, "helper"))
        for role, keys in hashed.items()
    ]
