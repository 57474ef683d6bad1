"""A number waits until a second person saw the same."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channel", sa.Column("awaiting", postgresql.JSONB(astext_type=sa.Text())))


def downgrade() -> None:
    # a number that only one person saw was never shown
    op.execute("DELETE FROM channel WHERE state = 'added' AND awaiting IS NOT NULL")
    op.drop_column("channel", "awaiting")
