"""After the end: a clock for each time a worker is asked how they are, and what they answer."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

KINDS = (
    "'acknowledge', 'danger', 'answer', 'next_step', 'appeal', 'chase', 'remedy', 'follow_up', "
    "'erasure'"
)
SAID = "'arrival', 'sign_off'"
COLUMNS = {"safe": "'yes', 'unsure', 'no'", "stayed": "'all', 'part', 'no'"}


def upgrade() -> None:
    kinds(f"{KINDS}, 'check_in'", f"{SAID}, 'check_in'")
    for name, among in COLUMNS.items():
        op.add_column("feedback", sa.Column(name, sa.String(8), nullable=True))
        op.create_check_constraint(op.f(f"ck_feedback_{name}"), "feedback", f"{name} IN ({among})")


def downgrade() -> None:
    for table in ("deadline", "feedback"):
        op.execute(sa.text(f"DELETE FROM {table} WHERE kind = 'check_in'"))
    for name in COLUMNS:
        op.drop_column("feedback", name)
    kinds(KINDS, SAID)


def kinds(clocks: str, said: str) -> None:
    for table, among in (("deadline", clocks), ("feedback", said)):
        op.drop_constraint(op.f(f"ck_{table}_kind"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_kind"), table, f"kind IN ({among})")
