"""The job that forgets deletes sign-ins whose code never came; it reads their time and nothing else."""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

RIGHTS = ("SELECT (created_at)", "DELETE")


def upgrade() -> None:
    for right in RIGHTS:
        op.execute(f"GRANT {right} ON staff_entry TO grievance_worker")


def downgrade() -> None:
    for right in RIGHTS:
        op.execute(f"REVOKE {right} ON staff_entry FROM grievance_worker")
