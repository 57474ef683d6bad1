"""Letters: how many one recipient gets, the code of an address, and the box of addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("recipient", sa.LargeBinary(), nullable=True))
    op.add_column(
        "outbox", sa.Column("wrong", sa.SmallInteger(), nullable=False, server_default="0")
    )
    op.create_index("ix_outbox_recipient", "outbox", ["recipient", "kind", "state"])
    op.create_index(
        "uq_outbox_address_code",
        "outbox",
        ["recipient"],
        unique=True,
        postgresql_where=sa.text("kind = 'address_code'"),
    )
    op.create_table(
        "address_box",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_box")),
    )
    op.execute("GRANT SELECT, INSERT, DELETE ON address_box TO grievance_app")
    op.execute("GRANT SELECT, DELETE ON address_box TO grievance_worker")
    op.execute(
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON address_box "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )


def downgrade() -> None:
    op.drop_table("address_box")
    op.drop_index("uq_outbox_address_code", "outbox")
    op.drop_index("ix_outbox_recipient", "outbox")
    op.drop_column("outbox", "wrong")
    op.drop_column("outbox", "recipient")
