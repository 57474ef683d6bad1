"""That a case is to be erased: who asked, on what ground, and from when."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

VERB = "ck_four_eyes_verb"


def upgrade() -> None:
    op.drop_constraint(op.f(VERB), "four_eyes", type_="check")
    op.create_check_constraint(op.f(VERB), "four_eyes", "verb IN ('decline', 'close', 'erase')")
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.String(length=10), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "ground IN ('worker', 'told', 'retention', 'mistake')", name=op.f("ck_erasure_ground")
        ),
        sa.CheckConstraint(
            "ground = 'worker' OR proposal_id IS NOT NULL", name=op.f("ck_erasure_proposed")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_erasure_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["four_eyes.id"], name=op.f("fk_erasure_proposal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_erasure_proposal_id")),
    )
    op.create_index(op.f("ix_erasure_case_id"), "erasure", ["case_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON erasure TO grievance_app")
    op.execute(
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON erasure "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )


def downgrade() -> None:
    op.drop_table("erasure")
    op.execute(
        "UPDATE grievance_case SET awaits_second = false WHERE id IN"
        " (SELECT case_id FROM four_eyes WHERE verb = 'erase' AND state = 'asked')"
    )
    op.execute("DELETE FROM four_eyes WHERE verb = 'erase'")
    op.drop_constraint(op.f(VERB), "four_eyes", type_="check")
    op.create_check_constraint(op.f(VERB), "four_eyes", "verb IN ('decline', 'close')")
