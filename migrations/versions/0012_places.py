"""A number may serve several prefectures or countries, or all but some."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_CLAIMS = ("shipped", "proposed")  # what a release claims about a channel


def upgrade() -> None:
    op.execute(
        "ALTER TABLE channel ALTER COLUMN only_in TYPE jsonb USING"
        " CASE WHEN only_in IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(only_in) END"
    )
    op.alter_column("channel", "only_in", nullable=False)
    op.add_column(
        "channel",
        sa.Column("not_in", postgresql.JSONB(), nullable=False, server_default="[]"),
    )
    op.alter_column("channel", "not_in", server_default=None)
    for name in _CLAIMS:
        op.execute(
            f"UPDATE channel SET {name} = {name} || jsonb_build_object('not_in', '[]'::jsonb,"
            f" 'only_in', CASE WHEN {name}->>'only_in' IS NULL THEN '[]'::jsonb"
            f" ELSE jsonb_build_array({name}->'only_in') END) WHERE jsonb_typeof({name}) = 'object'"
        )


def downgrade() -> None:
    for name in _CLAIMS:
        op.execute(
            f"UPDATE channel SET {name} = ({name} - 'not_in')"
            f" || jsonb_build_object('only_in', {name}->'only_in'->0)"
            f" WHERE jsonb_typeof({name}) = 'object'"
        )
    op.drop_column("channel", "not_in")
    op.alter_column("channel", "only_in", nullable=True)
    op.execute("ALTER TABLE channel ALTER COLUMN only_in TYPE varchar(8) USING only_in->>0")
