"""Sums of money are tallied, and are longer than counts."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("tally", "count", type_=sa.BigInteger())


def downgrade() -> None:
    """Sums are not kept: nothing shows them any more, and they may be too long."""
    op.execute("DELETE FROM tally WHERE dimension NOT IN ('nationality', 'sector')")
    op.alter_column("tally", "count", type_=sa.Integer())
