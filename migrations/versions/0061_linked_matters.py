"""Linked matters; the index is read anew, with towns apart from companies."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

TABLE = "linked_matter"
# Who has a conflict of interest in one of the two cases may have to erase the other: they see the
# pair of ids. Who has one in both, and who works on no case, sees nothing.
BOTH = ("case_id", "other_id")
RULE = "(SELECT reads_cases()) AND NOT (" + " AND ".join(
    f"{one} = ANY ((SELECT barred_cases())::uuid[])" for one in BOTH
) + ")"  # fmt: skip


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('linked', 'apart')", name=op.f(f"ck_{TABLE}_state")),
        sa.CheckConstraint("case_id < other_id", name=op.f(f"ck_{TABLE}_ordered")),
        *(
            sa.ForeignKeyConstraint([one], [f"{there}.id"], name=op.f(f"fk_{TABLE}_{one}"))
            for one, there in (
                ("case_id", "grievance_case"),
                ("other_id", "grievance_case"),
                ("person_id", "person"),
            )
        ),
        sa.PrimaryKeyConstraint(*BOTH, name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_other_id"), TABLE, ["other_id"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO grievance_app")
    op.execute(
        f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )
    op.execute(f"SELECT hold_rows('{TABLE}', $rule${RULE}$rule$)")
    op.execute("DELETE FROM search_chunk")


def downgrade() -> None:
    op.drop_table(TABLE)
    op.execute("DELETE FROM search_chunk")
