"""The hours of a channel as data. Null until the release that states them is loaded again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channel", sa.Column("opening", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("channel", "opening")
