"""The events of an organisation name its rows: the next one names all there are.

A head without authentication lets the chain begin anew so, as a chain from before the key does.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE organisation SET event_mac = NULL WHERE event_seq > 0 AND NOT EXISTS (SELECT FROM event"
        " WHERE stream_id = organisation.id AND codes ? 'row' AND (seq = 1 OR codes ? 'whole'))"
    )


def downgrade() -> None:
    pass
