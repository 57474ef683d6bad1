"""A conflict of interest that another declared: it waits until somebody else agrees."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # what stood before stands: it shuts the case, and does not count towards being alone
    op.add_column(
        "recusal", sa.Column("state", sa.String(length=8), nullable=False, server_default="stands")
    )
    op.alter_column("recusal", "state", server_default=None)
    op.add_column("recusal", sa.Column("agreed_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_recusal_agreed_by_person"), "recusal", "person", ["agreed_by"], ["id"]
    )
    op.create_check_constraint(op.f("ck_recusal_state"), "recusal", "state IN ('asked', 'stands')")
    op.create_check_constraint(
        op.f("ck_recusal_two_people"), "recusal", "agreed_by IS DISTINCT FROM by_id"
    )
    op.create_index(
        "ix_recusal_asked", "recusal", ["case_id"], postgresql_where=sa.text("state = 'asked'")
    )
    op.execute("GRANT SELECT (state) ON recusal TO grievance_worker")


def downgrade() -> None:
    op.drop_index("ix_recusal_asked", table_name="recusal")
    op.execute("DELETE FROM recusal WHERE state = 'asked'")
    for name in ("two_people", "state"):
        op.drop_constraint(op.f(f"ck_recusal_{name}"), "recusal", type_="check")
    op.drop_constraint(op.f("fk_recusal_agreed_by_person"), "recusal", type_="foreignkey")
    op.drop_column("recusal", "agreed_by")
    op.drop_column("recusal", "state")
