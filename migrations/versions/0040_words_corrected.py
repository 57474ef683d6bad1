"""Words of staff are corrected beside what was written, as answers are."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

NAME, TABLE = "ck_correction_kind", "correction"
BEFORE = ("answers", "identity")
WORDS = ("message", "note", "translation", "reply", "delivery", "remedy")


def upgrade() -> None:
    _constrain((*BEFORE, *WORDS))


def downgrade() -> None:
    op.execute("DELETE FROM correction WHERE kind NOT IN ('answers', 'identity')")
    _constrain(BEFORE)


def _constrain(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f(NAME), TABLE, type_="check")
    listed = ", ".join(repr(one) for one in kinds)
    op.create_check_constraint(op.f(NAME), TABLE, f"kind in ({listed})")
