"""The index over what is sealed: chunks of lines, and which case has one where."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_chunk",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_search_chunk_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_chunk")),
    )
    op.create_index(op.f("ix_search_chunk_organisation_id"), "search_chunk", ["organisation_id"])
    # random bytes: trying to compress them is lost work
    op.execute("ALTER TABLE search_chunk ALTER COLUMN content SET STORAGE EXTERNAL")
    op.create_table(
        "search_line",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("chunk_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_search_line_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["chunk_id"],
            ["search_chunk.id"],
            name=op.f("fk_search_line_chunk_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_search_line")),
    )
    op.create_index(op.f("ix_search_line_chunk_id"), "search_line", ["chunk_id"])
    for table in ("search_chunk", "search_line"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO grievance_app")
        op.execute(
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
        )


def downgrade() -> None:
    op.drop_table("search_line")
    op.drop_table("search_chunk")
