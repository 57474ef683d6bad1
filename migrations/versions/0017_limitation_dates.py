"""The days on which the law's limits of a case end, the next first in lists."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "limitation_date",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("latest_safe", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_limitation_date_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limitation_date")),
    )
    op.create_index(
        "uq_limitation_date_day", "limitation_date", ["case_id", "latest_safe"], unique=True
    )
    op.create_index("ix_limitation_date_latest_safe", "limitation_date", ["latest_safe"])
    op.execute("GRANT SELECT, INSERT, DELETE ON limitation_date TO grievance_app")
    op.execute(
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON limitation_date "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )


def downgrade() -> None:
    op.drop_table("limitation_date")
