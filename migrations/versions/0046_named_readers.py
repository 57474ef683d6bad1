"""Who of a company reads a packet: named in it, and its key sealed to each of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

HOLDERS = ("organisation", "receipt", "recipient", "link")
WORKER = "grievance_worker"
READ = {"referral": "packet_id", "packet": "id, readers"}  # whom the job that tells tells


def _holders(*allowed: str) -> None:
    name = op.f("ck_packet_grant_holder_kind")
    listed = ", ".join(f"'{one}'" for one in allowed)
    op.drop_constraint(name, "packet_grant", type_="check")
    op.create_check_constraint(name, "packet_grant", f"holder_kind IN ({listed})")


def upgrade() -> None:
    _holders(*HOLDERS, "respondent")
    op.add_column(
        "packet",
        sa.Column("readers", postgresql.ARRAY(sa.Uuid()), nullable=False, server_default="{}"),
    )
    op.add_column("packet", sa.Column("reader_names", sa.LargeBinary(), nullable=True))
    op.create_check_constraint(
        op.f("ck_packet_readers"), "packet", "(cardinality(readers) = 0) = (reader_names IS NULL)"
    )
    for table, columns in READ.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO {WORKER}")


def downgrade() -> None:
    """Nobody of a company reads any more: no earlier release lets them in."""
    for table, columns in READ.items():
        op.execute(f"REVOKE SELECT ({columns}) ON {table} FROM {WORKER}")
    op.drop_constraint(op.f("ck_packet_readers"), "packet", type_="check")
    op.drop_column("packet", "reader_names")
    op.drop_column("packet", "readers")
    op.execute("DELETE FROM packet_grant WHERE holder_kind = 'respondent'")
    _holders(*HOLDERS)
