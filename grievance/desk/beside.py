"""Which places of a case run together, bar or pause each other, as its handler reads it."""

from __future__ import annotations

from collections.abc import Sequence

from grievance.cases.models import Case
from grievance.desk.advice import Advice
from grievance.desk.loading import Desk
from grievance.desk.packet_reading import doors
from grievance.desk.referral_reading import ReferralLine, of_case
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.routing.together import Pair, Told, pairs, with_place


def beside(advice: Advice | None, hands: Sequence[ReferralLine], case: Case) -> Told | None:
    """What rules say of the places of this case: those with a hand-over that something can come of,
    with how far it is, then those that were suggested. None where no rule speaks of two of them."""
    names = {door.mechanism: door.name for door in (advice.doors if advice else ())}
    found = pairs([*_live(hands), *names], case.issues)
    return _told(found, names, hands)


def of_place(desk: Desk, place: str) -> Told | None:
    """The same of one place beside the others of its case."""
    hands = of_case(desk)
    names = {door.mechanism: door.name for door in doors(desk)}
    names.setdefault(place, directory.book(db.session()).name(place))
    found = with_place(pairs([*_live(hands), *names], desk.case.issues), place)
    return _told(found, names, hands)


def _live(hands: Sequence[ReferralLine]) -> list[str]:
    return [one.referral.mechanism for one in hands if one.live]


def _told(found: list[Pair], names: dict[str, str], hands: Sequence[ReferralLine]) -> Told | None:
    for one in hands:
        if one.live:
            told = {"body": one.body, "state": one.state}
            names[one.referral.mechanism] = _("%(body)s (%(state)s)") % told
    return Told(found, names.__getitem__) if found else None
