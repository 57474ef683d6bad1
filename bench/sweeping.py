"""The sweep: over a million clocks of which none is due, then escalating by one and by two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import psycopg

from bench.filing import timed
from bench.house import House
from bench.table import Line
from grievance import clock
from grievance.cases.jobs import sweep
from grievance.cases.models import Case
from grievance.cli.places import ROOT
from tests.cast import file_case

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


def measure(house: House) -> list[Line]:
    """With nothing due; then `flask deadlines sweep` in one process, then in two at once."""
    with psycopg.connect(_address(house), autocommit=True) as admin:
        _fill(house, admin)
        site = house.app.config["SITE"]
        nothing = median(
            timed(lambda: sweep(house.session, site, clock.now())) for _ in range(TIMES)
        )
        admin.execute(LATE, (DUE,))
        one = _swept(house, 1)
        admin.execute(LATE, (DUE,))
        two = _swept(house, 2)
    clocks = CASES * len(KINDS)
    return [
        Line(f"sweep, {clocks:,} clocks, none due", nothing, "ms", "< 10"),
        Line("escalations, one sweeper", one, "/s", ">= 100"),
        Line("escalations, two sweepers", two, "/s", ">= 180"),
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
    admin.execute(filled)  # type: ignore[arg-type]
    admin.execute(CLOCKS, (list(KINDS),))
    admin.execute("VACUUM ANALYZE grievance_case, deadline")


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
    return sum(count["done"] for count in counts) / max(count["ms"] for count in counts) * 1000
