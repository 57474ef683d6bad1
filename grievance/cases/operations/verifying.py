"""Checking a translation: somebody who did not make it reads it beside the original."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from grievance.cases import corrections, passages
from grievance.cases.act import Act
from grievance.cases.translated import Translation, makers, verified
from grievance.cases.verbs import Verb
from grievance.refusals import Refused


@dataclass(frozen=True)
class Verifying:
    """Which translation was compared with its original, and that whoever did reads both
    languages."""

    translation: UUID
    reads_both: bool


def verify_translation(act: Act, found: Verifying) -> None:
    """Say that a translation fits its original. It holds until one of the two is corrected.

    Refuses `not_to_verify` for one that is not of this case, was checked already or whose original
    was changed after it, for who made or corrected it, and for who does not say that they read both
    languages.
    """
    act.check(Verb.VERIFY_TRANSLATION)
    row = act.session.get(Translation, found.translation, populate_existing=True)
    if row is None or row.case_id != act.case.id:
        raise Refused("not_to_verify")
    fixed = corrections.of_words(act.session, act.opened).get(row.id, ())
    own = act.actor.person in makers(row, fixed)
    if own or verified(row, fixed) or not found.reads_both:
        raise Refused("not_to_verify")
    if row.id in passages.stale(act.session, act.opened):
        raise Refused("not_to_verify")
    row.verified_by, row.verified_at = act.actor.person, act.at
    act.session.flush()
    act.move(Verb.VERIFY_TRANSLATION, translation=row.id, passage=row.passage)
