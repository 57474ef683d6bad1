"""Files that a body sends with an answer lie beside the copies of its packet, under its key."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("packet_file", sa.Column("answer_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_packet_file_answer_id"), "packet_file", "referral_answer", ["answer_id"], ["id"]
    )
    op.create_index(op.f("ix_packet_file_answer_id"), "packet_file", ["answer_id"])


def downgrade() -> None:
    """What bodies sent goes: an earlier release would take it for part of the packet."""
    op.execute("DELETE FROM packet_file WHERE answer_id IS NOT NULL")
    op.drop_column("packet_file", "answer_id")
