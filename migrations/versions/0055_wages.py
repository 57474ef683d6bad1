"""The worker's months of pay: one more sealed part of a case."""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

BEFORE = ("answers", "identity", "profile", "decision")


def _parts(parts: tuple[str, ...]) -> None:
    name = op.f("ck_case_record_part")
    op.drop_constraint(name, "case_record", type_="check")
    listed = ", ".join(f"'{one}'" for one in parts)
    op.create_check_constraint(name, "case_record", f"part IN ({listed})")


def upgrade() -> None:
    _parts((*BEFORE, "wages"))


def downgrade() -> None:
    op.execute("DELETE FROM case_record WHERE part = 'wages'")
    _parts(BEFORE)
