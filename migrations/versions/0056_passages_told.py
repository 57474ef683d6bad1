"""Interpreters are told of passages that were given to them, and staff of what came back."""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

NOTICE = "ck_notice_kind"
BEFORE = (
    "danger", "new_case", "freed", "assigned", "worker_answered", "came_back", "escalated",
    "limit_near", "second_asked", "body_news",
)  # fmt: skip
NEW = ("passage_given", "passage_back")
READ = "SELECT (id, case_id, person_id, state) ON assigned_passage"


def _kinds(*kinds: str) -> None:
    op.drop_constraint(op.f(NOTICE), "notice", type_="check")
    told = ", ".join(repr(kind) for kind in kinds)
    op.create_check_constraint(op.f(NOTICE), "notice", f"kind IN ({told})")


def upgrade() -> None:
    _kinds(*BEFORE, *NEW)
    op.execute(f"GRANT {READ} TO grievance_worker")  # what need not be told any more


def downgrade() -> None:
    """What was told of passages goes."""
    op.execute(f"REVOKE {READ} FROM grievance_worker")
    op.execute(f"DELETE FROM notice WHERE kind IN ({', '.join(repr(one) for one in NEW)})")
    _kinds(*BEFORE)
