"""A translation says whether an interpreter or staff made it, and who else compared it."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

# One that an interpreter handed in has the id of the passage that was given to them. Nobody said of
# any so far that they compared it and read both languages: none of them counts as checked.
KNOWN = (
    "UPDATE translation SET origin = 'interpreter' WHERE id IN (SELECT id FROM assigned_passage)"
)
CHECKS = {
    "origin": "origin IN ('staff', 'interpreter')",
    "verified": "(verified_by IS NULL) = (verified_at IS NULL)",
    "two_people": "verified_by <> person_id",
}


def upgrade() -> None:
    made = sa.Column("origin", sa.String(length=12), nullable=False, server_default="staff")
    op.add_column("translation", made)
    op.execute(KNOWN)
    op.add_column("translation", sa.Column("verified_by", sa.Uuid(), nullable=True))
    op.add_column(
        "translation", sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_foreign_key(
        op.f("fk_translation_verified_by_person"), "translation", "person", ["verified_by"], ["id"]
    )
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_translation_{name}"), "translation", rule)


def downgrade() -> None:
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_translation_{name}"), "translation", type_="check")
    op.drop_constraint(op.f("fk_translation_verified_by_person"), "translation", type_="foreignkey")
    for name in ("verified_at", "verified_by", "origin"):
        op.drop_column("translation", name)
