"""A clock runs while a worker waits for the erasure of their case.

Wishes from before get theirs when they are late, with an event that names it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KIND = "ck_deadline_kind"
BEFORE = "'acknowledge', 'danger', 'answer', 'next_step', 'appeal', 'chase', 'remedy', 'follow_up'"

WORKER = "grievance_worker"
# What the sweep reads of a wish, and that it starts the clock of one from before.
GRANTS = ("SELECT ON erasure", "SELECT (id, state) ON four_eyes", "INSERT ON deadline")


def upgrade() -> None:
    op.drop_constraint(op.f(KIND), "deadline", type_="check")
    op.create_check_constraint(op.f(KIND), "deadline", f"kind IN ({BEFORE}, 'erasure')")
    for grant in GRANTS:
        op.execute(f"GRANT {grant} TO {WORKER}")


def downgrade() -> None:
    for grant in GRANTS:
        op.execute(f"REVOKE {grant} FROM {WORKER}")
    op.execute(sa.text("DELETE FROM deadline WHERE kind = 'erasure'"))
    op.drop_constraint(op.f(KIND), "deadline", type_="check")
    op.create_check_constraint(op.f(KIND), "deadline", f"kind IN ({BEFORE})")
