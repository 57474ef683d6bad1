"""The draft of this browser: the cookie that names it, and how its secret changes.

A cookie that somebody left here, or copied, must not show what is written later. So the secret is
drawn anew at each first page, when the number is drawn, and on sending; the earlier one opens
nothing from the moment the new one is first presented. Not sooner: an answer can be lost.
"""

from __future__ import annotations

from flask import Response, current_app

from grievance.clock import real_now
from grievance.extensions import db
from grievance.questions import drafts
from grievance.questions.drafts import OpenDraft
from grievance.vault.keyring import KeyRing
from grievance.web.binding import cookie, only_of, set_cookie

COOKIE = "draft"
ONE_DAY = 24 * 60 * 60


def here(*, lock: bool = False, secret: str = "") -> OpenDraft | None:
    """The draft whose cookie this browser sent (or is about to get), of the finder or a filing, or
    None. Where there is one, only a token of its cookie counts from here on."""
    session, secret, now = db.session(), secret or cookie(COOKIE), real_now()
    found = drafts.load(session, _ring(), secret, now, lock=lock)
    if found is None and drafts.present(session, _ring(), secret, now):
        session.commit()
        found = drafts.load(session, _ring(), secret, now, lock=lock)
    if found is not None and cookie(COOKIE):
        only_of(COOKIE)
    return found


def give(answer: Response, draft: OpenDraft, secret: str) -> Response:
    """Put a draft's secret into the cookie, which lives as the phone says."""
    set_cookie(answer, COOKIE, secret, None if draft.row.shared_phone else ONE_DAY)
    return answer


def renewed(answer: Response, draft: OpenDraft) -> Response:
    """Commit, and answer with a new secret for a draft that was loaded with `lock`."""
    answer = give(answer, draft, drafts.renew(db.session(), _ring(), draft))
    db.session.commit()
    return answer


def _ring() -> KeyRing:
    ring: KeyRing = current_app.config["KEY_RING"]
    return ring
