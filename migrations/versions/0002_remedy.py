"""Talks, remedies, what the worker says of them, and closing."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("remedy_item", "feedback", "attempt", "outcome")
OLD_STATES = (
    "received", "in_review", "awaiting_worker", "accepted", "with_mechanism", "not_accepted",
    "withdrawn",
)  # fmt: skip
DECIDED = ("accepted", "with_mechanism", "in_dialogue", "remedy_agreed", "remedy_monitored")
NEW_STATES = ("in_dialogue", "remedy_agreed", "remedy_monitored", "closed")
OLD_CLOCKS = ("acknowledge", "danger", "answer", "next_step", "appeal", "chase")
UNTOLD = "state = 'recalled' AND delivered_at IS NOT NULL AND told_on IS NULL"
NEW_CLOCKS = ("remedy", "follow_up")


def among(column: str, codes: tuple[str, ...]) -> str:
    """The words of a CHECK."""
    return f"{column} IN ({', '.join(repr(code) for code in codes)})"


def again(table: str, name: str, condition: str) -> None:
    """Put another CHECK in the place of one."""
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def of_case() -> list[sa.schema.SchemaItem]:
    """What every row of these tables has."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("key_generation", sa.Integer(), nullable=False),
    ]


def keys(table: str) -> list[sa.schema.SchemaItem]:
    """Its primary key, and the case it belongs to."""
    return [
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["grievance_case.id"], name=op.f(f"fk_{table}_case_id_grievance_case")
        ),
    ]


def moment(name: str) -> sa.Column[object]:
    """A point in time."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    op.add_column("grievance_case", sa.Column("closed_at", sa.DateTime(timezone=True)))
    again("grievance_case", "state", among("state", (*OLD_STATES, *NEW_STATES)))
    decided = among("state", DECIDED).replace(" IN ", " NOT IN ")
    again("grievance_case", "accepted_decided", f"{decided} OR decided_at IS NOT NULL")
    for name, condition in (
        ("monitored_kept", "state <> 'remedy_monitored' OR remedy_kept_at IS NOT NULL"),
        ("closed_dated", "state <> 'closed' OR closed_at IS NOT NULL"),
    ):
        op.create_check_constraint(op.f(f"ck_grievance_case_{name}"), "grievance_case", condition)
    op.add_column("referral", sa.Column("told_on", sa.Date()))
    op.create_check_constraint(
        op.f("ck_referral_told"), "referral", "told_on IS NULL OR state = 'recalled'"
    )
    op.create_index("ix_referral_untold", "referral", ["case_id"], postgresql_where=sa.text(UNTOLD))
    again("deadline", "kind", among("kind", (*OLD_CLOCKS, *NEW_CLOCKS)))
    again("four_eyes", "verb", among("verb", ("decline", "close")))
    remedy_item()
    feedback()
    attempt()
    outcome()
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_case_id"), table, ["case_id"])
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO grievance_app")
        op.execute(
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
        )


def remedy_item() -> None:
    """What was claimed, promised and came."""
    kinds = (
        "money",
        "fees",
        "documents",
        "apology",
        "job",
        "transfer",
        "safety",
        "treatment",
        "rules",
        "guarantee",
        "other",
    )
    states = ("claimed", "offered", "agreed", "part", "arrived", "not_kept", "dropped")
    op.create_table(
        "remedy_item",
        *of_case(),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        moment("made_at"),
        moment("changed_at"),
        sa.CheckConstraint(among("kind", kinds), name=op.f("ck_remedy_item_kind")),
        sa.CheckConstraint(among("state", states), name=op.f("ck_remedy_item_state")),
        sa.CheckConstraint(
            "state <> 'agreed' OR due_on IS NOT NULL", name=op.f("ck_remedy_item_agreed_by")
        ),
        sa.CheckConstraint(
            "(state = 'arrived') = (arrived_on IS NOT NULL)",
            name=op.f("ck_remedy_item_arrived_dated"),
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["case_file.id"], name=op.f("fk_remedy_item_file_id_case_file")
        ),
        *keys("remedy_item"),
    )


def feedback() -> None:
    """What the worker said of it."""
    op.create_table(
        "feedback",
        *of_case(),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("given_by", sa.String(length=16), nullable=False),
        sa.Column("recorder_id", sa.Uuid(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("reprisal", sa.Boolean(), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        moment("at"),
        sa.CheckConstraint(among("kind", ("arrival", "sign_off")), name=op.f("ck_feedback_kind")),
        sa.CheckConstraint(among("state", ("given", "lapsed")), name=op.f("ck_feedback_state")),
        sa.CheckConstraint(
            among("given_by", ("receipt", "staff_recorded")), name=op.f("ck_feedback_given_by")
        ),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_feedback_rating")),
        sa.CheckConstraint(
            "recorder_id IS NULL OR given_by = 'staff_recorded'", name=op.f("ck_feedback_recorder")
        ),
        sa.ForeignKeyConstraint(
            ["recorder_id"], ["person.id"], name=op.f("fk_feedback_recorder_id_person")
        ),
        *keys("feedback"),
    )


def attempt() -> None:
    """One try to reach a worker who does not answer."""
    ways = ("phone", "email", "chat", "post", "visit", "helper", "page")
    op.create_table(
        "attempt",
        *of_case(),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("tried_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        moment("at"),
        sa.CheckConstraint(among("way", ways), name=op.f("ck_attempt_way")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_attempt_person_id_person")
        ),
        *keys("attempt"),
    )


def outcome() -> None:
    """How a case was closed, once for each closing."""
    codes = ("remedied", "partly", "own_way", "advised", "none", "unreachable")
    op.create_table(
        "outcome",
        *of_case(),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("feedback_id", sa.Uuid(), nullable=True),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        moment("at"),
        sa.CheckConstraint(among("result", codes), name=op.f("ck_outcome_result")),
        sa.CheckConstraint(
            among("by", ("signed", "recorded", "attempts")), name=op.f("ck_outcome_by")
        ),
        sa.CheckConstraint(
            "(by = 'attempts') = (feedback_id IS NULL)", name=op.f("ck_outcome_signed_by")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["four_eyes.id"], name=op.f("fk_outcome_proposal_id_four_eyes")
        ),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name=op.f("fk_outcome_feedback_id_feedback")
        ),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_outcome_proposal_id")),
        *keys("outcome"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    again("four_eyes", "verb", among("verb", ("decline",)))
    op.drop_index("ix_referral_untold", "referral", postgresql_where=sa.text(UNTOLD))
    op.drop_constraint(op.f("ck_referral_told"), "referral", type_="check")
    op.drop_column("referral", "told_on")
    again("deadline", "kind", among("kind", OLD_CLOCKS))
    for name in ("closed_dated", "monitored_kept"):
        op.drop_constraint(op.f(f"ck_grievance_case_{name}"), "grievance_case", type_="check")
    again(
        "grievance_case",
        "accepted_decided",
        "state NOT IN ('accepted', 'with_mechanism') OR decided_at IS NOT NULL",
    )
    again("grievance_case", "state", among("state", OLD_STATES))
    op.drop_column("grievance_case", "closed_at")
