"""Passkeys beside the codes of an app, and what each is to sign."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

STANDING = ("staff_session", "staff_entry")


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kept", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("transports", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_passkey_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
    )
    op.create_index(op.f("ix_passkey_person_id"), "passkey", ["person_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON passkey TO grievance_app")
    op.execute(
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON passkey "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )
    for table in STANDING:
        op.add_column(table, sa.Column("challenge", sa.LargeBinary(), nullable=True))
        op.add_column(table, sa.Column("challenged_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table in STANDING:
        op.drop_column(table, "challenged_at")
        op.drop_column(table, "challenge")
    op.drop_table("passkey")
