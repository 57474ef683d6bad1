"""How somebody shows their second step on a page: a code that is typed, or a passkey's answer that
a script puts into the form; and the page again when it was neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response

from grievance import i18n
from grievance.accounts import door, factors, forms, staff
from grievance.accounts.forms import text_of
from grievance.accounts.operations.asserting import Shown, Signed
from grievance.accounts.operations.owning import Own, TooMany, WrongCode
from grievance.accounts.surface import answer
from grievance.clock import real_now
from grievance.extensions import db

WRONG = i18n.lazy(
    "This code is not right, or it was used already. Type the one that your app shows now."
)
WRONG_PASSKEY = i18n.lazy("This passkey did not fit, or it took too long. Try it again.")
COPIED = i18n.lazy(
    "This passkey was not taken: its counter went back, so somebody may have a "
    "copy of it. Use a code, take the passkey off, and tell a director."
)
WAIT = i18n.lazy(
    "Too many wrong codes came. Wait, and try again in %(minutes)s minutes. Another browser that "
    "you have signed in from before does not have to wait."
)


def own() -> Own:
    """What this request's member does to their own second step."""
    member, session = staff.current_member(), db.session()
    lane = door.device_of(member.person_id)
    return Own(session, member.holder, real_now(), lane, member.session_id)


@dataclass(frozen=True)
class Sent:
    """What came in a form: the code as typed, or a passkey's answer. The form keeps neither."""

    form: forms.TypeCode
    shown: Shown


def sent(form: forms.TypeCode) -> Sent:
    """What came, taken out of the form."""
    signed = form.signed
    return Sent(form, Signed(signed, door.site()) if signed else text_of(form.code))


def told(wrong: WrongCode | TooMany, shown: Shown) -> str:
    """Why it was not taken."""
    if isinstance(wrong, TooMany):
        return str(WAIT) % {"minutes": -(-wrong.retry_after // 60)}
    if wrong.copied:
        return str(COPIED)
    return str(WRONG_PASSKEY if isinstance(shown, Signed) else WRONG)


def keep_count(wrong: WrongCode | TooMany) -> None:
    """Commit what came wrong in a session; where the lane waits, nothing was compared."""
    if isinstance(wrong, WrongCode):
        door.keep_count(staff.current_member().person_id, wrong)


def refused(template: str, came: Sent, wrong: WrongCode | TooMany, **values: Any) -> Response:
    """The page again, saying what it was not; when a lane is full, from when it takes one."""
    if isinstance(wrong, TooMany):
        db.session.rollback()
    came.form.code.errors = [told(wrong, came.shown)]
    if isinstance(wrong, WrongCode):
        return answer(template, 422, form=came.form, **values)
    page = answer(template, 429, form=came.form, **values)
    page.headers["Retry-After"] = str(wrong.retry_after)
    return page


def has(person_id: UUID) -> dict[str, Any]:
    """What a member has, for a page: an app, passkeys, and whether browsers use them here."""
    session = db.session()
    return {
        "app": factors.counting(session, person_id) is not None,
        "passkeys": factors.passkeys_of(session, person_id),
        "here": door.site().takes_passkeys,
    }
