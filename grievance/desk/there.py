"""What happens at a body that gets something of a case, as its handler reads it."""

from __future__ import annotations

from dataclasses import dataclass

from grievance.deadlines.procedures import Asks
from grievance.deadlines.stages import Expected, Told, procedure_of, told_of
from grievance.desk import referral_words as words
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.referrals import asking
from grievance.referrals.models import Packet, Referral
from grievance.referrals.states import UNDER_WAY


@dataclass(frozen=True)
class There:
    """The stages as the worker reads them, None where nobody knows them; what the body asks itself
    on the way, with what to send."""

    told: Told | None
    asks: tuple[Asks, ...]


def there(mechanism: str) -> There:
    """What is known of this body."""
    entry = directory.book(db.session()).body(mechanism)
    if entry is None:
        return There(None, ())
    return There(told_of(entry.facts), procedure_of(entry.facts).asks)


def days_of(referral: Referral, packet: Packet | None) -> list[tuple[str, str]]:
    """By when their first answer and a result can be expected, while something is with them, and
    when they are asked again."""
    told = _expected(referral, packet) if packet and referral.state in UNDER_WAY else []
    if referral.next_chase:
        told.append((_("Ask them again"), words.day(referral.next_chase)))
    return told


def _expected(referral: Referral, packet: Packet) -> list[tuple[str, str]]:
    session, sent = db.session(), referral.delivered_on
    waits = referral.state in ("delivered", "silent")
    first = asking.first_of(session, packet, sent) if waits else None
    end = asking.end_of(session, packet, sent)
    labels = ((_("First answer expected by about"), first), (_("Result expected by about"), end))
    return [(label, _day(one)) for label, one in labels if one]


def _day(one: Expected) -> str:
    day = words.day(one.day)
    return day if one.sure else _("%(day)s (a plan: the number is to be confirmed)") % {"day": day}
