"""A clock of ours stops while something outside is waited for, within bounds."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

MOVED = "ck_deadline_moved"
BEFORE = (
    "moves BETWEEN 0 AND 2 AND (moves = 0) = (first_due IS NULL)"
    " AND (moves = 0) = (moved_for IS NULL)"
)
AFTER = (
    "moves BETWEEN 0 AND 2 AND (moves = 0) = (moved_for IS NULL)"
    " AND (moves = 0 AND paused_for IS NULL) = (first_due IS NULL)"
)
PAUSED = (
    "(paused_at IS NULL) = (paused_until IS NULL)"
    " AND (paused_at IS NULL) = (paused_left IS NULL)"
    " AND (paused_at IS NULL OR paused_for IS NOT NULL)"
)
# The sweep lets a clock go on whose time has come; what it is due by it cannot change.
ENDS = "UPDATE (paused_at, paused_until, paused_left) ON deadline"


def _moved(rule: str) -> None:
    op.drop_constraint(op.f(MOVED), "deadline", type_="check")
    op.create_check_constraint(op.f(MOVED), "deadline", rule)


def upgrade() -> None:
    op.add_column("deadline", sa.Column("paused_at", sa.DateTime(timezone=True)))
    op.add_column("deadline", sa.Column("paused_until", sa.DateTime(timezone=True)))
    op.add_column("deadline", sa.Column("paused_left", sa.Integer()))
    op.add_column("deadline", sa.Column("paused_for", sa.String(12)))
    _moved(AFTER)
    op.create_check_constraint(op.f("ck_deadline_paused"), "deadline", PAUSED)
    op.create_check_constraint(
        op.f("ck_deadline_paused_for"),
        "deadline",
        "paused_for IN ('consent', 'translation', 'body')",
    )
    op.create_index(
        "ix_deadline_paused",
        "deadline",
        ["case_id"],
        postgresql_where=sa.text("paused_at IS NOT NULL AND met_at IS NULL AND stopped_at IS NULL"),
    )
    op.execute(f"GRANT {ENDS} TO grievance_worker")


def downgrade() -> None:
    """A clock that is stopped goes on: it is due on the day that was named for it."""
    op.execute(f"REVOKE {ENDS} FROM grievance_worker")
    op.drop_index("ix_deadline_paused", "deadline")
    op.execute("UPDATE deadline SET next_try = NULL WHERE paused_at IS NOT NULL")
    op.execute("UPDATE deadline SET first_due = NULL WHERE moves = 0")
    for name in ("paused", "paused_for"):
        op.drop_constraint(op.f(f"ck_deadline_{name}"), "deadline", type_="check")
    _moved(BEFORE)
    for column in ("paused_for", "paused_left", "paused_until", "paused_at"):
        op.drop_column("deadline", column)
