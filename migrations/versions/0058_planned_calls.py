"""Calls on days that are known beforehand; the job that makes them due writes calls."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

TABLE = "planned_call"
WORKER = "grievance_worker"
GRANTS = (f"SELECT, DELETE ON {TABLE}", "INSERT, UPDATE (kinds) ON call_back")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f(f"fk_{TABLE}_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    unique = ["case_id", "kind", "on_day"]
    op.create_index("uq_planned_call_day", TABLE, unique, unique=True)
    op.create_index("ix_planned_call_on_day", TABLE, ["on_day"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO grievance_app")
    for grant in GRANTS:
        op.execute(f"GRANT {grant} TO {WORKER}")
    op.execute(
        f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )
    op.execute(f"SELECT hold_rows('{TABLE}')")


def downgrade() -> None:
    op.execute(f"REVOKE {GRANTS[1]} FROM {WORKER}")
    op.drop_table(TABLE)
