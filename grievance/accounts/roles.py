"""Roles and what each may do: the one permission vocabulary of the product.

Only handlers, leads and directors work on cases and hold the operator's key; a partner's people
hold that of their own organisation, each of a company's and each interpreter their own alone.
Everybody else holds none: administrators and directory editors can invite and edit but not read or
approve, auditors and observers read what is written down of the work. A role belongs to one kind of
organisation.
"""

from __future__ import annotations

from enum import StrEnum

from grievance.i18n import N_
from grievance.model import complete


class Permission(StrEnum):
    """What a view or verb asks for."""

    CASE_READ = "case.read"
    CASE_WORK = "case.work"
    CASE_ASSIGN = "case.assign"
    CASE_FOUR_EYES = "case.four_eyes"
    CASE_EXPORT = "case.export"
    CASE_LIFT = "case.lift"
    PEOPLE_SEE = "people.see"
    PEOPLE_MANAGE = "people.manage"
    KEYS_COMPARE = "keys.compare"
    KEYS_APPROVE = "keys.approve"
    OPERATOR_EDIT = "operator.edit"
    DIRECTORY_EDIT = "directory.edit"
    AUDIT_READ = "audit.read"
    JOBS_READ = "jobs.read"
    NUMBERS_READ = "numbers.read"
    NUMBERS_OBSERVE = "numbers.observe"
    REFERRAL_ANSWER = "referral.answer"
    PASSAGE_TRANSLATE = "passage.translate"


class Role(StrEnum):
    """What a person is in an organisation."""

    HANDLER = "handler"
    LEAD = "lead"
    DIRECTOR = "director"
    ADMINISTRATOR = "administrator"
    DIRECTORY_EDITOR = "directory_editor"
    AUDITOR = "auditor"
    OBSERVER = "observer"
    INTERPRETER = "interpreter"
    PARTNER_CASEWORKER = "partner_caseworker"
    COMPANY_RESPONDENT = "company_respondent"


P = Permission
NEEDS_KEY = frozenset(
    {
        P.CASE_READ,
        P.CASE_WORK,
        P.CASE_ASSIGN,
        P.CASE_FOUR_EYES,
        P.CASE_EXPORT,
        P.CASE_LIFT,
        P.KEYS_COMPARE,
        P.KEYS_APPROVE,
        P.REFERRAL_ANSWER,
    }
)
_HANDLER = frozenset({P.CASE_READ, P.CASE_WORK, P.CASE_FOUR_EYES, P.KEYS_COMPARE})
_LEAD = _HANDLER | {
    P.CASE_ASSIGN,
    P.CASE_EXPORT,
    P.KEYS_APPROVE,
    P.PEOPLE_SEE,
    P.DIRECTORY_EDIT,
    P.JOBS_READ,
    P.NUMBERS_READ,
}
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.HANDLER: _HANDLER,
    Role.LEAD: _LEAD,
    Role.DIRECTOR: frozenset(Permission)
    - {P.REFERRAL_ANSWER, P.NUMBERS_OBSERVE, P.PASSAGE_TRANSLATE},
    Role.ADMINISTRATOR: frozenset({P.PEOPLE_SEE, P.PEOPLE_MANAGE, P.OPERATOR_EDIT, P.JOBS_READ}),
    Role.DIRECTORY_EDITOR: frozenset({P.DIRECTORY_EDIT}),
    Role.AUDITOR: frozenset({P.AUDIT_READ}),
    Role.OBSERVER: frozenset({P.NUMBERS_OBSERVE}),
    Role.INTERPRETER: frozenset({P.PASSAGE_TRANSLATE}),
    Role.PARTNER_CASEWORKER: frozenset({P.REFERRAL_ANSWER}),
    Role.COMPANY_RESPONDENT: frozenset({P.REFERRAL_ANSWER}),
}
complete(PERMISSIONS, Role)
# Whose key somebody hears six words of before they read a case or paper. Those of an interpreter
# are heard, too, and bring them no key of an organisation (`accounts.interpreters`).
KEY_HOLDERS = frozenset(
    {Role.HANDLER, Role.LEAD, Role.DIRECTOR, Role.PARTNER_CASEWORKER, Role.COMPANY_RESPONDENT}
)
COMPANY = "company"
GUESTS = ("partner", COMPANY)  # the kinds that are not the operator: a body of the directory each
ORGANISATION_KINDS = ("operator", *GUESTS)
_THEIRS = {"partner": (Role.PARTNER_CASEWORKER,), COMPANY: (Role.COMPANY_RESPONDENT,)}
# Which roles there are in which kind, those that nobody is given any more too: the database refuses
# every other pair.
ROLES_OF: dict[str, tuple[Role, ...]] = {
    "operator": tuple(
        role for role in Role if all(role not in theirs for theirs in _THEIRS.values())
    ),
    **_THEIRS,
}
complete(ROLES_OF, ORGANISATION_KINDS)
ASSIGNABLE = {
    "operator": (
        Role.HANDLER,
        Role.LEAD,
        Role.DIRECTOR,
        Role.ADMINISTRATOR,
        Role.DIRECTORY_EDITOR,
        Role.AUDITOR,
        Role.OBSERVER,
        Role.INTERPRETER,
    ),
    **_THEIRS,
}
complete(ASSIGNABLE, ORGANISATION_KINDS)
NAMES: dict[Role, str] = {
    Role.HANDLER: N_("Handler: works on cases"),
    Role.LEAD: N_("Lead: works on cases, assigns them, gives keys"),
    Role.DIRECTOR: N_("Director: everything a lead and an administrator do"),
    Role.ADMINISTRATOR: N_("Administrator: people and settings, never cases"),
    Role.DIRECTORY_EDITOR: N_("Directory editor: the public directory, never cases"),
    Role.AUDITOR: N_("Auditor: who opened what and when, never what it says"),
    Role.OBSERVER: N_("Observer: numbers in which nobody can be found"),
    Role.INTERPRETER: N_("Interpreter or translator: only the passages given to them"),
    Role.PARTNER_CASEWORKER: N_("Partner caseworker: answers what was handed over to them"),
    Role.COMPANY_RESPONDENT: N_("Answers for a company what was handed over to them by name"),
}
complete(NAMES, Role)


def permissions_of(role: Role, *, holds_key: bool) -> frozenset[Permission]:
    """What a member may do now: nothing about cases until the organisation's key was given."""
    granted = PERMISSIONS[role]
    return granted if holds_key else granted - NEEDS_KEY


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """The roles that carry a permission."""
    return tuple(role for role, granted in PERMISSIONS.items() if permission in granted)
