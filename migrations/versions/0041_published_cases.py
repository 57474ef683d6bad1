"""Public numbers of bodies count cases, not hand-overs."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT SELECT (case_id) ON referral TO grievance_worker")


def downgrade() -> None:
    op.execute("REVOKE SELECT (case_id) ON referral FROM grievance_worker")
