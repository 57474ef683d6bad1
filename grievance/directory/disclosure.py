"""Whom a body tells: each code of the directory with what a worker and what a handler reads
of it, beside each other so that both are told the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grievance.i18n import N_


@dataclass(frozen=True)
class Told:
    """One code in words: to the worker, and to whoever works on the case."""

    worker: str
    staff: str


NOTHING = Told("", "")
EMPLOYER_UNKNOWN = Told(
    N_("We do not know whether your employer learns of it."),
    N_("We do not know whether they tell the employer. Ask before you hand over."),
)
EMPLOYER: Mapping[str, Told] = {
    "never": Told(N_("They do not tell your employer."), N_("They do not tell the employer.")),
    "only_with_consent": Told(
        N_("They tell your employer only if you agree."),
        N_("They tell the employer only with the worker's consent."),
    ),
    "on_action": Told(
        N_("When they act, your employer can learn that somebody complained."),
        N_("When they act, the employer can learn that somebody complained."),
    ),
    "yes_by_design": Told(
        N_("They tell your employer. That is how they work."),
        N_("They tell the employer: that is how they work."),
    ),
    "likely": Told(
        N_("Your employer will probably learn of it."),
        N_("The employer will probably learn of it."),
    ),
    "not_applicable": EMPLOYER_UNKNOWN,
}
# What a body gets reaches the employer too; or stays away from the employer without a yes.
EMPLOYER_READS = ("yes_by_design", "likely")
EMPLOYER_KEPT_OUT = ("never", "only_with_consent")
IMMIGRATION_UNKNOWN = Told(
    N_("We do not know whether they tell immigration."),
    N_("We do not know whether they tell immigration."),
)
IMMIGRATION: Mapping[str, Told] = {
    "no": Told(N_("They do not tell immigration."), N_("They do not tell immigration.")),
    "principle_no": Told(
        N_("As a rule they do not tell immigration."),
        N_("Usually they do not tell immigration. This is not a promise."),
    ),
    "possible": Told(N_("They may tell immigration."), N_("They may tell immigration.")),
    "is_authority": Told(
        N_("They are the immigration authority."), N_("This is the immigration authority.")
    ),
    "unknown": IMMIGRATION_UNKNOWN,
    "n_a": NOTHING,
}
POLICE_UNKNOWN = Told(
    N_("We do not know whether they tell the police."),
    N_("We do not know whether they tell the police."),
)
POLICE: Mapping[str, Told] = {
    "no": Told(N_("They do not tell the police."), N_("They do not tell the police.")),
    "only_with_consent": Told(
        N_("They tell the police only if you agree."),
        N_("They tell the police only with the worker's consent."),
    ),
    "only_with_consent_or_danger": Told(
        N_("They tell the police only if you agree, or if somebody is in danger."),
        N_("They tell the police only with the worker's consent, or if somebody is in danger."),
    ),
    "possible": Told(N_("They may tell the police."), N_("They may tell the police.")),
    "yes_by_design": Told(
        N_("They tell the police. That is how they work."),
        N_("They tell the police: that is how they work."),
    ),
    "is_authority": Told(N_("They are the police."), N_("This is the police.")),
    "unknown": POLICE_UNKNOWN,
}
# What is said beside a number that somebody may call at once, where no more than this is read.
_WARNS = ("possible", "yes_by_design", "is_authority", "unknown")


def first_said() -> list[str]:
    """Those of them that the first screens say in every language."""
    return [POLICE["possible"].worker, IMMIGRATION["possible"].worker]


def warnings(police: str, immigration: str) -> tuple[str, ...]:
    """What a worker has to know before a call: who are, or may tell, police or immigration."""
    asked = ((POLICE, police, POLICE_UNKNOWN), (IMMIGRATION, immigration, IMMIGRATION_UNKNOWN))
    return tuple(
        table.get(code, unknown).worker
        for table, code, unknown in asked
        if code in _WARNS or code not in table
    )
