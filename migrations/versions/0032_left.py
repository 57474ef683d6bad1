"""What a worker told us outlives the proposal of who may not work on their case any more."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

NAME, TABLE = "ck_four_eyes_state", "four_eyes"


def upgrade() -> None:
    _constrain("state in ('asked', 'approved', 'sent_back', 'lapsed', 'left')")


def downgrade() -> None:
    op.execute("UPDATE four_eyes SET state = 'lapsed' WHERE state = 'left'")
    _constrain("state in ('asked', 'approved', 'sent_back', 'lapsed')")


def _constrain(rule: str) -> None:
    op.drop_constraint(op.f(NAME), TABLE, type_="check")
    op.create_check_constraint(op.f(NAME), TABLE, rule)
