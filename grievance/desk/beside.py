"""Which places of a case run together, bar or pause each other, as its handler reads it."""

from __future__ import annotations

from collections.abc import Sequence

from grievance.cases.models import Case
from grievance.desk.advice import Advice
from grievance.desk.referral_reading import ReferralLine
from grievance.i18n import gettext as _
from grievance.routing.together import Told, pairs


def beside(advice: Advice | None, hands: Sequence[ReferralLine], case: Case) -> Told | None:
    """What rules say of the places of this case: those with a hand-over that something can come of,
    with how far it is, then those that were suggested. None where no rule speaks of two of them."""
    names = {door.mechanism: door.name for door in (advice.doors if advice else ())}
    for one in hands:
        if one.live:
            told = {"body": one.body, "state": one.state}
            names[one.referral.mechanism] = _("%(body)s (%(state)s)") % told
    live = [one.referral.mechanism for one in hands if one.live]
    found = pairs([*live, *names], case.issues)
    return Told(found, names.__getitem__) if found else None
