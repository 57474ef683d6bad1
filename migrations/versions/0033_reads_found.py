"""Who opened what of a case, and what was opened lately, is found without reading the whole log."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_read_log_stream_id"), "read_log", ["stream_id", "at"])
    op.create_index(op.f("ix_read_log_at"), "read_log", ["at", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_read_log_at"), "read_log")
    op.drop_index(op.f("ix_read_log_stream_id"), "read_log")
