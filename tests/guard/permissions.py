"""The table of who may open and send what, from the declarations of roles and routes.

`WRITE=1 pytest tests/guard/test_permissions.py` writes it to `docs/permissions.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask

from grievance.accounts.roles import GUESTS, NEEDS_KEY, ROLES_OF, Permission, Role, permissions_of
from grievance.accounts.staff import SIGNED_IN
from tests.guard.source import ROOT

PAGE = ROOT / "docs" / "permissions.md"
INSIDE = ("staff", "partner", "member")
# For another than oneself it asks for more, which the view sees.
ANOTHERS = {"/staff/away/<uuid:person_id>/back": Permission.CASE_ASSIGN}
HEAD = """# Who may open what

Made from what roles (`grievance/accounts/roles.py`) and routes say of themselves, by `WRITE=1
pytest tests/guard/test_permissions.py`; the same test compares the two, and
`tests/hostile/test_every_address.py` tries every role at every address. What a verb asks for
besides, the state of the case and who stands how to it, is the table of `docs/workflow.md`. Rows
of a case are held by the database once more (`docs/threat-model.md`).

Everything else is for nobody who is signed in: public pages, a worker's own pages behind a
number, a body's behind a reply link.

## Roles

"""
WITHOUT = """
¹ not before they were given the key, or had their six words heard.

## Addresses

Below each permission stand the addresses that ask for it; everybody else is answered 403.
`signed-in` asks for no more than an account.

"""


@dataclass(frozen=True)
class Door:
    """One address inside, and what it asks for."""

    rule: Any
    methods: tuple[str, ...]
    kind: str
    permission: str

    def opens_to(self, role: Role, *, holds_key: bool = True) -> bool:
        """Whether somebody of this role may."""
        guest = any(role in ROLES_OF[kind] for kind in GUESTS)
        if self.kind != "member" and guest != (self.kind == "partner"):
            return False
        allowed = {str(one) for one in permissions_of(role, holds_key=holds_key)}
        return {self.permission, str(self.anothers or self.permission)} <= allowed | {SIGNED_IN}

    @property
    def anothers(self) -> Permission | None:
        """What it asks for besides where it is not about oneself."""
        return ANOTHERS.get(self.rule.rule)


def doors(app: Flask) -> Iterator[Door]:
    """Every address for who is signed in, in order."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: (one.rule, sorted(one.methods))):
        view = app.view_functions[rule.endpoint]
        kind = getattr(view, "audience", None)
        if kind in INSIDE:
            asked = getattr(view, "permission", None) or SIGNED_IN
            yield Door(rule, tuple(sorted(rule.methods & {"GET", "POST"})), kind, str(asked))


def written(app: Flask) -> str:
    """The page as it should read."""
    roles = list(Role)
    head = f"|  | {' | '.join(role.replace('_', ' ') for role in roles)} |\n"
    line = f"|---|{'---|' * len(roles)}\n"
    granted = [
        f"| `{one}`{'¹' if one in NEEDS_KEY else ''} | "
        + " | ".join("○" if one in permissions_of(role, holds_key=True) else "" for role in roles)
        + " |\n"
        for one in Permission
    ]
    asked: dict[tuple[str, str], list[str]] = {}
    for door in doors(app):
        place = f"`{' '.join(door.methods)} {door.rule.rule}`"
        place += f", another's: `{door.anothers}`" if door.anothers else ""
        asked.setdefault((door.kind, door.permission), []).append(place)
    places = []
    for (kind, permission), found in sorted(asked.items()):
        places.append(f"### {WHERE[kind]}: `{permission}`\n\n")
        places += [f"- {place}\n" for place in found]
        places.append("\n")
    return HEAD + head + line + "".join(granted) + WITHOUT + "".join(places).rstrip() + "\n"


WHERE = {
    "staff": "The operator's people",
    "partner": "A partner's or a company's people",
    "member": "Whoever is signed in",
}
