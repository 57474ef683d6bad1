"""Whether somebody was told that a day of the law comes near."""

import sqlalchemy as sa
from alembic import op

WORKER = "grievance_worker"

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("limitation_date", sa.Column("warned", sa.Integer(), nullable=True))
    op.execute(f"GRANT SELECT, UPDATE (warned) ON limitation_date TO {WORKER}")


def downgrade() -> None:
    op.execute(f"REVOKE SELECT, UPDATE ON limitation_date FROM {WORKER}")
    op.drop_column("limitation_date", "warned")
