"""What to know before knocking on a door: one small function for each thing that may matter."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from grievance.directory import entries
from grievance.directory.facts import Mechanism
from grievance.model import some_of
from grievance.routing.rank import NAME_FREE
from grievance.routing.situation import DoorList, Situation
from grievance.routing.work import AT_SEA, OUTSIDE_LABOUR_LAW

Caution = Callable[[Situation, Mechanism], Iterator[str]]

_IMMIGRATION = {
    "is_authority": "is-immigration",
    "possible": "may-tell-immigration",
    "unknown": "immigration-not-known",
    "principle_no": "immigration-not-usual",
}
some_of(_IMMIGRATION, entries.IMMIGRATION)
_EMPLOYER = {
    "yes_by_design": "employer-is-told",
    "likely": "employer-may-learn",
    "on_action": "employer-may-learn",
}
some_of(_EMPLOYER, entries.NOTIFIES_EMPLOYER)
_NAME = {
    "not_accepted": "name-needed",
    "consult_only": "name-for-formal-step",
    "information_only": "name-for-formal-step",
}
some_of(_NAME, entries.ANONYMOUS)
_PRESENCE = {"no": "must-be-there", "unknown": "must-be-there", "by_agent": "needs-agent"}
some_of(_PRESENCE, entries.FROM_ABROAD)


def cautions(s: Situation, door: Mechanism) -> list[str]:
    """The cautions for a door in a situation, the gravest first."""
    return [code for look in _ALL for code in look(s, door)]


def warnings(s: Situation, doors: DoorList) -> list[str]:
    """What to say before the list, the gravest first."""
    p = s.profile
    needs_name = any(s.door(name).anonymous == "not_accepted" for name in doors.names)
    found = {
        "danger": p.danger,
        "call-local-emergency": p.danger and not s.person_in_japan,
        "irregular": p.irregular,
        "houterasu-status": p.irregular and s.in_japan,
        "refugee": p.refugee,
        "limitation-soon": bool(s.endings),
        "name-needed": p.anonymous and needs_name,
        "support-paid-by-employer": p.status == "ssw" and s.in_japan,
        "company-desk-optional": "company-hotline-template" in doors,
        "must-be-there": s.outside and (s.away or _any_presence(s, doors)),
        "student-hours": p.status == "student" and s.in_japan,
    }
    return [code for code, holds in found.items() if holds]


def _any_presence(s: Situation, doors: DoorList) -> bool:
    return any(s.door(name).from_abroad in ("no", "unknown") for name in doors.names)


def _particular(s: Situation, door: Mechanism) -> Iterator[str]:
    if door.id == "company-hotline-template":
        yield "company-desk-optional"
    if door.id.endswith("-template"):
        yield "ask-whether-it-exists"
    if door.id == "jp-ssw-support":
        yield "support-paid-by-employer"
    if door.id == "jacer" and s.profile.jacer_member is None:
        yield "jacer-member-unknown"
    if door.id == "us-cbp":
        yield "only-with-your-consent"
    if door.id in s.rules.intern_bodies and s.profile.left_host:
        yield "left-host"
    if door.id in s.rules.intern_bodies and s.profile.status is None and s.about("maybe_intern"):
        yield "if-you-are-an-intern"
    if door.id == "jp-ncp" and s.profile.multinational:
        yield "contact-point-slow"


def _work(s: Situation, door: Mechanism) -> Iterator[str]:
    if not s.in_japan:
        return
    if s.household and door.id in OUTSIDE_LABOUR_LAW:
        yield "outside-labour-standards-law"
    if s.profile.sector == "fishing" and door.id in dict(AT_SEA):
        yield "ship-or-shore"


def _immigration(s: Situation, door: Mechanism) -> Iterator[str]:
    if not s.profile.irregular:
        return
    if door.id == "jp-emergency":
        yield "police-only"  # not said of the ambulance
        return
    if door.state:
        yield "irregular"
    if door.immigration in _IMMIGRATION:
        yield _IMMIGRATION[door.immigration]
    if door.id == "jp-houterasu":
        yield "houterasu-status"


def _employer(s: Situation, door: Mechanism) -> Iterator[str]:
    if s.profile.hide_from_employer and door.notifies_employer in _EMPLOYER:
        yield _EMPLOYER[door.notifies_employer]


def _name(s: Situation, door: Mechanism) -> Iterator[str]:
    if s.profile.anonymous and door.anonymous not in NAME_FREE:
        yield _NAME.get(door.anonymous, "name-rule-not-known")


def _presence(s: Situation, door: Mechanism) -> Iterator[str]:
    if s.outside and door.from_abroad in _PRESENCE:
        yield _PRESENCE[door.from_abroad]


def _helper(s: Situation, door: Mechanism) -> Iterator[str]:
    if s.profile.third_party and door.third_party != "yes":
        yield "worker-must-come"


def _contact(s: Situation, door: Mechanism) -> Iterator[str]:
    if not s.reaches(door.id):
        yield "no-checked-contact"


def _language(s: Situation, door: Mechanism) -> Iterator[str]:
    wanted = s.profile.language
    if wanted is None:
        return
    if wanted == "ja-easy":
        wanted = "ja"
    if wanted in door.languages:
        yield "speaks-your-language"
    elif door.interpreters:
        yield "interpreter-possible"
    else:
        yield "ask-for-interpreter" if door.languages else "language-not-known"


_ALL: tuple[Caution, ...] = (
    _particular, _work, _immigration, _employer, _name, _presence, _helper, _contact, _language,
)  # fmt: skip
