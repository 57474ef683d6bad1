"""What a page does once it is out: files that were not cleaned are tried again, cases that went on
are read into the index, calls are planned in cases from before calls were.

Only who opens a case holds its key, so no job could do it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from grievance import clock
from grievance.cases import index, planned_calls, recleaning
from grievance.cases.files import Stored
from grievance.cases.models import Case, CaseFile
from grievance.cases.opening import OpenCase
from grievance.cases.operations import reminding
from grievance.cases.pauses import PAUSES, Waiting
from grievance.cases.recleaning import Reader
from grievance.cases.site import Site
from grievance.extensions import db
from grievance.vault.errors import Tampered
from grievance.web.afterwards import afterwards
from grievance.web.sources import here

ELSEWHERE = b"other cases"  # one lane at the cleaner, whoever's page it was
SLICES = 10  # of the index, after one page
PLANNED = 20  # cases whose calls are planned after one page


def clean_afterwards(
    site: Site, opened: OpenCase, kept: Sequence[tuple[CaseFile, Stored]], actor: str
) -> None:
    """Try the files of an opened case again that wait for the cleaner, one after the other, until
    one stays as it is. Those that were tried a moment ago rest."""
    case_id, keys, source = opened.case.id, dict(opened.keys), here()
    left = [Waiting(case_id, row.id) for row, stored in kept if recleaning.waits(stored, row.state)]

    def work() -> None:
        session = db.session()
        while one := PAUSES.take(left, clock.real_now()):
            case = session.get(Case, case_id)
            if not case or not _cleaned(session, site, OpenCase(case, keys), one, source):
                return

    if left:
        afterwards(actor, work)


def clean_elsewhere_afterwards(site: Site, reader: Reader, actor: str) -> None:
    """Try one file of any case that this member may open: nobody has to look at a case for its
    files to be cleaned. Each case has its turn, however many files another one holds."""

    def work() -> None:
        session = db.session()
        one = PAUSES.take(recleaning.waiting(session, reader.person), clock.real_now())
        opened = reader.open(session, one.case) if one else None
        if one and opened:
            _cleaned(session, site, opened, one, ELSEWHERE)

    afterwards(actor, work)


def index_afterwards(site: Site, reader: Reader, actor: str) -> None:
    """Read the cases that went on since the index knew them, some at a time."""

    def work() -> None:
        session = db.session()
        for _ in range(SLICES):
            read = index.refresh(session, site.ring, reader)
            session.commit()
            if read < index.SLICE:
                return

    afterwards(actor, work)


def plan_afterwards(site: Site, reader: Reader, actor: str) -> None:
    """Plan the calls of some cases in which nobody has acted since calls are planned. Those that
    this member cannot open are left to another, a damaged one to the next act on it."""

    def work() -> None:
        session = db.session()
        for case in planned_calls.unplanned(session, reader.person, PLANNED):
            try:
                opened = reader.open(session, case.id)
                if opened is None:
                    continue
                reminding.plan(session, site, opened, clock.now())
            except Tampered:
                pass
            planned_calls.looked(session, case.id)
        session.commit()

    afterwards(actor, work)


def _cleaned(session: Session, site: Site, opened: OpenCase, one: Waiting, source: bytes) -> bool:
    found = recleaning.clean_again(session, site.blobs, opened, one.file, source)
    if found is None:
        return False
    busy = "busy" in found.warnings
    PAUSES.rest(one.file, 0 if busy else max(found.tries, 1), clock.real_now())
    return found.state != "not_cleaned"
