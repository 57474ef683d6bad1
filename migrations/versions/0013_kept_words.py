"""Words that came after their session had ended, for twenty minutes."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

WORKER = "grievance_worker"


def upgrade() -> None:
    op.create_table(
        "kept_words",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("holder_kind", sa.String(length=8), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "holder_kind in ('receipt', 'member')", name=op.f("ck_kept_words_holder_kind")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_kept_words")),
    )
    op.create_index("ix_kept_words_expires_at", "kept_words", ["expires_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON kept_words TO grievance_app")
    op.execute("GRANT SELECT, DELETE ON kept_words TO grievance_worker")
    op.execute("GRANT UPDATE (private_box, pending_box) ON receipt_session TO grievance_worker")
    op.execute(
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON kept_words "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )


def downgrade() -> None:
    op.execute(f"REVOKE UPDATE (private_box, pending_box) ON receipt_session FROM {WORKER}")
    op.drop_table("kept_words")
