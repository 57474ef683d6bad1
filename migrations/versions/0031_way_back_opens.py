"""From when a way back works, fixed when it is made: nobody shortens the wait afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLE, NAME = "invitation", "ck_invitation_opens_at"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE invitation SET opens_at = CASE"
        " WHEN expires_at >= created_at + interval '48 hours' THEN created_at + interval '48 hours'"
        " ELSE created_at END WHERE kind = 'recover'"
    )
    op.create_check_constraint(op.f(NAME), TABLE, "(kind = 'recover') = (opens_at is not null)")


def downgrade() -> None:
    op.drop_constraint(op.f(NAME), TABLE, type_="check")
    op.drop_column(TABLE, "opens_at")
