"""Numbers of a half-year as everybody may read them, and what the job that writes them reads."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

READS = {
    "outcome": "result, at",
    "referral": (
        "mechanism, asked_at, consent_answer, delivered_at, delivered_on, state, acknowledged_on, "
        "accepted_on, declined_on, outcome_on"
    ),
    "remedy_item": "kind, state, made_at",
    "feedback": "kind, state, rating, reprisal, at",
    "tally": "month, dimension, value, count",
}


def upgrade() -> None:
    op.create_table(
        "published",
        sa.Column("half", sa.Date(), nullable=False),
        sa.Column("figure", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Numeric(precision=12, scale=1), nullable=False),
        sa.PrimaryKeyConstraint("half", "figure", "value", name=op.f("pk_published")),
    )
    op.execute("GRANT SELECT ON published TO grievance_app")
    op.execute("GRANT SELECT, INSERT ON published TO grievance_worker")
    for table, columns in READS.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO grievance_worker")
    op.execute(
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON published "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )


def downgrade() -> None:
    for table, columns in READS.items():
        op.execute(f"REVOKE SELECT ({columns}) ON {table} FROM grievance_worker")
    op.drop_table("published")
