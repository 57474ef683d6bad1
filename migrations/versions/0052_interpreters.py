"""Interpreters: whose six words were heard, and the passages that were given to each of them.

In the database, too, they see the rows of their own passages and of no case besides.
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

ROLE = "interpreter"
OPERATORS = (
    "handler", "lead", "director", "administrator", "directory_editor", "auditor", "observer",
)  # fmt: skip
GUESTS = {"partner": ("partner_caseworker",), "company": ("company_respondent",)}
STATES = ("given", "opened", "handed_in", "checked", "returned", "conflict", "taken_back")
TABLES = ("interpreter", "assigned_passage")

SEES = """
CREATE OR REPLACE FUNCTION sees_cases() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT actor_kind() IN ('cli', 'job') OR actor_kind() = 'member' AND EXISTS (
    SELECT FROM membership JOIN organisation ON organisation.id = organisation_id
    WHERE person_id = actor_id() AND active AND kind = 'operator'%s)
$$"""
# Whose passages somebody sees: their own, while they are an interpreter.
INTERPRETER = """
CREATE FUNCTION interpreter_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT person_id FROM membership JOIN organisation ON organisation.id = organisation_id
  WHERE actor_kind() = 'member' AND person_id = actor_id() AND active AND kind = 'operator'
    AND role = 'interpreter'
$$"""
# What they hand in or give back goes from the next transaction on: the one that writes it down has
# to come to its end.
BODY = """
CREATE OR REPLACE FUNCTION body_cases() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(array_agg(case_id), '{}') FROM (
    SELECT case_id FROM referral WHERE id = ANY (own_referrals())%s) AS own
$$"""
PASSAGES = """
    UNION ALL
    SELECT case_id FROM assigned_passage WHERE person_id = interpreter_id()
      AND (box IS NOT NULL OR pg_xact_status(assigned_passage.xmin::text::xid8) = 'in progress')"""
INSIDE = (
    "(SELECT reads_cases()) AND NOT case_id = ANY ((SELECT barred_cases())::uuid[]) "
    "OR case_id = ANY ((SELECT worker_cases())::uuid[])"
)


def _quoted(codes) -> str:
    return ", ".join(f"'{one}'" for one in codes)


def _roles(operators: tuple[str, ...]) -> None:
    kinds = {"operator": operators, **GUESTS}
    every = [role for roles in kinds.values() for role in roles]
    name = op.f("ck_membership_role")
    op.drop_constraint(name, "membership", type_="check")
    op.create_check_constraint(name, "membership", f"role IN ({_quoted(every)})")
    fits = " OR ".join(
        f"(house = '{kind}' AND NEW.role IN ({_quoted(roles)}))" for kind, roles in kinds.items()
    )
    op.execute(
        f"""
CREATE OR REPLACE FUNCTION refuse_foreign_role() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE house text;
BEGIN
    SELECT kind INTO house FROM organisation WHERE id = NEW.organisation_id;
    IF NOT COALESCE({fits}, false) THEN
        RAISE EXCEPTION 'no role of this kind of organisation'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'role_of_kind';
    END IF;
    RETURN NEW;
END $$"""
    )


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    _roles((*OPERATORS, ROLE))
    _interpreter()
    _passages()
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO grievance_app")
        op.execute(
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
        )
    op.execute(INTERPRETER)
    op.execute(SEES % " AND role <> 'interpreter'")
    op.execute(BODY % PASSAGES)
    rule = f"{INSIDE} OR person_id = (SELECT interpreter_id())"
    op.execute(f"SELECT hold_rows('assigned_passage', $rule${rule}$rule$)")


def _interpreter() -> None:
    op.create_table(
        "interpreter",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("heard_generation", sa.Integer(), nullable=False),
        sa.Column("heard_by", sa.Uuid(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        _key("interpreter", "person_id", "person.id"),
        _key("interpreter", "organisation_id", "organisation.id"),
        _key("interpreter", "heard_by", "person.id"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_interpreter")),
    )


def _passages() -> None:
    table = "assigned_passage"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("passage", sa.String(64), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder_generation", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=True),
        sa.Column("key_generation", sa.Integer(), nullable=False),
        sa.Column("own_key", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(f"state IN ({_quoted(STATES)})", name=op.f(f"ck_{table}_state")),
        sa.CheckConstraint(
            "(box IS NOT NULL) = (state IN ('given', 'opened'))", name=op.f(f"ck_{table}_box")
        ),
        sa.CheckConstraint(
            "(said IS NOT NULL) = (state IN ('handed_in', 'checked'))",
            name=op.f(f"ck_{table}_said"),
        ),
        _key(table, "case_id", "grievance_case.id"),
        _key(table, "person_id", "person.id"),
        _key(table, "given_by", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for column in ("case_id", "person_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    """Nobody interprets any more: what was handed in and not checked goes with the rest."""
    op.execute(BODY % "")
    op.execute(SEES % "")
    op.drop_table("assigned_passage")
    op.execute("DROP FUNCTION interpreter_id()")
    op.drop_table("interpreter")
    op.execute("UPDATE membership SET role = 'observer', active = false WHERE role = 'interpreter'")
    op.execute("DELETE FROM invitation WHERE role = 'interpreter'")
    _roles(OPERATORS)
