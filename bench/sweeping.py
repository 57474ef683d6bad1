"""The sweep: over a million clocks of which none is due, then escalating by one and by two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import psycopg
from sqlalchemy import event, text

from bench.filing import timed
from bench.house import House
from bench.table import Floor, Line
from grievance import clock
from grievance.cases.act import JobAct
from grievance.cases.jobs import SWEEPER, sweep
from grievance.cases.models import Case
from grievance.cases.operations.escalating import Overdue, claim, escalate
from grievance.deadlines.queries import operator_hours, overdue
from grievance.extensions import db
from tests.cast import file_case
from tests.servers import ROOT

CASES, DUE, TIMES = 200_000, 10_000, 30
KINDS = ("acknowledge", "answer", "next_step", "appeal", "chase")  # five clocks a case
# What is not drawn is as in one real case.
DRAWN = {
    "id": "gen_random_uuid()",
    "filing_id": "gen_random_uuid()",
    "reference": "'S' || lpad(n::text, 9, '0')",
}
FILL = """
INSERT INTO grievance_case ({columns}) SELECT {values}
FROM generate_series(1, {cases}) AS n, (SELECT * FROM grievance_case WHERE id = '{like}') AS one
"""
CLOCKS = """
INSERT INTO deadline (id, case_id, kind, started_at, due_at, attempts)
SELECT gen_random_uuid(), id, kind, filed_at, now() + interval '9 day', 0
FROM grievance_case, unnest(%s::text[]) AS kind WHERE reference LIKE 'S%%'
"""
LATE = """
UPDATE deadline SET due_at = now() - interval '1 hour' WHERE id IN
    (SELECT id FROM deadline WHERE kind = 'acknowledge' AND attempts = 0 LIMIT %s)
"""


RUNNING = """
FROM deadline WHERE met_at IS NULL AND stopped_at IS NULL AND coalesce(next_try, due_at) <= now()
ORDER BY coalesce(next_try, due_at) LIMIT 1
"""
PROBE = f"SELECT id {RUNNING}"
CLAIM = f"SELECT id, case_id {RUNNING} FOR UPDATE SKIP LOCKED"
TAKEN = "UPDATE deadline SET next_try = now() + interval '9 day' WHERE id = %s"
BARE = 500


def measure(house: House) -> list[Line]:
    """With nothing due; then `flask deadlines sweep` in one process, then in two at once."""
    with psycopg.connect(_address(house), autocommit=True) as admin:
        _fill(house, admin)
        site = house.app.config["SITE"]
        nothing = median(
            timed(lambda: sweep(house.session, site, clock.now())) for _ in range(TIMES)
        )
        probe = Floor(
            median(timed(lambda: _asked(house)) for _ in range(TIMES)), "to ask the index"
        )
        admin.execute(LATE, (DUE,))
        bare = _bare(house, _statements(house))
        one = _swept(house, 1)
        admin.execute(LATE, (DUE,))
        two = _swept(house, 2)
    clocks = CASES * len(KINDS)
    return [
        Line(f"sweep, {clocks:,} clocks, none due", nothing, "ms", "<= 3", probe, "< 10"),
        Line("escalations, one sweeper", one, "/s", ">= 0.25", bare, ">= 100"),
        Line("escalations, two sweepers", two, "/s", ">= 1.3", Floor(one, "by one"), ">= 180"),
    ]


def _address(house: House) -> str:
    return house.postgres.admin_url("grievance").replace("postgresql+psycopg", "postgresql")


def _fill(house: House, admin: psycopg.Connection) -> None:
    like = file_case(house.session, house.app.config["SITE"], now=clock.now()).case.id
    house.session.rollback()  # nothing stays open for the time this takes
    names = Case.__table__.columns.keys()
    values = ", ".join(DRAWN.get(name, f"one.{name}") for name in names)
    filled = FILL.format(columns=", ".join(names), values=values, cases=CASES, like=like)
    admin.execute("SET synchronous_commit = off")
    admin.execute(filled)
    admin.execute(CLOCKS, (list(KINDS),))
    admin.execute("VACUUM ANALYZE grievance_case, deadline")


def _asked(house: House) -> None:
    house.session.execute(text(PROBE)).all()
    house.session.rollback()


def _statements(house: House) -> int:
    """How many statements one escalation takes."""
    sent: list[object] = []
    found = claim(house.session, overdue(house.session, clock.now(), 1)[0], clock.now())
    assert found
    event.listen(db.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    hours = operator_hours(house.session)
    act = JobAct(house.session, found[1], SWEEPER, clock.now())
    escalate(act, Overdue(house.app.config["SITE"], found[0], hours))
    house.session.flush()
    house.session.rollback()
    return len(sent)


def _bare(house: House, statements: int) -> Floor:
    """Clocks a second that are claimed and put off, each in a transaction of its own with so many
    statements that do nothing."""
    with psycopg.connect(_address(house)) as connection:
        began = time.perf_counter()
        for _ in range(BARE):
            found = connection.execute(CLAIM).fetchone()
            assert found
            connection.execute(TAKEN, found[:1])
            for _ in range(statements):
                connection.execute("SELECT 1")
            connection.commit()
        each = (time.perf_counter() - began) / BARE
        return Floor(1 / each, f"claimed, with {statements} empty statements")


def _swept(house: House, sweepers: int) -> float:
    """Escalations a second, all sweepers together, each by its own clock."""
    flask = Path(sys.executable).with_name("flask")
    given = {**os.environ, **house.place.environment("worker")}
    running = [
        subprocess.Popen(
            [str(flask), "deadlines", "sweep"], cwd=ROOT, env=given, stdout=subprocess.PIPE
        )
        for _ in range(sweepers)
    ]
    counts = [json.loads(one.communicate()[0]) for one in running]
    done, took = sum(one["done"] for one in counts), max(one["ms"] for one in counts)
    return float(done / took * 1000)
