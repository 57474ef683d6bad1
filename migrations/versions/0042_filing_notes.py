"""Each filing has a dated note: a commitment that the worker process signs."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

TABLE = "filing_note"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("opening", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "num_nulls(signature, operator, received_on, signed_on) in (0, 4)",
            name=op.f("ck_filing_note_signed"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_filing_note_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_filing_note")),
    )
    op.create_index(
        "ix_filing_note_waiting",
        TABLE,
        ["case_id"],
        postgresql_where=sa.text("signature IS NULL"),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO grievance_app")
    op.execute(f"GRANT SELECT (case_id, digest, signature) ON {TABLE} TO grievance_worker")
    op.execute(
        f"GRANT UPDATE (operator, received_on, signed_on, signature) ON {TABLE} TO grievance_worker"
    )
    op.execute(
        f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
