"""The queue page with ten thousand and a million cases: it must not notice the difference."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

import psycopg

from bench.filing import timed
from bench.house import House
from bench.load import Request
from bench.table import Floor, Line, percentile
from grievance import clock
from grievance.accounts.operations import signing
from grievance.accounts.operations.persons import Admitted
from grievance.cases.models import Case
from tests.cast import file_case

FEW, MANY = 10_000, 1_000_000
PAGES, EACH = 100, 7
PATH = "/staff/cases"
OTHERS = (
    *(
        "/staff/",
        "?state=accepted",
        "?state=withdrawn",
        "?severity=critical",
        "?issue=housing",
        "?issue=child-labour",
    ),
    *("?language=lo", "?region=shikoku", "?age=90", "?mine=yes", "?unassigned=yes", "?waits=yes"),
    *("?danger=yes", "?needs_translation=yes", "?language=lo&severity=critical&region=shikoku"),
)
# Half of the cases are over. What is not drawn is as in one real case: a list needs no more.
DRAWN = {
    "id": "gen_random_uuid()",
    "filing_id": "gen_random_uuid()",
    "reference": "lpad(upper(to_hex(n)), 10, '0')",
    "state": "stands",
    "resumes_to": "CASE WHEN stands = 'awaiting_worker' THEN 'in_review' END",
    "state_since": "filed",
    "filed_at": "filed",
    "worker_acted_at": "filed",
    "first_answer_at": "CASE WHEN n % 10 > 1 THEN filed END",
    "decided_at": "CASE WHEN stands = 'accepted' THEN filed END",
    "next_due": "CASE stands WHEN 'withdrawn' THEN '9999-12-01' ELSE filed + interval '7 day' END",
    "language": "(ARRAY['vi', 'id', 'my', 'en', 'ja', 'fil', 'ne', 'zh-hans'])[1 + n / 3 % 8]",
    "region": "(ARRAY['kanto', 'kanto', 'chubu', 'kansai', 'kyushu', 'tohoku'])[1 + n % 6]",
    "severity": "(ARRAY['low', 'medium', 'medium', 'high'])[1 + n % 4]",
    "main_issue": "issue",
    "issues": "ARRAY[issue]",
    "danger": "n % 500 = 0",
    "needs_translation": "n / 3 % 8 NOT IN (3, 4)",
    "worker_waits": "n % 40 = 0 AND stands <> 'withdrawn'",
    "assignee_id": "CASE WHEN n % 3 = 0 THEN '{handler}'::uuid END",
}
FILL = """
INSERT INTO grievance_case ({columns}) SELECT {values} FROM (
    SELECT n, date_trunc('hour', now() - n * interval '1 minute') AS filed,
        (ARRAY['withdrawn', 'withdrawn', 'withdrawn', 'received', 'in_review', 'accepted',
               'awaiting_worker', 'withdrawn'])[1 + n / 7 % 8] AS stands,
        (ARRAY['wages-unpaid', 'overtime-unpaid', 'hours-rest', 'housing', 'harassment-power',
               'forced-return', 'document-retention', 'violence'])[1 + n / 11 % 8] AS issue
    FROM generate_series({first}, {last}) AS n) AS drawn,
    (SELECT * FROM grievance_case WHERE id = '{like}') AS one
"""
PLAIN = "SELECT * FROM grievance_case WHERE state <> 'withdrawn' ORDER BY next_due, id LIMIT 51"


def measure(house: House) -> list[Line]:
    """The first page of fifty; with a million also every filter, and what the web process holds."""
    cookies = {"staff": _signed_in(house)}
    with psycopg.connect(_address(house), autocommit=True) as admin:
        _fill(house, admin, 1, FEW)
        few = _pages(house, cookies)
        _fill(house, admin, FEW + 1, MANY)
        many = _pages(house, cookies)
        floor = median(timed(lambda: admin.execute(PLAIN).fetchall()) for _ in range(30))
    slowest, path = max((_slowest(house, cookies, other), other) for other in OTHERS)
    page = Floor(median(many), "this page, p50")
    name = f"queue page, {MANY:,} cases"
    return [
        Line(f"{name}, p50", page.value, "ms", "<= 1.3", Floor(median(few), f"with {FEW:,}")),
        Line(f"{name}, p95", percentile(many, 0.95), "ms", "<= 2", page, "< 100"),
        Line(f"{name}, its rows by SQL", floor, "ms"),
        Line(f"slowest other list: {path}", slowest, "ms", "<= 3", page, "< 100"),
    ]


def _address(house: House) -> str:
    return house.postgres.admin_url("grievance").replace("postgresql+psycopg", "postgresql")


def _signed_in(house: House) -> str:
    admitted = Admitted(house.handler.id, house.handler.private)
    secret = signing.open_session(
        house.session, admitted, ring=house.operator.ring, now=clock.real_now()
    )
    house.session.commit()
    return secret


def _fill(house: House, admin: psycopg.Connection, first: int, last: int) -> None:
    like = file_case(house.session, house.app.config["SITE"]).case.id
    house.session.rollback()  # nothing stays open for the time this takes
    names = Case.__table__.columns.keys()
    values = ", ".join(DRAWN.get(name, f"one.{name}") for name in names)
    told = {"columns": ", ".join(names), "values": values.format(handler=house.handler.id)}
    admin.execute("SET synchronous_commit = off")
    admin.execute(FILL.format(first=first, last=last, like=like, **told))
    admin.execute("VACUUM ANALYZE grievance_case")


def _pages(house: House, cookies: Mapping[str, str]) -> list[float]:
    """Milliseconds of each page, one after the other, once the process is warm."""
    asked = [Request(PATH, cookies)] * PAGES
    answers = [house.browser.send(one) for one in asked][EACH:]
    if any(answer.status != 200 for answer in answers):
        raise SystemExit(f"{PATH} answered {answers[0].status}")
    return [answer.seconds * 1000 for answer in answers]


def _slowest(house: House, cookies: Mapping[str, str], path: str) -> float:
    asked = Request(PATH + path if path.startswith("?") else path, cookies)
    return median(house.browser.send(asked).seconds * 1000 for _ in range(EACH))
