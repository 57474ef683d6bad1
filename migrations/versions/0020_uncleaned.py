"""The few files that wait for the cleaner are found among very many."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INDEX = "ix_case_file_not_cleaned"


def upgrade() -> None:
    op.create_index(
        INDEX, "case_file", ["case_id"], postgresql_where=sa.text("state = 'not_cleaned'")
    )


def downgrade() -> None:
    op.drop_index(INDEX, "case_file")
