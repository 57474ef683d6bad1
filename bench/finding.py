"""Finding a case by a name among ten and a hundred thousand, beside opening the index bare."""

from __future__ import annotations

import random
from collections.abc import Mapping
from statistics import median
from uuid import UUID

import psycopg
from sqlalchemy import select

from bench.filing import timed
from bench.house import House
from bench.queue import _address, _fill, _signed_in
from bench.table import Floor, Line
from grievance.accounts.keys import holder_of, open_organisation_keys, organisation_key
from grievance.cases import index
from grievance.cases.models import Case, SearchChunk, SearchLine
from grievance.cases.recleaning import Reader

FEW, MANY, EACH = 10_000, 100_000, 7
PATH = "/staff/find"
SYLLABLES = (
    "nguyen",
    "thi",
    "van",
    "lan",
    "minh",
    "hoa",
    "tran",
    "aung",
    "thu",
    "zaw",
    "putri",
    "dewi",
)


def measure(house: House) -> list[Line]:
    """A name that one case has, and one that very many have."""
    cookies = {"staff": _signed_in(house)}
    reader = _reader(house)
    lines = []
    with psycopg.connect(_address(house), autocommit=True) as admin:
        for first, last, target in ((1, FEW, "< 300"), (FEW + 1, MANY, "< 2000")):
            _fill(house, admin, first, last)
            _lines(house, reader)
            admin.execute("VACUUM ANALYZE")
            floor = Floor(_bare(house, reader), "opening all chunks")
            for words in ("quitte zwetschge", "nguyen"):
                took = _search(house, cookies, words)
                name = f"find {words!r} among {last:,} cases, p50"
                lines.append(Line(name, took, "ms", "", floor, target))
    return lines


def _reader(house: House) -> Reader:
    who = house.handler
    held = open_organisation_keys(house.session, who.id, who.private)
    return Reader(who.id, who.organisation, {g: key for (_, g), key in held.items()})


def _lines(house: House, reader: Reader) -> None:
    """A line for each case that has none, as one that was opened would get it."""
    session, ring = house.session, house.operator.ring
    key = organisation_key(session, reader.organisation)
    assert key is not None
    holder = holder_of(ring, key)
    known = select(SearchLine.case_id)
    rows = session.execute(select(Case.id, Case.event_seq).where(Case.id.not_in(known))).all()
    drawn = random.Random(7)
    for at in range(0, len(rows), index.LINES):
        some = {case: (seq, _line(case, drawn, at)) for case, seq in rows[at : at + index.LINES]}
        index._rewrite(session, reader, holder, None, some)
        session.expunge_all()
    session.commit()


def _line(case: UUID, drawn: random.Random, at: int) -> bytes:
    name = " ".join(drawn.choices(SYLLABLES, k=3)) if at else "quitte zwetschge"
    phone = f"8190{drawn.randrange(10**8):08}"
    note = " ".join(drawn.choices(SYLLABLES, k=60))
    told = f"n {name}\nc {drawn.choice(SYLLABLES)} foods\nt {phone}\nw0123456789ab {note}"
    return (case.bytes + told.encode()).ljust(index.LINE, b"\0")


def _bare(house: House, reader: Reader) -> float:
    """Milliseconds to fetch and open every chunk, and nothing else."""

    def opened() -> None:
        for chunk in house.session.scalars(select(SearchChunk).execution_options(yield_per=50)):
            index._read(chunk, reader)

    taken = median(timed(opened) for _ in range(3))
    house.session.rollback()  # nothing stays open meanwhile
    return taken


def _search(house: House, cookies: Mapping[str, str], words: str) -> float:
    asked = house.form(PATH, dict(cookies), words=words)
    answers = [house.browser.send(asked) for _ in range(EACH)]
    if any(answer.status != 200 for answer in answers):
        raise SystemExit(f"{PATH} answered {answers[0].status}")
    return median(answer.seconds * 1000 for answer in answers)
