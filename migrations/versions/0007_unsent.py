"""How much the files of reports that are not sent yet take."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Rows from before count as nothing: they are gone within a day.
    op.add_column(
        "draft_blob", sa.Column("room", sa.BigInteger(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    op.drop_column("draft_blob", "room")
