"""What staff are told stands in a list, and goes out once a day."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

APP, WORKER = "grievance_app", "grievance_worker"
KINDS = (
    "danger", "new_case", "freed", "assigned", "worker_answered", "came_back", "escalated",
    "limit_near", "second_asked",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name=op.f("ck_notice_kind")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_notice_case_id_grievance_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_case_id"), "notice", ["case_id"])
    op.create_index("ix_notice_person_at", "notice", ["person_id", "at"])
    op.create_index(
        "uq_notice_open",
        "notice",
        ["person_id", "kind", "case_id"],
        unique=True,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON notice TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (at, told_at), DELETE ON notice TO {WORKER}")
    op.execute(
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON notice "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )
    op.add_column(
        "person", sa.Column("digest_hour", sa.SmallInteger(), nullable=False, server_default="8")
    )
    op.add_column("person", sa.Column("digested_on", sa.Date(), nullable=True))
    op.create_check_constraint(
        op.f("ck_person_digest_hour"), "person", "digest_hour between 0 and 23"
    )
    op.execute(f"GRANT SELECT (digest_hour, digested_on) ON person TO {WORKER}")
    op.execute(f"GRANT UPDATE (digested_on) ON person TO {WORKER}")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_person_digest_hour"), "person")
    op.drop_column("person", "digested_on")
    op.drop_column("person", "digest_hour")
    op.drop_table("notice")
