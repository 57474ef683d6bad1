"""The few events of cases that were erased are found among very many."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INDEX = "ix_event_erase"


def upgrade() -> None:
    op.create_index(INDEX, "event", ["at"], postgresql_where=sa.text("verb = 'erase'"))


def downgrade() -> None:
    op.drop_index(INDEX, "event")
