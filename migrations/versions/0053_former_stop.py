"""Who is told to stop: the job reads who of a company has a paper on their desk, as its page does."""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

WORKER = "grievance_worker"
READ = {"packet": "frozen_at", "respondent": "person_id, organisation_id, asked_at"}


def upgrade() -> None:
    for table, columns in READ.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO {WORKER}")


def downgrade() -> None:
    for table, columns in READ.items():
        op.execute(f"REVOKE SELECT ({columns}) ON {table} FROM {WORKER}")
