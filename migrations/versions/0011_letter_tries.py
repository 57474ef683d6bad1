"""Wrong codes of a letter counted for each case; a successor of a draft is never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

APP = "grievance_app"


def upgrade() -> None:
    op.create_table(
        "letter_try",
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("letter", sa.Uuid(), nullable=False),
        sa.Column("wrong", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter"],
            ["outbox.id"],
            name=op.f("fk_letter_try_letter_outbox"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_letter_try")),
    )
    op.create_index("ix_letter_try_letter", "letter_try", ["letter"])
    op.execute("GRANT SELECT, INSERT, UPDATE (wrong) ON letter_try TO grievance_app")
    op.execute(
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON letter_try "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )
    op.execute(f"REVOKE UPDATE ON draft_successor FROM {APP}")


def downgrade() -> None:
    op.execute("GRANT UPDATE ON draft_successor TO grievance_app")
    op.drop_table("letter_try")
