"""A second factor at sign-in: what a member has for it, and who stands between two steps."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

TABLES = ("second_factor", "recovery_code", "factor_try", "staff_entry")


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('app')", name=op.f("ck_second_factor_kind")),
        *_of_person("second_factor"),
    )
    for name, where in (("counts", "not null"), ("offered", "null")):
        op.create_index(
            f"uq_second_factor_{name}",
            "second_factor",
            ["person_id"],
            unique=True,
            postgresql_where=sa.text(f"confirmed_at is {where}"),
        )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("person_id", "mark", name=op.f("uq_recovery_code_person_id_mark")),
        *_of_person("recovery_code"),
    )
    op.create_table(
        "factor_try",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("lane", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_of_person("factor_try"),
    )
    op.create_table(
        "staff_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("member_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_entry_token_hash")),
        *_of_person("staff_entry"),
    )
    for name in ("factor_try", "staff_entry"):
        op.create_index(op.f(f"ix_{name}_person_id"), name, ["person_id"])
    for name in TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO grievance_app")
        op.execute(
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
        )


def _of_person(table: str) -> tuple[sa.Constraint, ...]:
    name = op.f(f"fk_{table}_person_id_person")
    return (
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=name),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
