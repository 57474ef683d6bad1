"""A blob whose draft is gone is remembered until the store has deleted it."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = "fk_draft_blob_draft_id"


def upgrade() -> None:
    op.alter_column("draft_blob", "draft_id", nullable=True)
    op.drop_constraint(KEY, "draft_blob", type_="foreignkey")
    op.create_foreign_key(KEY, "draft_blob", "draft", ["draft_id"], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    op.execute("DELETE FROM draft_blob WHERE draft_id IS NULL")
    op.drop_constraint(KEY, "draft_blob", type_="foreignkey")
    op.create_foreign_key(KEY, "draft_blob", "draft", ["draft_id"], ["id"], ondelete="CASCADE")
    op.alter_column("draft_blob", "draft_id", nullable=False)
