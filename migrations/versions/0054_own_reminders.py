"""Own reminders with a day: sealed words in a case for who wrote them, or for who has it."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

TABLE = "own_reminder"
COUNTED = "id, case_id, person_id, along, due_on"  # what the letter of the day is made from


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("along", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_own_reminder_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_own_reminder_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_reminder")),
    )
    for column in ("case_id", "person_id", "due_on"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO grievance_app")
    op.execute(f"GRANT SELECT ({COUNTED}) ON {TABLE} TO grievance_worker")
    op.execute(
        f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )
    op.execute(f"SELECT hold_rows('{TABLE}')")


def downgrade() -> None:
    op.drop_table(TABLE)
