"""Cases from before calls were planned: whoever opens the desk plans theirs, no act is needed."""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

# No job can read who wants to be called: of each case that may want one it is only noted that
# nobody has looked yet. The day never comes.
KIND, DAY = "unplanned", "9999-12-31"
MARK = f"""
INSERT INTO planned_call (id, case_id, kind, on_day)
SELECT gen_random_uuid(), c.id, '{KIND}', DATE '{DAY}' FROM grievance_case AS c
WHERE c.state NOT IN ('not_accepted', 'withdrawn') AND NOT c.one_way
AND NOT EXISTS (SELECT FROM planned_call AS p WHERE p.case_id = c.id)
"""


def upgrade() -> None:
    op.execute(MARK)


def downgrade() -> None:
    op.execute(f"DELETE FROM planned_call WHERE kind = '{KIND}'")
