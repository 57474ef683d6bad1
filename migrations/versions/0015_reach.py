"""How far the events of a chain tell its rows: one that lags behind names the rest with its next act.

A chain whose rows an event named from the first on has the reach of the release before; so has one
that this release did not make.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

HEADS = ("organisation", "grievance_case")


def upgrade() -> None:
    for table in HEADS:
        op.add_column(
            table, sa.Column("event_reach", sa.Integer(), server_default="1", nullable=False)
        )
        op.execute(
            f"UPDATE {table} SET event_reach = 0 WHERE NOT EXISTS (SELECT FROM event WHERE stream_id ="
            f" {table}.id AND mac IS NOT NULL AND codes ? 'row' AND (seq = 1 OR codes ? 'whole'))"
        )


def downgrade() -> None:
    for table in HEADS:
        op.drop_column(table, "event_reach")
