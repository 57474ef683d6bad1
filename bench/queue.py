"""The queue page with ten thousand and a million cases: it must not notice the difference."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

import psycopg

from bench.filing import timed
from bench.house import House
from bench.load import Request
from bench.table import Line, percentile
from grievance import clock
from grievance.accounts.operations import signing
from grievance.accounts.operations.persons import Admitted

FEW, MANY = 10_000, 1_000_000
PAGES, EACH = 100, 7
PATH = "/staff/cases"
OTHERS = (
    *("/staff/", "?state=accepted", "?state=withdrawn", "?severity=critical", "?issue=death"),
    *("?language=lo", "?region=JP-47", "?age=90", "?mine=yes", "?unassigned=yes", "?waits=yes"),
    *("?danger=yes", "?needs_translation=yes", "?language=lo&severity=critical&region=JP-47"),
)
# Half of the cases are over. Only what stands in clear is needed for a list.
FILL = """
INSERT INTO grievance_case (
    id, reference, filing_id, version, state, resumes_to, state_since, language, channel,
    filed_for, main_issue, issues, severity, danger, country, region, amount_band, level,
    assignee_id, reissue_allowed, burst, needs_translation, worker_waits, next_due, filed_at,
    worker_acted_at, first_answer_at, decided_at, key_generation, event_seq, event_head)
SELECT gen_random_uuid(), lpad(upper(to_hex(n)), 10, '0'), gen_random_uuid(), 1,
    state, CASE WHEN state = 'awaiting_worker' THEN 'in_review' END, filed, language, 'web', 'own',
    issue, ARRAY[issue], (ARRAY['low', 'medium', 'medium', 'high'])[1 + n %% 4], n %% 500 = 0,
    'JP', 'JP-' || lpad((1 + n %% 47)::text, 2, '0'), '', 0,
    CASE WHEN n %% 3 = 0 THEN %(handler)s::uuid END, true, false, language NOT IN ('en', 'ja'),
    n %% 40 = 0 AND state <> 'withdrawn',
    CASE WHEN state = 'withdrawn' THEN timestamptz '9999-12-01' ELSE filed + interval '7 days' END,
    filed, filed, CASE WHEN n %% 10 > 1 THEN filed END,
    CASE WHEN state = 'accepted' THEN filed END, 1, 1, decode(repeat('00', 32), 'hex')
FROM (
    SELECT n, date_trunc('hour', now() - n * interval '1 minute') AS filed,
        (ARRAY['withdrawn', 'withdrawn', 'withdrawn', 'received', 'in_review', 'accepted',
               'awaiting_worker', 'withdrawn'])[1 + n / 7 %% 8] AS state,
        (ARRAY['vi', 'id', 'my', 'en', 'ja', 'fil', 'ne', 'zh-hans'])[1 + n / 3 %% 8] AS language,
        (ARRAY['wages-unpaid', 'overtime', 'injury', 'housing', 'harassment', 'dismissal',
               'passport', 'violence'])[1 + n / 11 %% 8] AS issue
    FROM generate_series(%(first)s::int, %(last)s::int) AS n) AS drawn
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
    ratio = median(many) / median(few)
    p95 = percentile(many, 0.95)
    few_text = f"{median(few):.0f} ms ({FEW:,})"
    return [
        Line(f"queue page, {MANY:,} ÷ {FEW:,}, p50", ratio, "×", "<= 1.3", few_text),
        Line(f"queue page, {MANY:,}, p95", p95, "ms", "< 100", f"{floor:.1f} ms (plain rows)"),
        Line(f"slowest other list: {path}", slowest, "ms", "< 100", ""),
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
    told = {"handler": str(house.handler.id), "first": first, "last": last}
    admin.execute("SET synchronous_commit = off")
    admin.execute(FILL, told)
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
