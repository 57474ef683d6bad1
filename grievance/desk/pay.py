"""The months of pay that the worker wrote down, for whoever may read the case."""

from __future__ import annotations

from grievance.cases import wages
from grievance.cases.wage_table import Table, table_of
from grievance.clock import local_day
from grievance.deadlines.limits import JAPAN
from grievance.desk.case_read import CaseRead


def pay_of(read: CaseRead, *, dated: bool = True) -> Table | None:
    """All of them; None where none was written down. While who it is about is folded without the
    law's limits: without it a day could be wrong."""
    diary = read.diary
    if not diary.months:
        return None
    today = local_day(read.at, JAPAN)
    reckoned = wages.reckon(diary, read.answers, today)
    return table_of(reckoned, today, dated=dated and not read.desk.folded)
