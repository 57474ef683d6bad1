"""Sending a filing: slow hashes first, then everything in one transaction.

The same draft gives the same case and the same codes, however often it is sent.
"""

from __future__ import annotations

from grievance import clock
from grievance.cases.from_draft import MEMBER, filing_of, keys_under
from grievance.cases.operations.filing import file
from grievance.extensions import act_as, db
from grievance.intake import drafting
from grievance.intake.visits import root_of, site
from grievance.questions import browser, drafts
from grievance.questions.drafts import OpenDraft
from grievance.vault.receipts import ReceiptKeys


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
    filing = filing_of(mine, hashed, drafting.advice(mine))
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
    """The keys of a code; the hash runs outside every transaction."""
    return keys_under(site(), root_of(code))
