"""Interpreters are told of passages that they have no more, and who has the case of late ones."""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

NOTICE = "ck_notice_kind"
BEFORE = (
    "danger", "new_case", "freed", "assigned", "worker_answered", "came_back", "escalated",
    "limit_near", "second_asked", "body_news", "passage_given", "passage_back",
)  # fmt: skip
NEW = "passage_gone"
LATE = "SELECT (due_on) ON assigned_passage"
OF_CASE = (
    "(SELECT sees_cases()) OR case_id = ANY ((SELECT worker_cases())::uuid[]) "
    "OR case_id = ANY ((SELECT body_cases())::uuid[])"
)


def _kinds(*kinds: str) -> None:
    op.drop_constraint(op.f(NOTICE), "notice", type_="check")
    told = ", ".join(repr(kind) for kind in kinds)
    op.create_check_constraint(op.f(NOTICE), "notice", f"kind IN ({told})")


def upgrade() -> None:
    _kinds(*BEFORE, NEW)
    op.execute(f"GRANT {LATE} TO grievance_worker")
    # the list of an interpreter tells of cases in which nothing is theirs any more
    own = f"{OF_CASE} OR person_id = (SELECT interpreter_id())"
    op.execute(f"ALTER POLICY own ON notice USING ({own})")


def downgrade() -> None:
    """What was told of passages that are gone goes."""
    op.execute(f"ALTER POLICY own ON notice USING ({OF_CASE})")
    op.execute(f"REVOKE {LATE} FROM grievance_worker")
    op.execute(f"DELETE FROM notice WHERE kind = '{NEW}'")
    _kinds(*BEFORE)
