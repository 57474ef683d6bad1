"""Events and reads that a key outside the database vouches for; reads chained by the worker."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

VOUCHED = (
    ("event", "mac"), ("read_log", "mac"), ("organisation", "event_mac"),
    ("grievance_case", "event_mac"),
)  # fmt: skip
APP = "grievance_app"
HEADS = "UPDATE (event_seq, event_head, event_mac)"


def kinds(*names: str) -> None:
    """The kinds of chains there are."""
    op.drop_constraint(op.f("ck_event_stream_kind"), "event", type_="check")
    listed = ", ".join(repr(name) for name in names)
    op.create_check_constraint(op.f("ck_event_stream_kind"), "event", f"stream_kind in ({listed})")


def upgrade() -> None:
    for table, column in VOUCHED:
        op.add_column(table, sa.Column(column, sa.LargeBinary(), nullable=True))
    op.add_column("anchor", sa.Column("before", sa.Integer(), nullable=True))
    op.create_index("ix_event_before", "event", ["id"], postgresql_where=sa.text("mac is null"))
    kinds("organisation", "case", "reads", "directory")
    op.create_table(
        "chain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("event_head", sa.LargeBinary(), nullable=False),
        sa.Column("event_mac", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("kind in ('reads', 'directory')", name=op.f("ck_chain_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain")),
    )
    op.execute(
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON chain "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )
    op.execute(f"GRANT SELECT, INSERT, {HEADS} ON chain TO grievance_app, grievance_worker")
    op.execute("GRANT UPDATE (event_mac) ON grievance_case TO grievance_worker")
    op.execute(f"REVOKE UPDATE ON read_log FROM {APP}")


def downgrade() -> None:
    op.execute("GRANT UPDATE ON read_log TO grievance_app")
    op.execute(
        "UPDATE read_log SET chained_by = NULL WHERE chained_by IN "
        "(SELECT id FROM event WHERE stream_kind IN ('reads', 'directory'))"
    )
    gone = "stream_id IN (SELECT id FROM chain)"
    op.execute(f"DELETE FROM event_detail WHERE event_id IN (SELECT id FROM event WHERE {gone})")
    op.execute(f"DELETE FROM unanchored_stream WHERE {gone}")
    op.execute(f"DELETE FROM event WHERE {gone}")
    op.drop_table("chain")
    kinds("organisation", "case")
    op.drop_index("ix_event_before", "event", postgresql_where=sa.text("mac is null"))
    op.drop_column("anchor", "before")
    for table, column in reversed(VOUCHED):
        op.drop_column(table, column)
