"""Which places of a report run together, bar or pause each other, as its worker reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grievance.cases import records
from grievance.cases.act import Act
from grievance.cases.models import Case
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.intake.blueprint import bp
from grievance.intake.referral_reading import Row
from grievance.referrals import queries
from grievance.referrals.models import Referral
from grievance.referrals.states import LIVE
from grievance.routing.together import Pair, Told, pairs, with_place


@bp.context_processor
def _beside() -> dict[str, Callable[..., Told | None]]:
    """Let the case page show it below those who know."""
    return {"goes_with": goes_with}


def goes_with(case: Case, known: Sequence[tuple[str, Sequence[Row]]]) -> Told | None:
    """What rules say of the hand-overs that something can still come of, `known` as the page lists
    them; None where no rule speaks of two of them."""
    rows = [row for _heading, found in known for row in found if row.referral.state in LIVE]
    return _told(pairs([row.referral.mechanism for row in rows], case.issues))


def beside(act: Act, referral: Referral) -> Told | None:
    """What rules say of the place of this hand-over beside the others of the case and those that
    were suggested; None where it is over, or no rule speaks of it."""
    if referral.state not in LIVE:
        return None
    session, case = act.session, act.case
    hands = [one.referral for one in queries.of_case(session, case.id)]
    live = [one.mechanism for one in hands if one.state in LIVE]
    kept = records.suggestion(session, act.opened).get("doors", ())
    places = [referral.mechanism, *live, *(door["mechanism"] for door in kept)]
    return _told(with_place(pairs(places, case.issues), referral.mechanism))


def _told(found: Sequence[Pair]) -> Told | None:
    return Told(found, directory.book(db.session()).name) if found else None
