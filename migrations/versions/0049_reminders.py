"""Letters to workers on days known beforehand: when, and to which sealed address, without a case."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM address_box")  # of a release before, sealed otherwise
    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("box_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["box_id"],
            ["address_box.id"],
            name=op.f("fk_reminder_box_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
    )
    op.create_index("ix_reminder_at", "reminder", ["at"])
    op.create_index("ix_reminder_box_id", "reminder", ["box_id"])
    op.execute("GRANT SELECT, INSERT, DELETE ON reminder TO grievance_app")
    op.execute("GRANT SELECT, DELETE ON reminder TO grievance_worker")
    op.execute(
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON reminder "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )


def downgrade() -> None:
    op.drop_table("reminder")
