"""Tips: cases that nobody comes back to."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    one_way = sa.Column("one_way", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("grievance_case", one_way)
    op.alter_column("grievance_case", "one_way", server_default=None)


def downgrade() -> None:
    op.drop_column("grievance_case", "one_way")
