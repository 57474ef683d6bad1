"""A draft as the filing that it becomes, whoever wrote it: the worker on their pages, or staff for
somebody who called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grievance.cases.files import from_plain
from grievance.cases.operations.filing import Filing, NewReceipt
from grievance.cases.site import Site
from grievance.questions.bank import shipped
from grievance.questions.complaint import Complaint, complaint_of
from grievance.questions.drafts import CLERK, OpenDraft
from grievance.routing.explain import Result, as_plain
from grievance.vault.receipts import ReceiptKeys, receipt_keys

MEMBER = "member-"


def filing_of(draft: OpenDraft, hashed: Mapping[str, ReceiptKeys], advice: Result) -> Filing:
    """The filing of a draft that lacks nothing, with the keys of its codes by whose they are.

    ValueError where an answer is missing. The same draft gives the same case, however often.
    """
    stored = [from_plain(one) for one in draft.files]
    complaint = complaint_of(shipped(), draft.answers, stored)
    return Filing(
        filing_id=draft.row.filing_id,
        complaint=complaint,
        receipts=_receipts(complaint, hashed),
        rules_version=advice.rules_version,
        suggestion=as_plain(advice),
        actor=str(draft.answers.get(CLERK, "")),
    )


def keys_under(site: Site, root: bytes) -> ReceiptKeys:
    """The keys of a code, whose slow hash this is, under the newest pepper."""
    newest = site.ring.newest_pepper
    return receipt_keys(root, site.ring.pepper(newest), newest)


def _receipts(complaint: Complaint, hashed: Mapping[str, ReceiptKeys]) -> Sequence[NewReceipt]:
    """The worker's receipt, that of a helper, those of a group: who draws a code has seen it."""
    known = {"worker": complaint.known_to, "helper": "self"}
    return [
        NewReceipt(keys, "member" if role.startswith(MEMBER) else role, known.get(role, "helper"))
        for role, keys in hashed.items()
    ]
