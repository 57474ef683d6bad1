"""The first shape of the database: tables, what each role may do, no TRUNCATE for anybody."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = ("grievance_app", "grievance_worker")
ALL = "SELECT, INSERT, UPDATE, DELETE"
# Events and anchors are written once and never changed; only erasure deletes a sealed detail.
APP = {
    "event": "SELECT, INSERT",
    "event_detail": "SELECT, INSERT, DELETE",
    "anchor": "SELECT",
    "read_log": "SELECT, INSERT, UPDATE",
    "outbox": "SELECT, INSERT, UPDATE",
    "job_run": "SELECT",
}
WORKER = {
    "outbox": ALL,
    "job_run": "SELECT, INSERT, DELETE",
    "event": "SELECT, INSERT",
    "event_detail": "SELECT",
    "read_log": "SELECT, UPDATE (chained_by)",
    "anchor": "SELECT, INSERT",
    "unanchored_stream": ALL,
    "organisation": "SELECT",
    "operator_profile": "SELECT",
    "person": "SELECT (id, address_box, language, state)",
    "membership": "SELECT",
    "membership_key": "SELECT (person_id, organisation_id)",
    "grievance_case": (
        "SELECT, UPDATE (level, escalation_waits, next_due, version, event_seq, event_head)"
    ),
    "deadline": "SELECT, UPDATE (attempts, next_try)",
    "recusal": "SELECT (case_id, person_id)",
    "draft": "SELECT, DELETE",
    "draft_blob": "SELECT, DELETE",
    "receipt_session": "SELECT, DELETE",
    "demo_mark": "SELECT",
}
TABLES = [
    "anchor",
    "demo_mark",
    "directory_stamp",
    "draft",
    "event",
    "issue_type",
    "job_run",
    "mechanism",
    "organisation",
    "outbox",
    "pepper_check",
    "person",
    "rule_set",
    "source",
    "tally",
    "unanchored_stream",
    "channel",
    "draft_blob",
    "event_detail",
    "grievance_case",
    "invitation",
    "key_request",
    "known_device",
    "mechanism_revision",
    "member_key_wrap",
    "membership",
    "membership_key",
    "operator_profile",
    "organisation_key",
    "read_log",
    "recovery_key",
    "staff_session",
    "case_grant",
    "case_key",
    "case_record",
    "case_visit",
    "deadline",
    "duplicate_link",
    "four_eyes",
    "message",
    "packet",
    "receipt",
    "recusal",
    "reissue",
    "suggestion",
    "translation",
    "case_file",
    "consent",
    "packet_file",
    "packet_grant",
    "receipt_session",
    "referral",
    "referral_answer",
]
REFUSE = """
CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'nothing is truncated here';
END $$
"""


def grant(tables: list[str]) -> None:
    """Give each role what it needs, and nobody the right to empty a table."""
    for table in tables:
        op.execute(f'GRANT {APP.get(table, ALL)} ON "{table}" TO grievance_app')
        if table in WORKER:
            op.execute(f'GRANT {WORKER[table]} ON "{table}" TO grievance_worker')
        op.execute(
            f'CREATE TRIGGER no_truncate BEFORE TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
        )


def upgrade() -> None:
    op.create_table(
        "anchor",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("heads", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_anchor")),
    )
    op.create_table(
        "demo_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset_seconds", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_demo_mark_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_mark")),
    )
    op.create_table(
        "directory_stamp",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.Uuid(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_directory_stamp_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_stamp")),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("shared_phone", sa.Boolean(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('file', 'finder')", name=op.f("ck_draft_kind")),
        sa.CheckConstraint(
            "state = 'open' or receipt is not null", name=op.f("ck_draft_sent_with_receipt")
        ),
        sa.CheckConstraint("state in ('open', 'sent')", name=op.f("ck_draft_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("filing_id", name=op.f("uq_draft_filing_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_draft_token_hash")),
    )
    op.create_index("ix_draft_expires_at", "draft", ["expires_at"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stream_kind", sa.String(length=16), nullable=False),
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verb", sa.String(length=48), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("codes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("detail_hash", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "stream_kind in ('organisation', 'case')", name=op.f("ck_event_stream_kind")
        ),
        sa.CheckConstraint("seq > 0", name=op.f("ck_event_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("stream_id", "seq", name=op.f("uq_event_stream_id_seq")),
    )
    op.create_table(
        "issue_type",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("texts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("shipped_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_type")),
    )
    op.create_table(
        "job_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
    )
    op.create_index(
        "ix_job_run_failed",
        "job_run",
        ["started_at"],
        unique=False,
        postgresql_where=sa.text("failed > 0"),
    )
    op.create_index("ix_job_run_job_started_at", "job_run", ["job", "started_at"], unique=False)
    op.create_table(
        "mechanism",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind in ('state_emergency', 'state_nonjudicial', 'state_judicial', 'ncp', 'company', 'industry', 'multi_stakeholder', 'union', 'ngo', 'sending_country_agency', 'nhri', 'international')",
            name=op.f("ck_mechanism_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mechanism")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("founded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rotation_due", sa.Boolean(), nullable=False),
        sa.Column("resealing", sa.Boolean(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("event_head", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind in ('operator', 'partner')", name=op.f("ck_organisation_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_index(
        "uq_organisation_operator",
        "organisation",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("kind = 'operator'"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("turn", sa.SmallInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'sent') = (sent_at is not null)", name=op.f("ck_outbox_sent")),
        sa.CheckConstraint(
            "state <> 'pending' or sealed is not null", name=op.f("ck_outbox_pending_is_whole")
        ),
        sa.CheckConstraint(
            "state in ('pending', 'sent', 'dead', 'cancelled')", name=op.f("ck_outbox_state")
        ),
        sa.CheckConstraint(
            "state not in ('sent', 'cancelled') or sealed is null",
            name=op.f("ck_outbox_delivered_is_gone"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_case",
        "outbox",
        ["case"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["turn", "next_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_outbox_over",
        "outbox",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("state <> 'pending'"),
    )
    op.create_table(
        "pepper_check",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("check", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_pepper_check")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email_tag", sa.LargeBinary(), nullable=False),
        sa.Column("address_box", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("public_mac", sa.LargeBinary(), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("language in ('en', 'ja')", name=op.f("ck_person_language")),
        sa.CheckConstraint("state in ('active', 'left')", name=op.f("ck_person_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email_tag", name=op.f("uq_person_email_tag")),
    )
    op.create_table(
        "rule_set",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_rule_set")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("shipped_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
    )
    op.create_table(
        "tally",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("dimension", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "dimension", "value", name=op.f("pk_tally")),
    )
    op.create_table(
        "unanchored_stream",
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", name=op.f("pk_unanchored_stream")),
    )
    op.create_table(
        "channel",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mechanism", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("languages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("only_in", sa.String(length=8), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("publish", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("checked", sa.Date(), nullable=True),
        sa.Column("texts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.String(length=80), nullable=True),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("shipped_hash", sa.String(length=64), nullable=True),
        sa.Column("shipped", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("proposed", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "publish in ('yes', 'after_routine_recheck', 'only_after_confirming_on_operator_page', 'no_value_to_be_confirmed')",
            name=op.f("ck_channel_publish"),
        ),
        sa.CheckConstraint(
            "state in ('shipped', 'confirmed', 'corrected', 'rejected', 'added')",
            name=op.f("ck_channel_state"),
        ),
        sa.CheckConstraint(
            "state not in ('confirmed', 'corrected', 'added') or (value is not null and page is not null and confirmed_at is not null and confirmed_by is not null)",
            name=op.f("ck_channel_confirmed"),
        ),
        sa.ForeignKeyConstraint(["mechanism"], ["mechanism.id"], name=op.f("fk_channel_mechanism")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_channel_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
    )
    op.create_index("ix_channel_mechanism", "channel", ["mechanism", "position"], unique=False)
    op.create_table(
        "draft_blob",
        sa.Column("blob", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name=op.f("fk_draft_blob_draft_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("blob", name=op.f("pk_draft_blob")),
    )
    op.create_index(op.f("ix_draft_blob_draft_id"), "draft_blob", ["draft_id"], unique=False)
    op.create_table(
        "event_detail",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_detail_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_detail")),
    )
    op.create_table(
        "grievance_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=10), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("resumes_to", sa.String(length=20), nullable=True),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("filed_for", sa.String(length=8), nullable=False),
        sa.Column("main_issue", sa.String(length=40), nullable=False),
        sa.Column("issues", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("danger", sa.Boolean(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("amount_band", sa.String(length=12), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("escalation_waits", sa.Boolean(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("reissue_allowed", sa.Boolean(), nullable=False),
        sa.Column("burst", sa.Boolean(), nullable=False),
        sa.Column("needs_translation", sa.Boolean(), nullable=False),
        sa.Column("worker_waits", sa.Boolean(), nullable=False),
        sa.Column("awaits_second", sa.Boolean(), nullable=False),
        sa.Column("next_due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker_acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_answer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remedy_kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("event_head", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(state = 'awaiting_worker') = (resumes_to IS NOT NULL)",
            name=op.f("ck_grievance_case_resumes"),
        ),
        sa.CheckConstraint(
            "channel IN ('web', 'phone', 'in_person', 'post')",
            name=op.f("ck_grievance_case_channel"),
        ),
        sa.CheckConstraint(
            "filed_for IN ('own', 'other')", name=op.f("ck_grievance_case_filed_for")
        ),
        sa.CheckConstraint(
            "severity IN ('low', 'medium', 'high', 'critical')",
            name=op.f("ck_grievance_case_severity"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'in_review', 'awaiting_worker', 'accepted', 'with_mechanism', 'not_accepted', 'withdrawn')",
            name=op.f("ck_grievance_case_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'with_mechanism') OR decided_at IS NOT NULL",
            name=op.f("ck_grievance_case_accepted_decided"),
        ),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["person.id"], name=op.f("fk_grievance_case_assignee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grievance_case")),
        sa.UniqueConstraint("filing_id", name=op.f("uq_grievance_case_filing_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_grievance_case_reference")),
    )
    op.create_index(
        "ix_grievance_case_assignee_queue",
        "grievance_case",
        ["assignee_id", "next_due", "id"],
        unique=False,
    )
    op.create_index(
        "ix_grievance_case_danger",
        "grievance_case",
        ["next_due", "id"],
        unique=False,
        postgresql_where=sa.text("danger"),
    )
    op.create_index(
        "ix_grievance_case_escalated",
        "grievance_case",
        ["next_due", "id"],
        unique=False,
        postgresql_where=sa.text("escalation_waits"),
    )
    op.create_index("ix_grievance_case_filed_at", "grievance_case", ["filed_at"], unique=False)
    op.create_index(
        "ix_grievance_case_issues",
        "grievance_case",
        ["issues"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "ix_grievance_case_language", "grievance_case", ["language", "next_due", "id"], unique=False
    )
    op.create_index("ix_grievance_case_queue", "grievance_case", ["next_due", "id"], unique=False)
    op.create_index(
        "ix_grievance_case_region", "grievance_case", ["region", "next_due", "id"], unique=False
    )
    op.create_index(
        "ix_grievance_case_second",
        "grievance_case",
        ["next_due", "id"],
        unique=False,
        postgresql_where=sa.text("awaits_second"),
    )
    op.create_index(
        "ix_grievance_case_severity", "grievance_case", ["severity", "next_due", "id"], unique=False
    )
    op.create_index(
        "ix_grievance_case_state", "grievance_case", ["state", "next_due", "id"], unique=False
    )
    op.create_index(
        "ix_grievance_case_translation",
        "grievance_case",
        ["next_due", "id"],
        unique=False,
        postgresql_where=sa.text("needs_translation"),
    )
    op.create_index(
        "ix_grievance_case_unassigned",
        "grievance_case",
        ["next_due", "id"],
        unique=False,
        postgresql_where=sa.text("assignee_id IS NULL"),
    )
    op.create_index(
        "ix_grievance_case_waits",
        "grievance_case",
        ["next_due", "id"],
        unique=False,
        postgresql_where=sa.text("worker_waits"),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email_tag", sa.LargeBinary(), nullable=True),
        sa.Column("address_box", sa.LargeBinary(), nullable=True),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind <> 'join' or address_box is not null", name=op.f("ck_invitation_address")
        ),
        sa.CheckConstraint(
            "kind = 'found' or invited_by is not null", name=op.f("ck_invitation_invited_by")
        ),
        sa.CheckConstraint("kind in ('found', 'join', 'reset')", name=op.f("ck_invitation_kind")),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["person.id"], name=op.f("fk_invitation_invited_by")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_invitation_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_table(
        "key_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("reason in ('invited', 'reset')", name=op.f("ck_key_request_reason")),
        sa.CheckConstraint(
            "state in ('waiting', 'approved', 'refused', 'ended')",
            name=op.f("ck_key_request_state"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_key_request_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["person.id"], name=op.f("fk_key_request_invited_by")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_key_request_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_key_request_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_request")),
    )
    op.create_index(
        "uq_key_request_waiting",
        "key_request",
        ["person_id", "organisation_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "known_device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_known_device_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_known_device_token_hash")),
    )
    op.create_index(op.f("ix_known_device_person_id"), "known_device", ["person_id"], unique=False)
    op.create_table(
        "mechanism_revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mechanism", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("texts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("shipped_hash", sa.String(length=64), nullable=True),
        sa.Column("local", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "state in ('current', 'old', 'proposed')", name=op.f("ck_mechanism_revision_state")
        ),
        sa.ForeignKeyConstraint(
            ["mechanism"], ["mechanism.id"], name=op.f("fk_mechanism_revision_mechanism")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mechanism_revision")),
        sa.UniqueConstraint(
            "mechanism", "number", name=op.f("uq_mechanism_revision_mechanism_number")
        ),
    )
    op.create_index(
        "uq_mechanism_revision_current",
        "mechanism_revision",
        ["mechanism"],
        unique=True,
        postgresql_where=sa.text("state = 'current'"),
    )
    op.create_index(
        "uq_mechanism_revision_proposed",
        "mechanism_revision",
        ["mechanism"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "member_key_wrap",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind in ('password')", name=op.f("ck_member_key_wrap_kind")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_member_key_wrap_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_key_wrap")),
        sa.UniqueConstraint("person_id", "kind", name=op.f("uq_member_key_wrap_person_id_kind")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "role in ('handler', 'lead', 'director', 'administrator', 'directory_editor', 'auditor', 'observer')",
            name=op.f("ck_membership_role"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "person_id", "organisation_id", name=op.f("uq_membership_person_id_organisation_id")
        ),
    )
    op.create_index(
        "ix_membership_organisation_id", "membership", ["organisation_id"], unique=False
    )
    op.create_table(
        "membership_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_membership_key_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_membership_key_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_key")),
        sa.UniqueConstraint(
            "person_id", "organisation_id", name=op.f("uq_membership_key_person_id_organisation_id")
        ),
    )
    op.create_index(
        "ix_membership_key_organisation_id", "membership_key", ["organisation_id"], unique=False
    )
    op.create_table(
        "operator_profile",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("texts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("hours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("languages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("everyday_site", sa.String(length=300), nullable=False),
        sa.Column("contacts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_operator_profile_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_operator_profile")),
    )
    op.create_table(
        "organisation_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("check", sa.LargeBinary(), nullable=False),
        sa.Column("previous_box", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(generation = 1) = (previous_box is null)", name=op.f("ck_organisation_key_chain")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_key_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_key")),
        sa.UniqueConstraint(
            "organisation_id",
            "generation",
            name=op.f("uq_organisation_key_organisation_id_generation"),
        ),
    )
    op.create_table(
        "read_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=48), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chained_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["chained_by"], ["event.id"], name=op.f("fk_read_log_chained_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_log")),
    )
    op.create_index("ix_read_log_chained_by", "read_log", ["chained_by"], unique=False)
    op.create_index(
        "ix_read_log_open",
        "read_log",
        ["stream_id"],
        unique=False,
        postgresql_where=sa.text("chained_by is null"),
    )
    op.create_table(
        "recovery_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_generation", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("printed_by", sa.Uuid(), nullable=False),
        sa.Column("sheet_box", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(confirmed_at is null) = (sheet_box is not null)", name=op.f("ck_recovery_key_sheet")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_recovery_key_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["printed_by"], ["person.id"], name=op.f("fk_recovery_key_printed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_key")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_recovery_key_organisation_id")),
    )
    op.create_table(
        "staff_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("member_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stepped_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_staff_session_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_session_token_hash")),
    )
    op.create_index(
        op.f("ix_staff_session_person_id"), "staff_session", ["person_id"], unique=False
    )
    op.create_table(
        "case_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("compartment", sa.String(length=10), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("holder_kind", sa.String(length=16), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_generation", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "compartment IN ('story', 'identity', 'internal')",
            name=op.f("ck_case_grant_compartment"),
        ),
        sa.CheckConstraint(
            "holder_kind IN ('organisation', 'receipt')", name=op.f("ck_case_grant_holder_kind")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_case_grant_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_grant")),
        sa.UniqueConstraint(
            "case_id",
            "compartment",
            "key_generation",
            "holder_kind",
            "holder_id",
            "holder_generation",
            name="uq_case_grant_holder",
        ),
    )
    op.create_index(op.f("ix_case_grant_case_id"), "case_grant", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_grant_holder_id"), "case_grant", ["holder_id"], unique=False)
    op.create_table(
        "case_key",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("compartment", sa.String(length=10), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("check", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "compartment IN ('story', 'identity', 'internal')", name=op.f("ck_case_key_compartment")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_case_key_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", "compartment", "generation", name=op.f("pk_case_key")),
    )
    op.create_table(
        "case_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("compartment", sa.String(length=10), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "compartment IN ('story', 'identity', 'internal')",
            name=op.f("ck_case_record_compartment"),
        ),
        sa.CheckConstraint(
            "part IN ('answers', 'identity', 'profile', 'decision')",
            name=op.f("ck_case_record_part"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_case_record_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_record")),
    )
    op.create_index(op.f("ix_case_record_case_id"), "case_record", ["case_id"], unique=False)
    op.create_index("ix_case_record_latest", "case_record", ["case_id", "part", "at"], unique=False)
    op.create_table(
        "case_visit",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_case_visit_case_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_visit_person_id")),
        sa.PrimaryKeyConstraint("case_id", "person_id", name=op.f("pk_case_visit")),
    )
    op.create_table(
        "deadline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('acknowledge', 'danger', 'answer', 'next_step', 'appeal', 'chase')",
            name=op.f("ck_deadline_kind"),
        ),
        sa.CheckConstraint(
            "met_at IS NULL OR stopped_at IS NULL", name=op.f("ck_deadline_one_end")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_deadline_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    op.create_index(op.f("ix_deadline_case_id"), "deadline", ["case_id"], unique=False)
    op.create_index(
        "ix_deadline_due",
        "deadline",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("met_at IS NULL AND stopped_at IS NULL"),
    )
    op.create_index(
        "ix_deadline_try",
        "deadline",
        [sa.literal_column("coalesce(next_try, due_at)")],
        unique=False,
        postgresql_where=sa.text("met_at IS NULL AND stopped_at IS NULL"),
    )
    op.create_index(
        "uq_deadline_running",
        "deadline",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=sa.text("met_at IS NULL AND stopped_at IS NULL"),
    )
    op.create_table(
        "duplicate_link",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("case_id <> other_id", name=op.f("ck_duplicate_link_two_cases")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_duplicate_link_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["grievance_case.id"], name=op.f("fk_duplicate_link_other_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_duplicate_link_person_id")
        ),
        sa.PrimaryKeyConstraint("case_id", "other_id", name=op.f("pk_duplicate_link")),
    )
    op.create_index(
        op.f("ix_duplicate_link_other_id"), "duplicate_link", ["other_id"], unique=False
    )
    op.create_table(
        "four_eyes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "state <> 'approved' OR alone OR decided_by IS DISTINCT FROM asked_by",
            name=op.f("ck_four_eyes_two_people"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'sent_back', 'lapsed')", name=op.f("ck_four_eyes_state")
        ),
        sa.CheckConstraint("verb IN ('decline')", name=op.f("ck_four_eyes_verb")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_four_eyes_asked_by")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_four_eyes_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_four_eyes_decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_four_eyes")),
    )
    op.create_index(op.f("ix_four_eyes_case_id"), "four_eyes", ["case_id"], unique=False)
    op.create_index(
        "uq_four_eyes_asked",
        "four_eyes",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("thread", sa.String(length=8), nullable=False),
        sa.Column("author", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(author = 'staff') = (person_id IS NOT NULL)", name=op.f("ck_message_staff_named")
        ),
        sa.CheckConstraint(
            "author IN ('worker', 'helper', 'member', 'staff', 'system')",
            name=op.f("ck_message_author"),
        ),
        sa.CheckConstraint("thread IN ('worker', 'staff')", name=op.f("ck_message_thread")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_message_case_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("form_id", name=op.f("uq_message_form_id")),
    )
    op.create_index(op.f("ix_message_case_id"), "message", ["case_id"], unique=False)
    op.create_index("ix_message_thread", "message", ["case_id", "thread", "seq"], unique=False)
    op.create_table(
        "packet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("mechanism", sa.String(length=60), nullable=False),
        sa.Column("immigration", sa.String(length=16), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("beside", sa.String(length=10), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("parts", postgresql.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("key_check", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'draft') = (digest IS NULL)", name=op.f("ck_packet_frozen_has_digest")
        ),
        sa.CheckConstraint(
            "form IN ('named', 'pseudonym', 'no_identity')", name=op.f("ck_packet_form")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'frozen', 'superseded')", name=op.f("ck_packet_state")
        ),
        sa.CheckConstraint(
            "(digest IS NULL) = (frozen_at IS NULL)", name=op.f("ck_packet_frozen_has_time")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["grievance_case.id"], name=op.f("fk_packet_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet")),
        sa.UniqueConstraint("id", "case_id", "mechanism", name="uq_packet_recipient"),
    )
    op.create_index(op.f("ix_packet_case_id"), "packet", ["case_id"], unique=False)
    op.create_index(op.f("ix_packet_state"), "packet", ["state"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("public_mac", sa.LargeBinary(), nullable=False),
        sa.Column("pepper_version", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("known_to", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "known_to IN ('self', 'staff', 'helper')", name=op.f("ck_receipt_known_to")
        ),
        sa.CheckConstraint("role IN ('worker', 'helper', 'member')", name=op.f("ck_receipt_role")),
        sa.CheckConstraint("state IN ('active', 'retired')", name=op.f("ck_receipt_state")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_receipt_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("tag", name=op.f("uq_receipt_tag")),
    )
    op.create_index(op.f("ix_receipt_case_id"), "receipt", ["case_id"], unique=False)
    op.create_table(
        "recusal",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_recusal_by_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_recusal_case_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recusal_person_id")),
        sa.PrimaryKeyConstraint("case_id", "person_id", name=op.f("pk_recusal")),
    )
    op.create_index(op.f("ix_recusal_person_id"), "recusal", ["person_id"], unique=False)
    op.create_table(
        "reissue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("check_made", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'issued', 'refused')", name=op.f("ck_reissue_state")
        ),
        sa.CheckConstraint(
            "decided_by IS DISTINCT FROM asked_by", name=op.f("ck_reissue_two_people")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_reissue_asked_by")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_reissue_case_id")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_reissue_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reissue")),
    )
    op.create_index(op.f("ix_reissue_case_id"), "reissue", ["case_id"], unique=False)
    op.create_table(
        "suggestion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("rules_version", sa.String(length=40), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_suggestion_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
    )
    op.create_index(op.f("ix_suggestion_case_id"), "suggestion", ["case_id"], unique=False)
    op.create_table(
        "translation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("passage", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_translation_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_translation_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translation")),
        sa.UniqueConstraint("case_id", "passage", "language", "at", name="uq_translation_passage"),
    )
    op.create_index(op.f("ix_translation_case_id"), "translation", ["case_id"], unique=False)
    op.create_table(
        "case_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("author", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("original_blob", sa.Uuid(), nullable=False),
        sa.Column("clean_blob", sa.Uuid(), nullable=True),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("meta", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "author IN ('worker', 'helper', 'member', 'staff')", name=op.f("ck_case_file_author")
        ),
        sa.CheckConstraint(
            "state IN ('cleaned', 'download_only', 'not_cleaned')", name=op.f("ck_case_file_state")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_case_file_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_case_file_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("clean_blob", name=op.f("uq_case_file_clean_blob")),
        sa.UniqueConstraint("original_blob", name=op.f("uq_case_file_original_blob")),
    )
    op.create_index(op.f("ix_case_file_case_id"), "case_file", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_file_message_id"), "case_file", ["message_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("packet_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("mechanism", sa.String(length=60), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("parts", postgresql.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("answer", sa.String(length=3), nullable=False),
        sa.Column("given_by", sa.String(length=16), nullable=False),
        sa.Column("known_to", sa.String(length=8), nullable=False),
        sa.Column("recorder_id", sa.Uuid(), nullable=True),
        sa.Column("immigration_warned", sa.Boolean(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answer IN ('yes', 'no')", name=op.f("ck_consent_answer")),
        sa.CheckConstraint(
            "form IN ('named', 'pseudonym', 'no_identity')", name=op.f("ck_consent_form")
        ),
        sa.CheckConstraint(
            "given_by <> 'receipt' OR known_to = 'self'", name=op.f("ck_consent_signed")
        ),
        sa.CheckConstraint(
            "given_by IN ('receipt', 'staff_recorded')", name=op.f("ck_consent_given_by")
        ),
        sa.CheckConstraint(
            "known_to IN ('self', 'staff', 'helper')", name=op.f("ck_consent_known_to")
        ),
        sa.CheckConstraint(
            "purpose IN ('advice', 'complaint', 'mediation', 'inspection', 'protection', 'support')",
            name=op.f("ck_consent_purpose"),
        ),
        sa.CheckConstraint(
            "recalled_at IS NULL OR answer = 'yes'", name=op.f("ck_consent_recalled_yes")
        ),
        sa.CheckConstraint(
            "recorder_id IS NULL OR given_by = 'staff_recorded'", name=op.f("ck_consent_recorder")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_consent_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["packet_id", "case_id", "mechanism"],
            ["packet.id", "packet.case_id", "packet.mechanism"],
            name="fk_consent_recipient",
        ),
        sa.ForeignKeyConstraint(
            ["recorder_id"], ["person.id"], name=op.f("fk_consent_recorder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("id", "packet_id", "answer", name="uq_consent_answer"),
    )
    op.create_index(op.f("ix_consent_case_id"), "consent", ["case_id"], unique=False)
    op.create_index(op.f("ix_consent_packet_id"), "consent", ["packet_id"], unique=False)
    op.create_table(
        "packet_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("packet_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("blob", sa.Uuid(), nullable=False),
        sa.Column("blob_digest", sa.LargeBinary(), nullable=False),
        sa.Column("meta", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_packet_file_packet_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet_file")),
        sa.UniqueConstraint("blob", name=op.f("uq_packet_file_blob")),
    )
    op.create_index(op.f("ix_packet_file_packet_id"), "packet_file", ["packet_id"], unique=False)
    op.create_table(
        "packet_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("packet_id", sa.Uuid(), nullable=False),
        sa.Column("holder_kind", sa.String(length=16), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_generation", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "holder_kind IN ('organisation', 'receipt', 'recipient', 'link')",
            name=op.f("ck_packet_grant_holder_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_packet_grant_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packet.id"], name=op.f("fk_packet_grant_packet_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet_grant")),
        sa.UniqueConstraint(
            "packet_id",
            "holder_kind",
            "holder_id",
            "holder_generation",
            name="uq_packet_grant_holder",
        ),
    )
    op.create_index(op.f("ix_packet_grant_case_id"), "packet_grant", ["case_id"], unique=False)
    op.create_index(op.f("ix_packet_grant_holder_id"), "packet_grant", ["holder_id"], unique=False)
    op.create_index(op.f("ix_packet_grant_packet_id"), "packet_grant", ["packet_id"], unique=False)
    op.create_table(
        "receipt_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("private_box", sa.LargeBinary(), nullable=False),
        sa.Column("pending_box", sa.LargeBinary(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_receipt_session_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_session_receipt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_receipt_session_token_hash")),
    )
    op.create_index(
        op.f("ix_receipt_session_case_id"), "receipt_session", ["case_id"], unique=False
    )
    op.create_index(
        op.f("ix_receipt_session_receipt_id"), "receipt_session", ["receipt_id"], unique=False
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mechanism", sa.String(length=60), nullable=False),
        sa.Column("packet_id", sa.Uuid(), nullable=True),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("consent_answer", sa.String(length=3), nullable=True),
        sa.Column("purpose", sa.String(length=16), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_by", sa.String(length=16), nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("declined_on", sa.Date(), nullable=True),
        sa.Column("outcome_on", sa.Date(), nullable=True),
        sa.Column("silence", sa.Integer(), nullable=False),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_chase", sa.Date(), nullable=True),
        sa.Column("last_news", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'recalled') = (recalled_at IS NOT NULL)", name=op.f("ck_referral_recalled")
        ),
        sa.CheckConstraint(
            "channel IN ('post', 'in_person', 'email', 'web', 'phone', 'app', 'chat', 'whatsapp')",
            name=op.f("ck_referral_channel"),
        ),
        sa.CheckConstraint(
            "delivered_at IS NULL OR (delivered_by IS NOT NULL AND channel IS NOT NULL AND consent_answer IS NOT DISTINCT FROM 'yes')",
            name=op.f("ck_referral_delivered"),
        ),
        sa.CheckConstraint(
            "delivered_by IN ('staff', 'worker_takes_it')", name=op.f("ck_referral_delivered_by")
        ),
        sa.CheckConstraint(
            "purpose IN ('advice', 'complaint', 'mediation', 'inspection', 'protection', 'support')",
            name=op.f("ck_referral_purpose"),
        ),
        sa.CheckConstraint(
            "state <> 'accepted' OR accepted_on IS NOT NULL",
            name=op.f("ck_referral_accepted_dated"),
        ),
        sa.CheckConstraint(
            "state <> 'acknowledged' OR acknowledged_on IS NOT NULL",
            name=op.f("ck_referral_acknowledged_dated"),
        ),
        sa.CheckConstraint(
            "state <> 'asked' OR (packet_id IS NOT NULL AND purpose IS NOT NULL AND ends_on IS NOT NULL AND asked_at IS NOT NULL)",
            name=op.f("ck_referral_asked"),
        ),
        sa.CheckConstraint(
            "state <> 'declined' OR declined_on IS NOT NULL",
            name=op.f("ck_referral_declined_dated"),
        ),
        sa.CheckConstraint(
            "state <> 'outcome' OR outcome_on IS NOT NULL", name=op.f("ck_referral_outcome_dated")
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR consent_answer IS NOT DISTINCT FROM 'no'",
            name=op.f("ck_referral_refused"),
        ),
        sa.CheckConstraint("state <> 'silent' OR silence > 0", name=op.f("ck_referral_silence")),
        sa.CheckConstraint(
            "state IN ('proposed', 'asked', 'refused', 'consented', 'delivered', 'acknowledged', 'accepted', 'declined', 'silent', 'outcome', 'recalled')",
            name=op.f("ck_referral_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('consented', 'delivered', 'acknowledged', 'accepted', 'declined', 'silent', 'outcome') OR (packet_id IS NOT NULL AND consent_id IS NOT NULL AND consent_answer IS NOT DISTINCT FROM 'yes')",
            name=op.f("ck_referral_agreed"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('delivered', 'acknowledged', 'accepted', 'declined', 'silent', 'outcome') OR delivered_at IS NOT NULL",
            name=op.f("ck_referral_sent"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('proposed', 'asked') OR consent_id IS NULL",
            name=op.f("ck_referral_not_yet_agreed"),
        ),
        sa.CheckConstraint(
            "(consent_id IS NULL) = (consent_answer IS NULL)", name=op.f("ck_referral_answered")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_referral_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["consent_id", "packet_id", "consent_answer"],
            ["consent.id", "consent.packet_id", "consent.answer"],
            name="fk_referral_consent",
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_referral_owner_id")),
        sa.ForeignKeyConstraint(
            ["packet_id", "case_id", "mechanism"],
            ["packet.id", "packet.case_id", "packet.mechanism"],
            name="fk_referral_recipient",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    op.create_index("ix_referral_board", "referral", ["next_chase", "id"], unique=False)
    op.create_index(op.f("ix_referral_case_id"), "referral", ["case_id"], unique=False)
    op.create_index(op.f("ix_referral_mechanism"), "referral", ["mechanism"], unique=False)
    op.create_index(op.f("ix_referral_owner_id"), "referral", ["owner_id"], unique=False)
    op.create_index(op.f("ix_referral_state"), "referral", ["state"], unique=False)
    op.create_index(
        "uq_referral_live",
        "referral",
        ["case_id", "mechanism"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('proposed', 'asked', 'consented', 'delivered', 'acknowledged', 'accepted', 'silent')"
        ),
    )
    op.create_table(
        "referral_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('acknowledged', 'accepted', 'declined', 'outcome')",
            name=op.f("ck_referral_answer_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f("fk_referral_answer_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["case_file.id"], name=op.f("fk_referral_answer_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_referral_answer_referral_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_answer")),
    )
    op.create_index(
        op.f("ix_referral_answer_case_id"), "referral_answer", ["case_id"], unique=False
    )
    op.create_index(
        op.f("ix_referral_answer_referral_id"), "referral_answer", ["referral_id"], unique=False
    )

    op.execute(REFUSE)
    op.execute("GRANT USAGE ON SCHEMA public TO grievance_app, grievance_worker")
    grant(TABLES)
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO grievance_app, grievance_worker")


def downgrade() -> None:
    op.drop_index(op.f("ix_referral_answer_referral_id"), table_name="referral_answer")
    op.drop_index(op.f("ix_referral_answer_case_id"), table_name="referral_answer")
    op.drop_table("referral_answer")
    op.drop_index(
        "uq_referral_live",
        table_name="referral",
        postgresql_where=sa.text(
            "state IN ('proposed', 'asked', 'consented', 'delivered', 'acknowledged', 'accepted', 'silent')"
        ),
    )
    op.drop_index(op.f("ix_referral_state"), table_name="referral")
    op.drop_index(op.f("ix_referral_owner_id"), table_name="referral")
    op.drop_index(op.f("ix_referral_mechanism"), table_name="referral")
    op.drop_index(op.f("ix_referral_case_id"), table_name="referral")
    op.drop_index("ix_referral_board", table_name="referral")
    op.drop_table("referral")
    op.drop_index(op.f("ix_receipt_session_receipt_id"), table_name="receipt_session")
    op.drop_index(op.f("ix_receipt_session_case_id"), table_name="receipt_session")
    op.drop_table("receipt_session")
    op.drop_index(op.f("ix_packet_grant_packet_id"), table_name="packet_grant")
    op.drop_index(op.f("ix_packet_grant_holder_id"), table_name="packet_grant")
    op.drop_index(op.f("ix_packet_grant_case_id"), table_name="packet_grant")
    op.drop_table("packet_grant")
    op.drop_index(op.f("ix_packet_file_packet_id"), table_name="packet_file")
    op.drop_table("packet_file")
    op.drop_index(op.f("ix_consent_packet_id"), table_name="consent")
    op.drop_index(op.f("ix_consent_case_id"), table_name="consent")
    op.drop_table("consent")
    op.drop_index(op.f("ix_case_file_message_id"), table_name="case_file")
    op.drop_index(op.f("ix_case_file_case_id"), table_name="case_file")
    op.drop_table("case_file")
    op.drop_index(op.f("ix_translation_case_id"), table_name="translation")
    op.drop_table("translation")
    op.drop_index(op.f("ix_suggestion_case_id"), table_name="suggestion")
    op.drop_table("suggestion")
    op.drop_index(op.f("ix_reissue_case_id"), table_name="reissue")
    op.drop_table("reissue")
    op.drop_index(op.f("ix_recusal_person_id"), table_name="recusal")
    op.drop_table("recusal")
    op.drop_index(op.f("ix_receipt_case_id"), table_name="receipt")
    op.drop_table("receipt")
    op.drop_index(op.f("ix_packet_state"), table_name="packet")
    op.drop_index(op.f("ix_packet_case_id"), table_name="packet")
    op.drop_table("packet")
    op.drop_index("ix_message_thread", table_name="message")
    op.drop_index(op.f("ix_message_case_id"), table_name="message")
    op.drop_table("message")
    op.drop_index(
        "uq_four_eyes_asked", table_name="four_eyes", postgresql_where=sa.text("state = 'asked'")
    )
    op.drop_index(op.f("ix_four_eyes_case_id"), table_name="four_eyes")
    op.drop_table("four_eyes")
    op.drop_index(op.f("ix_duplicate_link_other_id"), table_name="duplicate_link")
    op.drop_table("duplicate_link")
    op.drop_index(
        "uq_deadline_running",
        table_name="deadline",
        postgresql_where=sa.text("met_at IS NULL AND stopped_at IS NULL"),
    )
    op.drop_index(
        "ix_deadline_try",
        table_name="deadline",
        postgresql_where=sa.text("met_at IS NULL AND stopped_at IS NULL"),
    )
    op.drop_index(
        "ix_deadline_due",
        table_name="deadline",
        postgresql_where=sa.text("met_at IS NULL AND stopped_at IS NULL"),
    )
    op.drop_index(op.f("ix_deadline_case_id"), table_name="deadline")
    op.drop_table("deadline")
    op.drop_table("case_visit")
    op.drop_index("ix_case_record_latest", table_name="case_record")
    op.drop_index(op.f("ix_case_record_case_id"), table_name="case_record")
    op.drop_table("case_record")
    op.drop_table("case_key")
    op.drop_index(op.f("ix_case_grant_holder_id"), table_name="case_grant")
    op.drop_index(op.f("ix_case_grant_case_id"), table_name="case_grant")
    op.drop_table("case_grant")
    op.drop_index(op.f("ix_staff_session_person_id"), table_name="staff_session")
    op.drop_table("staff_session")
    op.drop_table("recovery_key")
    op.drop_index(
        "ix_read_log_open", table_name="read_log", postgresql_where=sa.text("chained_by is null")
    )
    op.drop_index("ix_read_log_chained_by", table_name="read_log")
    op.drop_table("read_log")
    op.drop_table("organisation_key")
    op.drop_table("operator_profile")
    op.drop_index("ix_membership_key_organisation_id", table_name="membership_key")
    op.drop_table("membership_key")
    op.drop_index("ix_membership_organisation_id", table_name="membership")
    op.drop_table("membership")
    op.drop_table("member_key_wrap")
    op.drop_index(
        "uq_mechanism_revision_proposed",
        table_name="mechanism_revision",
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.drop_index(
        "uq_mechanism_revision_current",
        table_name="mechanism_revision",
        postgresql_where=sa.text("state = 'current'"),
    )
    op.drop_table("mechanism_revision")
    op.drop_index(op.f("ix_known_device_person_id"), table_name="known_device")
    op.drop_table("known_device")
    op.drop_index(
        "uq_key_request_waiting",
        table_name="key_request",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_table("key_request")
    op.drop_table("invitation")
    op.drop_index(
        "ix_grievance_case_waits",
        table_name="grievance_case",
        postgresql_where=sa.text("worker_waits"),
    )
    op.drop_index(
        "ix_grievance_case_unassigned",
        table_name="grievance_case",
        postgresql_where=sa.text("assignee_id IS NULL"),
    )
    op.drop_index(
        "ix_grievance_case_translation",
        table_name="grievance_case",
        postgresql_where=sa.text("needs_translation"),
    )
    op.drop_index("ix_grievance_case_state", table_name="grievance_case")
    op.drop_index("ix_grievance_case_severity", table_name="grievance_case")
    op.drop_index(
        "ix_grievance_case_second",
        table_name="grievance_case",
        postgresql_where=sa.text("awaits_second"),
    )
    op.drop_index("ix_grievance_case_region", table_name="grievance_case")
    op.drop_index("ix_grievance_case_queue", table_name="grievance_case")
    op.drop_index("ix_grievance_case_language", table_name="grievance_case")
    op.drop_index("ix_grievance_case_issues", table_name="grievance_case", postgresql_using="gin")
    op.drop_index("ix_grievance_case_filed_at", table_name="grievance_case")
    op.drop_index(
        "ix_grievance_case_escalated",
        table_name="grievance_case",
        postgresql_where=sa.text("escalation_waits"),
    )
    op.drop_index(
        "ix_grievance_case_danger", table_name="grievance_case", postgresql_where=sa.text("danger")
    )
    op.drop_index("ix_grievance_case_assignee_queue", table_name="grievance_case")
    op.drop_table("grievance_case")
    op.drop_table("event_detail")
    op.drop_index(op.f("ix_draft_blob_draft_id"), table_name="draft_blob")
    op.drop_table("draft_blob")
    op.drop_index("ix_channel_mechanism", table_name="channel")
    op.drop_table("channel")
    op.drop_table("unanchored_stream")
    op.drop_table("tally")
    op.drop_table("source")
    op.drop_table("rule_set")
    op.drop_table("person")
    op.drop_table("pepper_check")
    op.drop_index(
        "ix_outbox_over", table_name="outbox", postgresql_where=sa.text("state <> 'pending'")
    )
    op.drop_index(
        "ix_outbox_due", table_name="outbox", postgresql_where=sa.text("state = 'pending'")
    )
    op.drop_index(
        "ix_outbox_case", table_name="outbox", postgresql_where=sa.text("state = 'pending'")
    )
    op.drop_table("outbox")
    op.drop_index(
        "uq_organisation_operator",
        table_name="organisation",
        postgresql_where=sa.text("kind = 'operator'"),
    )
    op.drop_table("organisation")
    op.drop_table("mechanism")
    op.drop_index("ix_job_run_job_started_at", table_name="job_run")
    op.drop_index("ix_job_run_failed", table_name="job_run", postgresql_where=sa.text("failed > 0"))
    op.drop_table("job_run")
    op.drop_table("issue_type")
    op.drop_table("event")
    op.drop_index("ix_draft_expires_at", table_name="draft")
    op.drop_table("draft")
    op.drop_table("directory_stamp")
    op.drop_table("demo_mark")
    op.drop_table("anchor")
    op.execute("DROP FUNCTION refuse_truncate()")
