"""Partner organisations: which body of the directory each is, how its contact was checked, the role
of its people, and a key that somebody has heard the words of.

Rows of partners from before were names of a demonstration: nobody belonged to them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ROLES = (
    "handler",
    "lead",
    "director",
    "administrator",
    "directory_editor",
    "auditor",
    "observer",
)


def upgrade() -> None:
    op.execute("DELETE FROM organisation WHERE kind = 'partner' AND event_seq = 0")
    for column in (
        sa.Column("mechanism", sa.String(64), nullable=True),
        sa.Column("vetted_by", sa.String(16), nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("organisation", column)
    op.create_foreign_key(
        op.f("fk_organisation_added_by"), "organisation", "person", ["added_by"], ["id"]
    )
    op.create_unique_constraint(op.f("uq_organisation_mechanism"), "organisation", ["mechanism"])
    for name, rule in (
        ("vetted_by", "vetted_by in ('called', 'website', 'letter', 'in_person')"),
        ("mechanism", "(kind = 'partner') = (mechanism is not null)"),
        ("closed_at", "kind = 'partner' or closed_at is null"),
    ):
        op.create_check_constraint(op.f(f"ck_organisation_{name}"), "organisation", rule)
    op.add_column("organisation_key", sa.Column("confirmed_by", sa.Uuid(), nullable=True))
    op.add_column(
        "organisation_key", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_foreign_key(
        op.f("fk_organisation_key_confirmed_by"),
        "organisation_key",
        "person",
        ["confirmed_by"],
        ["id"],
    )
    op.create_check_constraint(
        op.f("ck_organisation_key_confirmed"),
        "organisation_key",
        "(confirmed_by is null) = (confirmed_at is null)",
    )
    op.drop_constraint(op.f("ck_organisation_key_chain"), "organisation_key", type_="check")
    op.create_check_constraint(
        op.f("ck_organisation_key_chain"),
        "organisation_key",
        "generation > 1 or previous_box is null",
    )
    _roles(*ROLES, "partner_caseworker")


def downgrade() -> None:
    op.execute(
        "UPDATE membership SET role = 'observer', active = false WHERE role = 'partner_caseworker'"
    )
    _roles(*ROLES)
    op.drop_constraint(op.f("ck_organisation_key_chain"), "organisation_key", type_="check")
    op.create_check_constraint(
        op.f("ck_organisation_key_chain"),
        "organisation_key",
        "(generation = 1) = (previous_box is null)",
        postgresql_not_valid=True,
    )
    op.drop_constraint(op.f("ck_organisation_key_confirmed"), "organisation_key", type_="check")
    op.drop_column("organisation_key", "confirmed_at")
    op.drop_column("organisation_key", "confirmed_by")
    for name in ("closed_at", "mechanism", "vetted_by"):
        op.drop_constraint(op.f(f"ck_organisation_{name}"), "organisation", type_="check")
    for name in ("closed_at", "added_at", "added_by", "vetted_by", "mechanism"):
        op.drop_column("organisation", name)


def _roles(*allowed: str) -> None:
    listed = ", ".join(f"'{role}'" for role in allowed)
    op.drop_constraint(op.f("ck_membership_role"), "membership", type_="check")
    op.create_check_constraint(op.f("ck_membership_role"), "membership", f"role in ({listed})")
