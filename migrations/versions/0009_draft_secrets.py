"""New secrets for a draft that its browser has not presented yet."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft_successor",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("key_box", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["draft.id"],
            name=op.f("fk_draft_successor_draft_id_draft"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_draft_successor")),
    )
    op.create_index("ix_draft_successor_draft_id", "draft_successor", ["draft_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON draft_successor TO grievance_app")
    op.execute(
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON draft_successor "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )


def downgrade() -> None:
    op.drop_table("draft_successor")
