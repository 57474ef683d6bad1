"""A body without an account reads its packet and answers over a link and a code."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

KIND = "ck_referral_answer_kind"
TABLES = ("reply_link", "reply_session", "body_wrote")
NOTICE = "ck_notice_kind"
NOTICES = (
    "danger", "new_case", "freed", "assigned", "worker_answered", "came_back", "escalated",
    "limit_near", "second_asked",
)  # fmt: skip
BEFORE = "kind IN ('acknowledged', 'accepted', 'declined', 'outcome')"
AFTER = "kind IN ('acknowledged', 'accepted', 'declined', 'outcome', 'progress', 'question')"


def upgrade() -> None:
    op.drop_constraint(op.f(KIND), "referral_answer", type_="check")
    op.create_check_constraint(op.f(KIND), "referral_answer", AFTER)
    _notices(*NOTICES, "body_news")
    _link()
    _session()
    _wrote()
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO grievance_app")
        op.execute(
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
        )
    op.execute("GRANT SELECT, DELETE ON reply_session TO grievance_worker")


def _notices(*kinds: str) -> None:
    op.drop_constraint(op.f(NOTICE), "notice", type_="check")
    told = ", ".join(repr(kind) for kind in kinds)
    op.create_check_constraint(op.f(NOTICE), "notice", f"kind IN ({told})")


def _link() -> None:
    op.create_table(
        "reply_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("packet_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("pepper_version", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=10), nullable=True),
        sa.CheckConstraint(
            "closed_by IN ('staff', 'replaced', 'wrong', 'recalled', 'restored')",
            name=op.f("ck_reply_link_closed_by"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_reply_link_closed")
        ),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_reply_link_{column}"))
            for column, target in (
                ("case_id", "grievance_case.id"),
                ("referral_id", "referral.id"),
                ("packet_id", "packet.id"),
                ("made_by", "person.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_reply_link_token_hash")),
    )
    for column in ("case_id", "referral_id", "packet_id"):
        op.create_index(op.f(f"ix_reply_link_{column}"), "reply_link", [column])
    op.create_index(
        "uq_reply_link_open",
        "reply_link",
        ["referral_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _session() -> None:
    op.create_table(
        "reply_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("private_box", sa.LargeBinary(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_reply_session_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["reply_link.id"], name=op.f("fk_reply_session_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_reply_session_token_hash")),
    )
    for column in ("case_id", "link_id"):
        op.create_index(op.f(f"ix_reply_session_{column}"), "reply_session", [column])


def _wrote() -> None:
    op.create_table(
        "body_wrote",
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown", sa.Boolean(), nullable=True),
        sa.CheckConstraint("(read_at IS NULL) = (shown IS NULL)", name=op.f("ck_body_wrote_read")),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["referral_answer.id"], name=op.f("fk_body_wrote_answer_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_body_wrote_case_id")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["reply_link.id"], name=op.f("fk_body_wrote_link_id")),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_body_wrote")),
    )
    for column in ("case_id", "link_id"):
        op.create_index(op.f(f"ix_body_wrote_{column}"), "body_wrote", [column])
    op.create_index(
        "ix_body_wrote_unread",
        "body_wrote",
        ["case_id"],
        postgresql_where=sa.text("read_at IS NULL"),
    )


def downgrade() -> None:
    """What bodies wrote themselves goes: no earlier release opens it."""
    op.execute("DELETE FROM notice WHERE kind = 'body_news'")
    _notices(*NOTICES)
    op.execute("DELETE FROM packet_grant WHERE holder_kind = 'link'")
    op.drop_table("reply_session")
    op.execute("CREATE TEMP TABLE wrote ON COMMIT DROP AS SELECT answer_id FROM body_wrote")
    op.drop_table("body_wrote")
    op.execute(
        "DELETE FROM referral_answer WHERE kind IN ('progress', 'question')"
        " OR id IN (SELECT answer_id FROM wrote)"
    )
    op.drop_table("reply_link")
    op.drop_constraint(op.f(KIND), "referral_answer", type_="check")
    op.create_check_constraint(op.f(KIND), "referral_answer", BEFORE)
