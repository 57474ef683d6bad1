"""Filings: the last step with its slow hash under load, and what filing costs without the hash."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import event, func, select

from bench.house import House
from bench.load import Answer, Request
from bench.table import Floor, Line, percentile
from grievance import clock
from grievance.cases.models import Case
from grievance.cases.operations import filing
from grievance.deadlines.advising import advise
from grievance.directory.queries import facts_for_routing
from grievance.extensions import db
from grievance.questions import drafts
from grievance.questions.bank import shipped
from grievance.questions.complaint import complaint_of
from grievance.questions.drafts import OpenDraft
from grievance.routing.explain import as_plain
from grievance.routing.profile import parse
from grievance.routing.rules import shipped_rules
from grievance.vault.receipts import slow_root
from tests.cast import new_keys
from tests.questions.answers import WAGES

TOLD = {**WAGES, "phone": "own", "for-whom": "own"}
CLIENTS, CLOSED, OPEN = 32, 800, 300
STEADY = 0.14  # of the hashes that all cores can do: 15 a second on a quiet machine of two
ALONE = 60
HASHES = 200


def measure(house: House) -> list[Line]:
    """Closed loop of 32, open loop at a seventh of what the cores can hash, one client alone."""
    floor, one = hashes_a_second(house), one_hash(house)
    return [*_loaded(house, floor, one), *_alone(house, one)]


def hashes_a_second(house: House) -> float:
    """How many receipt hashes this machine does with nothing else to do."""
    began = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        list(threads.map(lambda _: _hash(house), range(HASHES)))
    return HASHES / (time.perf_counter() - began)


def one_hash(house: House) -> float:
    """Milliseconds of one receipt hash."""
    return median(timed(lambda: _hash(house)) for _ in range(30))


def _hash(house: House) -> None:
    slow_root("1" * 20, house.operator.ring.receipt_salt)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that `work` takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _loaded(house: House, floor: float, one: float) -> list[Line]:
    before = _cases(house)
    answers, seconds = house.browser.closed(CLIENTS, last_steps(house, CLOSED))
    each = STEADY * floor
    steady = house.browser.paced(each, last_steps(house, OPEN))
    lost = CLOSED + OPEN - (_cases(house) - before)
    everybody = (*answers, *steady)
    wrong = [a for a in everybody if a.status != 303 or "sent" not in _place(a)]
    rate = CLOSED / seconds
    in_turn = Floor(CLIENTS / rate * 1000, "when all wait alike")
    name = f"filing, {CLIENTS} clients"
    return [
        Line(name, rate, "/s", ">= 0.42", Floor(floor, "hashes on all cores"), ">= 40"),
        Line(f"{name}, p95", _p95(answers), "ms", "<= 1.3", in_turn, "< 1200"),
        Line(
            f"filing, {each:.1f}/s, p95", _p95(steady), "ms", "< 14", Floor(one, "a hash"), "< 250"
        ),
        Line(f"filings lost of {CLOSED + OPEN}", lost, "", "= 0"),
        Line("filings not answered with 303", len(wrong), "", "= 0"),
        Line("filings told to come again first", sum(a.busy > 0 for a in everybody), ""),
    ]


def _p95(answers: list[Answer]) -> float:
    return percentile([answer.seconds for answer in answers], 0.95) * 1000


def _place(answer: Answer) -> str:
    return str(answer.headers.get("Location", ""))


def _cases(house: House) -> int:
    found = house.session.scalar(select(func.count()).select_from(Case)) or 0
    house.session.rollback()
    return found


def _draft(house: House) -> tuple[str, OpenDraft]:
    """A draft that is complete, its number drawn."""
    secret, draft = drafts.start(house.session, house.operator.ring, clock.real_now(), answers=TOLD)
    drafts.draw_codes(draft, ["worker"], clock.real_now())
    return secret, draft


def last_steps(house: House, count: int) -> list[Request]:
    """The last request of so many people who have everything filled in."""
    return [asked for asked, _code in with_numbers(house, count)]


def with_numbers(house: House, count: int) -> list[tuple[Request, str]]:
    """The same, each with the number that was drawn for it."""
    made = [_draft(house) for _ in range(count)]
    house.session.commit()
    return [
        (house.form("/en/file/receipt", {"draft": secret}), draft.codes["worker"])
        for secret, draft in made
    ]


def _alone(house: House, one: float) -> list[Line]:
    """One client: the verb, the whole request less its hash, and the same rows without us."""
    verb, plain = [], []
    with psycopg.connect(_plain_address(house)) as connection:
        for _ in range(ALONE):
            inserts: list[tuple[str, Any]] = []
            verb.append(_one_filing(house, inserts))
            plain.append(_inserted(connection, _anew(house, inserts)))
    steps = [house.browser.send(asked).seconds * 1000 for asked in last_steps(house, ALONE)]
    floor = Floor(median(plain), "plain rows")
    return [
        Line("filing without the hash", median(verb), "ms", "<= 8", floor),
        Line("whole last step less the hash", median(steps) - one, "ms", "", floor),
    ]


def _one_filing(house: House, inserts: list[tuple[str, Any]]) -> float:
    """Milliseconds from a complete draft to the commit; the INSERT statements are kept."""

    def keep(*told: Any) -> None:
        statement, parameters = told[2:4]
        if statement.startswith("INSERT"):
            rows = [parameters] if isinstance(parameters, dict) else parameters
            inserts.extend((statement, row) for row in rows)

    engine = db.engine
    site = house.app.config["SITE"]
    keys = new_keys(house.operator.ring)[1]
    event.listen(engine, "before_cursor_execute", keep)
    began = time.perf_counter()
    told = complaint_of(shipped(), TOLD)
    facts = facts_for_routing(house.session)
    profile = parse(told.profile, tuple(facts.issues), shipped_rules().limitation_codes)
    advice = advise(profile, shipped_rules(), facts, clock.local_day(clock.now(), "Asia/Tokyo"))
    receipts = [filing.NewReceipt(keys)]
    sent = filing.Filing(uuid4(), told, receipts, advice.rules_version, as_plain(advice))
    filing.file(house.session, site, sent, clock.now())
    house.session.commit()
    taken = (time.perf_counter() - began) * 1000
    event.remove(engine, "before_cursor_execute", keep)
    return taken


def _anew(house: House, inserts: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The same rows with ids, digests and references of their own."""
    known = {house.operator.id, house.operator.director.id, house.handler.id}
    drawn: dict[object, object] = {}

    def fresh(name: str, value: object) -> object:
        if isinstance(value, UUID) and value not in known:
            return drawn.setdefault(value, uuid4())
        column = name.partition("__")[0]
        if column == "tag":
            return secrets.token_bytes(32)
        if column == "reference":
            return secrets.token_hex(5).upper()
        return value

    return [
        (sql, {name: fresh(name, value) for name, value in row.items()}) for sql, row in inserts
    ]


def _inserted(connection: psycopg.Connection, rows: list[tuple[str, Any]]) -> float:
    def write() -> None:
        for statement, row in rows:
            connection.execute(statement, row)
        connection.commit()

    return timed(write)


def _plain_address(house: House) -> str:
    return house.postgres.url("app").replace("postgresql+psycopg", "postgresql")
