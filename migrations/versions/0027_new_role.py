"""Who got a role that works on cases waits for the key, too."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NAME, TABLE = "ck_key_request_reason", "key_request"


def upgrade() -> None:
    _constrain("reason in ('invited', 'reset', 'role')")


def downgrade() -> None:
    op.execute("UPDATE key_request SET reason = 'invited' WHERE reason = 'role'")
    _constrain("reason in ('invited', 'reset')")


def _constrain(rule: str) -> None:
    op.drop_constraint(op.f(NAME), TABLE, type_="check")
    op.create_check_constraint(op.f(NAME), TABLE, rule)
