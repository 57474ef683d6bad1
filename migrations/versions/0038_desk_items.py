"""A body with an account finds what was handed over to it on its desk, and answers there."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

WORKER = "grievance_worker"
CHANNEL = "ck_referral_channel"
TOLD = "referral_id, case_id, organisation_id, stopped_at"  # what the job that tells may read
CHANNELS = ("phone", "email", "web", "in_person", "post", "app", "chat", "whatsapp")
WROTE = {
    "door": "num_nonnulls(link_id, organisation_id) = 1",
    "person": "(organisation_id IS NULL) = (person_id IS NULL)",
}


def upgrade() -> None:
    _channels(*CHANNELS, "desk")
    op.alter_column("body_wrote", "link_id", nullable=True)
    for column, table in (("organisation_id", "organisation"), ("person_id", "person")):
        op.add_column("body_wrote", sa.Column(column, sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_body_wrote_{column}"), "body_wrote", table, [column], ["id"]
        )
    for name, rule in WROTE.items():
        op.create_check_constraint(op.f(f"ck_body_wrote_{name}"), "body_wrote", rule)
    _item()
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON desk_item TO grievance_app")
    op.execute(f"GRANT SELECT ({TOLD}), UPDATE (stopped_at) ON desk_item TO {WORKER}")
    op.execute(f"GRANT SELECT (id, state, ends_on) ON referral TO {WORKER}")
    op.execute(
        "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON desk_item "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
    )


def _channels(*allowed: str) -> None:
    op.drop_constraint(op.f(CHANNEL), "referral", type_="check")
    told = ", ".join(repr(one) for one in allowed)
    op.create_check_constraint(op.f(CHANNEL), "referral", f"channel IN ({told})")


def _item() -> None:
    op.create_table(
        "desk_item",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("laid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_desk_item_{column}"))
            for column, target in (
                ("referral_id", "referral.id"),
                ("case_id", "grievance_case.id"),
                ("organisation_id", "organisation.id"),
                ("person_id", "person.id"),
            )
        ),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_desk_item")),
    )
    op.create_index(op.f("ix_desk_item_case_id"), "desk_item", ["case_id"])
    op.create_index("ix_desk_item_organisation", "desk_item", ["organisation_id", "referral_id"])


def downgrade() -> None:
    """What bodies wrote on their desk goes: no earlier release opens it."""
    op.execute("DELETE FROM packet_grant WHERE holder_kind = 'recipient'")
    op.drop_table("desk_item")
    op.execute(f"REVOKE SELECT (id, state, ends_on) ON referral FROM {WORKER}")
    op.execute(
        "CREATE TEMP TABLE on_desk ON COMMIT DROP AS SELECT answer_id FROM body_wrote "
        "WHERE link_id IS NULL"
    )
    op.execute("DELETE FROM body_wrote WHERE link_id IS NULL")
    op.execute("DELETE FROM referral_answer WHERE id IN (SELECT answer_id FROM on_desk)")
    for name in WROTE:
        op.drop_constraint(op.f(f"ck_body_wrote_{name}"), "body_wrote", type_="check")
    for column in ("organisation_id", "person_id"):
        op.drop_column("body_wrote", column)
    op.alter_column("body_wrote", "link_id", nullable=False)
    op.execute("UPDATE referral SET channel = 'web' WHERE channel = 'desk'")
    _channels(*CHANNELS)
