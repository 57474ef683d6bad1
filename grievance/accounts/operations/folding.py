"""Saying for which roles who a case is about stays folded."""

from __future__ import annotations

from collections.abc import Collection

from grievance.accounts.act import StaffAct
from grievance.accounts.folding import FoldRule
from grievance.accounts.roles import ASSIGNABLE, Permission, Role, roles_with
from grievance.refusals import Refused

FOLDS = tuple(one for one in ASSIGNABLE["operator"] if one in roles_with(Permission.CASE_READ))


def fold(act: StaffAct, roles: Collection[Role]) -> None:
    """Fold it for these roles from now on; Refused (`role`) for one that reads no cases."""
    if set(roles) - set(FOLDS):
        raise Refused("role")
    organisation = act.organisation()
    wanted = sorted(str(role) for role in roles)
    rule = act.session.get(FoldRule, organisation.id, populate_existing=True)
    if rule is None:
        rule = FoldRule(organisation_id=organisation.id, changed_at=act.now, roles=[])
        act.session.add(rule)
    if rule.roles != wanted:
        rule.roles, rule.changed_at = wanted, act.now
        act.record(organisation, "identity_folded", roles=wanted)
