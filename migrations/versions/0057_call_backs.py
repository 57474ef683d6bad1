"""Calls to workers who want to be called: of what kinds of news, and since when."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

TABLE = "call_back"
KIND = "ck_deadline_kind"
BEFORE = (
    "'acknowledge', 'danger', 'answer', 'next_step', 'appeal', 'chase', 'remedy', 'follow_up', "
    "'erasure', 'check_in'"
)


def upgrade() -> None:
    _kinds(f"{BEFORE}, 'call'")
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kinds", sa.ARRAY(sa.String(12)), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f(f"fk_{TABLE}_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_case_id"), TABLE, ["case_id"])
    open_ = sa.text("ended_at IS NULL")
    op.create_index("uq_call_back_open", TABLE, ["case_id"], unique=True, postgresql_where=open_)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO grievance_app")
    op.execute(f"GRANT SELECT ON {TABLE} TO grievance_worker")
    op.execute(
        f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )
    op.execute(f"SELECT hold_rows('{TABLE}')")


def downgrade() -> None:
    op.drop_table(TABLE)
    op.execute(sa.text("DELETE FROM deadline WHERE kind = 'call'"))
    _kinds(BEFORE)


def _kinds(among: str) -> None:
    op.drop_constraint(op.f(KIND), "deadline", type_="check")
    op.create_check_constraint(op.f(KIND), "deadline", f"kind IN ({among})")
