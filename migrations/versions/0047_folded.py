"""For which roles who a case is about stays folded, and the acts that show something of a case."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

INDEX = "ix_event_showing"
SHOWING = "verb in ('open_original', 'export', 'open_identity')"


def upgrade() -> None:
    op.create_table(
        "fold_rule",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("roles", postgresql.JSONB(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_fold_rule_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_fold_rule")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON fold_rule TO grievance_app")
    op.execute(
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON fold_rule "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )
    op.create_index(INDEX, "event", ["at", "id"], postgresql_where=sa.text(SHOWING))


def downgrade() -> None:
    op.drop_index(INDEX, "event")
    op.drop_table("fold_rule")
