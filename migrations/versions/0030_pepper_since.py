"""Since when a pepper is in use: a recovery sheet that was printed before lacks it.

Of those that are there only the first stands on every sheet; of others it is known from now on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

TABLE = "pepper_check"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE pepper_check SET noted_at = now()"
        " WHERE version > (SELECT min(version) FROM pepper_check)"
    )


def downgrade() -> None:
    op.drop_column(TABLE, "noted_at")
