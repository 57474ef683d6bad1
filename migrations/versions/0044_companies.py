"""Companies: what was confirmed of each, what its people do and must never read, whose words were
heard; and no role in another kind of organisation than its own."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

OPERATORS = (
    "handler",
    "lead",
    "director",
    "administrator",
    "directory_editor",
    "auditor",
    "observer",
)
ROLES = {
    "operator": OPERATORS,
    "partner": ("partner_caseworker",),
    "company": ("company_respondent",),
}
MEMBERS = ("membership", "invitation")
TABLES = ("company", "respondent")
VETTED = ("called", "website", "letter", "in_person")


def _quoted(codes) -> str:
    return ", ".join(f"'{one}'" for one in codes)


def _check(table: str, name: str, rule: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    _check("organisation", "kind", f"kind IN ({_quoted(ROLES)})")
    _check("organisation", "mechanism", "(kind <> 'operator') = (mechanism is not null)")
    _check("organisation", "closed_at", "kind <> 'operator' or closed_at is null")
    every = [role for roles in ROLES.values() for role in roles]
    _check("membership", "role", f"role IN ({_quoted(every)})")
    _roles()
    _tables()
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO grievance_app")
        op.execute(
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()"
        )


def _roles() -> None:
    """A role belongs to one kind of organisation, whoever writes the row."""
    fits = " OR ".join(
        f"(house = '{kind}' AND NEW.role IN ({_quoted(roles)}))" for kind, roles in ROLES.items()
    )
    op.execute(
        f"""
CREATE FUNCTION refuse_foreign_role() RETURNS trigger LANGUAGE plpgsql AS $$
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
    for table in MEMBERS:
        op.execute(
            f"CREATE TRIGGER role_of_kind BEFORE INSERT OR UPDATE OF role, organisation_id "
            f"ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_foreign_role()"
        )
    op.execute(
        """
CREATE FUNCTION refuse_other_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an organisation stays what it is'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'kind_stays';
END $$"""
    )
    op.execute(
        "CREATE TRIGGER kind_stays BEFORE UPDATE OF kind ON organisation FOR EACH ROW "
        "WHEN (OLD.kind IS DISTINCT FROM NEW.kind) EXECUTE FUNCTION refuse_other_kind()"
    )


def _tables() -> None:
    op.create_table(
        "company",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(13), nullable=False),
        sa.Column("number_by", sa.String(16), nullable=False),
        sa.Column("spoken_with", sa.Text(), nullable=False),
        sa.Column("spoken_by", sa.String(16), nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "number_by IN ('published', 'register')", name=op.f("ck_company_number_by")
        ),
        sa.CheckConstraint(f"spoken_by IN ({_quoted(VETTED)})", name=op.f("ck_company_spoken_by")),
        sa.CheckConstraint("number ~ '^[1-9][0-9]{12}$'", name=op.f("ck_company_number")),
        sa.CheckConstraint("spoken_with <> ''", name=op.f("ck_company_spoken_with")),
        _key("company", "organisation_id", "organisation.id"),
        _key("company", "checked_by", "person.id"),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_company")),
        sa.UniqueConstraint("number", name=op.f("uq_company_number")),
    )
    op.create_table(
        "respondent",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("never", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_generation", sa.Integer(), nullable=True),
        sa.Column("heard_by", sa.Uuid(), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("task <> ''", name=op.f("ck_respondent_task")),
        sa.CheckConstraint(
            "num_nulls(heard_generation, heard_by, heard_at) IN (0, 3)",
            name=op.f("ck_respondent_heard"),
        ),
        _key("respondent", "organisation_id", "organisation.id"),
        _key("respondent", "asked_by", "person.id"),
        _key("respondent", "heard_by", "person.id"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_respondent")),
    )
    op.create_index(op.f("ix_respondent_organisation_id"), "respondent", ["organisation_id"])


def downgrade() -> None:
    """Companies become closed partners without anybody: no earlier release lets their people in."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP TRIGGER kind_stays ON organisation")
    op.execute("DROP FUNCTION refuse_other_kind()")
    for table in MEMBERS:
        op.execute(f"DROP TRIGGER role_of_kind ON {table}")
    op.execute("DROP FUNCTION refuse_foreign_role()")
    op.execute(
        "UPDATE membership SET role = 'partner_caseworker', active = false "
        "WHERE role = 'company_respondent'"
    )
    op.execute("DELETE FROM invitation WHERE role = 'company_respondent'")
    op.execute(
        "UPDATE organisation SET kind = 'partner', closed_at = coalesce(closed_at, now()) "
        "WHERE kind = 'company'"
    )
    _check("membership", "role", f"role IN ({_quoted((*OPERATORS, 'partner_caseworker'))})")
    _check("organisation", "kind", "kind IN ('operator', 'partner')")
    _check("organisation", "mechanism", "(kind = 'partner') = (mechanism is not null)")
    _check("organisation", "closed_at", "kind = 'partner' or closed_at is null")
