"""Rows of cases are seen by whoever acts for them: a third net beside loaders and keys.

The actor of a transaction (`grievance.actor`) decides in the database. The owner, who migrates and
copies, is not held: COPY FROM refuses a table that holds its owner, and a restore needs it.
"""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

# What a body's side needs of a case beside its own hand-over.
OF_CASE = ("grievance_case", "deadline", "limitation_date", "notice", "recusal", "duplicate_link")
# By what a row of these belongs to one hand-over: its column.
OF_REFERRAL = {
    "referral": "id", "referral_answer": "referral_id", "reply_link": "referral_id",
    "desk_item": "referral_id",
}  # fmt: skip
OF_PACKET = {"packet": "id", "packet_grant": "packet_id", "consent": "packet_id"}
INSIDE = (
    "attempt", "case_file", "case_grant", "case_key", "case_record", "case_visit", "correction",
    "erasure", "feedback", "filing_note", "four_eyes", "message", "outcome", "receipt",
    "receipt_session", "reissue", "remedy_item", "suggestion", "translation",
)  # fmt: skip

FUNCTIONS = """
CREATE FUNCTION actor_kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT split_part(current_setting('grievance.actor', true), ':', 1)
$$;
CREATE FUNCTION actor_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN actor_kind() IN ('member', 'receipt', 'reply', 'filing')
    THEN split_part(current_setting('grievance.actor', true), ':', 2)::uuid END
$$;
-- Who sees that there are cases: the operator's people, commands, jobs.
CREATE FUNCTION sees_cases() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT actor_kind() IN ('cli', 'job') OR actor_kind() = 'member' AND EXISTS (
    SELECT FROM membership JOIN organisation ON organisation.id = organisation_id
    WHERE person_id = actor_id() AND active AND kind = 'operator')
$$;
-- Who sees what is inside them: who works on cases, commands, jobs.
CREATE FUNCTION reads_cases() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT actor_kind() IN ('cli', 'job') OR actor_kind() = 'member' AND EXISTS (
    SELECT FROM membership JOIN organisation ON organisation.id = organisation_id
    WHERE person_id = actor_id() AND active AND kind = 'operator'
      AND role IN ('handler', 'lead', 'director'))
$$;
-- A conflict of interest takes the case away from the next transaction on: the one that writes it
-- down has to come to its end.
CREATE FUNCTION barred_cases() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(array_agg(case_id), '{}') FROM recusal
  WHERE actor_kind() = 'member' AND person_id = actor_id() AND state = 'stands'
    AND pg_xact_status(recusal.xmin::text::xid8) IS DISTINCT FROM 'in progress'
$$;
-- The hand-overs of a body: of its link, or on the desk of an organisation that is not the operator,
-- in a company only for who is named in the paper, and was there as they are now.
CREATE FUNCTION own_referrals() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(array_agg(id), '{}') FROM (
    SELECT referral_id AS id FROM reply_link WHERE actor_kind() = 'reply' AND id = actor_id()
    UNION ALL
    SELECT referral_id FROM desk_item
      JOIN membership ON membership.organisation_id = desk_item.organisation_id
      JOIN organisation ON organisation.id = desk_item.organisation_id
      JOIN referral ON referral.id = referral_id
      JOIN packet ON packet.id = packet_id
    WHERE actor_kind() = 'member' AND membership.person_id = actor_id() AND active
      AND (organisation.kind <> 'company' OR EXISTS (
        SELECT FROM respondent
        WHERE respondent.person_id = actor_id()
          AND respondent.organisation_id = desk_item.organisation_id
          AND respondent.person_id = ANY (packet.readers)
          AND respondent.asked_at <= packet.frozen_at))) AS own
$$;
CREATE FUNCTION own_packets() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(array_agg(packet_id), '{}') FROM referral WHERE id = ANY (own_referrals())
$$;
-- The cases of who holds a number, files, or answers for a body.
CREATE FUNCTION worker_cases() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT CASE actor_kind()
    WHEN 'receipt' THEN ARRAY[actor_id()]
    WHEN 'filing' THEN ARRAY(SELECT id FROM grievance_case WHERE filing_id = actor_id())
    ELSE '{}'::uuid[] END
$$;
CREATE FUNCTION body_cases() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(array_agg(case_id), '{}') FROM referral WHERE id = ANY (own_referrals())
$$
"""
NAMES = (
    "hold_rows(regclass, text)", "body_cases()", "worker_cases()", "own_packets()",
    "own_referrals()", "barred_cases()", "reads_cases()", "sees_cases()", "actor_id()",
    "actor_kind()",
)  # fmt: skip

STAFF, READERS = "(SELECT sees_cases())", "(SELECT reads_cases())"
PUBLIC = "(SELECT actor_kind()) = 'public'"


def among(column: str, function: str) -> str:
    """That a column is one of those, asked once a statement."""
    return f"{column} = ANY ((SELECT {function}())::uuid[])"


def of_case(column: str = "case_id") -> str:
    """What everybody at a case has, also a body and who has a conflict of interest."""
    return f"{STAFF} OR {among(column, 'worker_cases')} OR {among(column, 'body_cases')}"


INSIDE_RULE = (
    f"{READERS} AND NOT {among('case_id', 'barred_cases')} OR {among('case_id', 'worker_cases')}"
)
# A later table with a `case_id` is held with `SELECT hold_rows('its_name')`, or by a rule of its own.
HOLD = f"""
CREATE FUNCTION hold_rows(held regclass, rule text DEFAULT $rule${INSIDE_RULE}$rule$)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', held);
  EXECUTE format('CREATE POLICY own ON %s TO grievance_app USING (%s)', held, rule);
  EXECUTE format('CREATE POLICY jobs ON %s TO grievance_worker USING (true)', held);
END $$
"""


def rules() -> dict[str, str]:
    """Table by table: what of it the web's transactions see and write."""
    found = dict.fromkeys(OF_CASE, of_case())
    found["grievance_case"] = (
        f"{of_case('id')} OR (SELECT actor_kind()) = 'filing' AND filing_id = (SELECT actor_id())"
    )
    found |= {
        table: f"{INSIDE_RULE} OR {among(own, 'own_referrals')}"
        for table, own in OF_REFERRAL.items()
    }
    found |= {
        table: f"{INSIDE_RULE} OR {among(own, 'own_packets')}" for table, own in OF_PACKET.items()
    }
    found |= dict.fromkeys(INSIDE, INSIDE_RULE)
    # a place in the index, without which chunks would be filled past their size
    found["search_line"] = f"{STAFF} OR {among('case_id', 'worker_cases')}"
    found["packet_file"] = "EXISTS (SELECT FROM packet WHERE packet.id = packet_id)"
    found["body_wrote"] = "EXISTS (SELECT FROM referral_answer said WHERE said.id = answer_id)"
    found["reply_session"] = f"{INSIDE_RULE} OR {PUBLIC} OR link_id = (SELECT actor_id())"
    found["reply_link"] += f" OR {PUBLIC}"
    found["receipt_session"] += f" OR {PUBLIC}"
    return found


def upgrade() -> None:
    for function in (*FUNCTIONS.split(";\n"), HOLD):
        op.execute(function)
    for table, rule in rules().items():
        op.execute(f"SELECT hold_rows('{table}', $rule${rule}$rule$)")
    op.execute(f"CREATE POLICY known ON receipt FOR SELECT TO grievance_app USING ({PUBLIC})")


def downgrade() -> None:
    op.execute("DROP POLICY known ON receipt")
    for table in rules():
        op.execute(f"DROP POLICY own ON {table}")
        op.execute(f"DROP POLICY jobs ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for name in NAMES:
        op.execute(f"DROP FUNCTION {name}")
