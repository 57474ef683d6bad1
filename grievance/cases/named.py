"""Which rows and columns of a case an event vouches for.

Left out is what changes without an act of its own: a row that moves to a newer pepper or key, the
worker's notes on a clock.
"""

from __future__ import annotations

from typing import Any

from grievance.accounts import audit
from grievance.accounts.named import HEADED, NAMED, Heading, Naming, columns_but
from grievance.cases import assigned, corrections, matters, translated
from grievance.cases import models as cases
from grievance.deadlines.models import Deadline
from grievance.referrals import links
from grievance.referrals import models as referrals

MOVED = ("first_due", "moves", "moved_for", "proposal_id")
PAUSED = ("paused_at", "paused_until", "paused_left", "paused_for")
LEFT_OUT: dict[type[Any], tuple[str, ...]] = {
    cases.Message: (),
    cases.CaseRecord: ("revision",),
    cases.Suggestion: (),
    translated.Translation: ("origin", "verified_by", "verified_at"),  # named apart
    cases.CaseFile: ("state", "clean_blob", "meta"),  # cleaned on a visit, which leaves no trace
    cases.Reissue: (),
    cases.FourEyes: ("state", "decided_by", "decided_at", "alone"),  # named apart
    cases.Erasure: (),
    cases.RemedyItem: (),
    cases.Feedback: ("state", "safe", "stayed"),  # named apart
    cases.Attempt: (),
    cases.Outcome: (),
    cases.Recusal: (),
    cases.DuplicateLink: (),
    matters.LinkedMatter: (),
    corrections.Correction: (),
    assigned.Assigned: (),
    cases.Receipt: ("tag", "public_key", "public_mac", "pepper_version"),
    referrals.Packet: ("readers", "reader_names"),  # named apart
    referrals.Consent: (),
    referrals.Referral: ("version",),
    referrals.ReferralAnswer: (),
    links.ReplyLink: ("wrong",),  # a try is no act
    links.BodyWrote: ("organisation_id", "person_id"),  # named apart
    Deadline: ("attempts", "next_try", *MOVED, *PAUSED),  # named apart
}


def _is_final(row: Any) -> bool:
    """A draft of a document is nobody's word yet."""
    return not isinstance(row, referrals.Packet) or row.state != "draft"


# What became of a proposal and of a yes, in chains that reach that far.
BECAME: dict[type[Any], tuple[str, ...]] = {
    cases.FourEyes: ("state", "decided_by", "decided_at", "alone"),
    cases.Feedback: ("state",),
}

audit.STREAMS[cases.Case.stream_kind] = cases.Case
for model, left_out in LEFT_OUT.items():
    NAMED[model] = (Naming(columns_but(model, *left_out), _is_final),)
for model, columns in BECAME.items():
    NAMED[model] += (Naming(columns, since=2, part="state"),)
NAMED[links.BodyWrote] += (
    Naming(
        ("organisation_id", "person_id"),
        lambda row: row.organisation_id is not None,
        part="desk",
    ),
)

NAMED[Deadline] += (
    Naming(MOVED, lambda row: bool(row.proposal_id or row.paused_for), part="moved"),
    Naming(PAUSED, lambda row: row.paused_for is not None, part="paused"),
)
NAMED[translated.Translation] += (
    Naming(
        ("origin", "verified_by", "verified_at"),
        lambda row: row.verified_at is not None,
        part="verified",
    ),
)

NAMED[cases.Feedback] += (
    Naming(("safe", "stayed"), lambda row: row.safe is not None, part="after"),
)
NAMED[referrals.Packet] += (
    Naming(
        ("readers", "reader_names"),
        lambda row: bool(row.readers),  # written once, right before it is frozen
        part="readers",
    ),
)

HEADED[cases.Case] = Heading(
    columns_but(
        cases.Case, "id", "filing_id", "version", "event_seq", "event_head", "event_mac",
        "event_reach",
    ),
    # not the severity: 0.2.0 raised it for who was punished, and told it in no event
    earlier=("state", "issues", "danger"),
    reach=2,
    since={"next_due": 2},
)  # fmt: skip
