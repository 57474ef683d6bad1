"""Two people move the day of a clock of ours, within bounds."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

VERB = "ck_four_eyes_verb"
MOVED = (
    "moves BETWEEN 0 AND 2 AND (moves = 0) = (first_due IS NULL)"
    " AND (moves = 0) = (moved_for IS NULL)"
)


def _verbs(*verbs: str) -> None:
    op.drop_constraint(op.f(VERB), "four_eyes", type_="check")
    told = ", ".join(repr(verb) for verb in verbs)
    op.create_check_constraint(op.f(VERB), "four_eyes", f"verb IN ({told})")


def upgrade() -> None:
    _verbs("decline", "close", "erase", "extend")
    op.add_column("deadline", sa.Column("first_due", sa.DateTime(timezone=True)))
    op.add_column(
        "deadline", sa.Column("moves", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("deadline", sa.Column("moved_for", sa.String(8)))
    op.add_column("deadline", sa.Column("proposal_id", sa.Uuid()))
    op.create_foreign_key(
        op.f("fk_deadline_proposal_id"), "deadline", "four_eyes", ["proposal_id"], ["id"]
    )
    op.create_check_constraint(op.f("ck_deadline_moved"), "deadline", MOVED)
    op.create_check_constraint(
        op.f("ck_deadline_why"), "deadline", "moved_for IN ('others', 'more', 'absence')"
    )


def downgrade() -> None:
    """A clock that was moved keeps its later day; nothing tells any more that it was another."""
    for name in ("moved", "why"):
        op.drop_constraint(op.f(f"ck_deadline_{name}"), "deadline", type_="check")
    op.drop_constraint(op.f("fk_deadline_proposal_id"), "deadline", type_="foreignkey")
    for column in ("proposal_id", "moved_for", "moves", "first_due"):
        op.drop_column("deadline", column)
    op.execute(
        "UPDATE grievance_case SET awaits_second = false WHERE id IN"
        " (SELECT case_id FROM four_eyes WHERE verb = 'extend' AND state = 'asked')"
    )
    op.execute("DELETE FROM four_eyes WHERE verb = 'extend'")
    _verbs("decline", "close", "erase")
