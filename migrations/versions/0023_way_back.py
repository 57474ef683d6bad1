"""Links to come back with the recovery sheet, and to prove a member's new address."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLE = "invitation"
NOW = {
    "kind": "kind in ('found', 'join', 'reset', 'recover', 'address')",
    "invited_by": "kind in ('found', 'recover') or invited_by is not null",
    "address": "kind not in ('join', 'address') or address_box is not null",
}
BEFORE = {
    "kind": "kind in ('found', 'join', 'reset')",
    "invited_by": "kind = 'found' or invited_by is not null",
    "address": "kind <> 'join' or address_box is not null",
}


def upgrade() -> None:
    _constrain(NOW)


def downgrade() -> None:
    op.execute("DELETE FROM invitation WHERE kind IN ('recover', 'address')")
    _constrain(BEFORE)


def _constrain(rules: dict[str, str]) -> None:
    for name, rule in rules.items():
        op.drop_constraint(op.f(f"ck_invitation_{name}"), TABLE, type_="check")
        op.create_check_constraint(op.f(f"ck_invitation_{name}"), TABLE, rule)
