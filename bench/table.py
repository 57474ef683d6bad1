"""What was measured, beside its floor and its target.

Machines of one kind differ by five times from day to day. So what decides is the ratio to a floor
measured in the same run; what a quiet day shows is printed beside it and decides nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WITHIN: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">=": operator.ge, "=": operator.eq,
}  # fmt: skip


@dataclass(frozen=True)
class Floor:
    """What the machine itself needs, or manages, in this run, in the unit of the line."""

    value: float
    what: str


@dataclass(frozen=True)
class Line:
    """One number. `target` is a bound like `< 1.2` or `>= 40` for the number divided by its floor,
    or for the number itself where it has no floor (counts, bytes, ratios); empty when there is
    none. `quiet` is what to expect on a quiet machine of two cores."""

    name: str
    measured: float
    unit: str
    target: str = ""
    floor: Floor | None = None
    quiet: str = ""

    @property
    def ratio(self) -> float | None:
        """The number divided by its floor."""
        return None if self.floor is None else self.measured / self.floor.value

    @property
    def reached(self) -> bool:
        """Whether the target is met."""
        if not self.target:
            return True
        sign, bound = self.target.split()
        judged = self.measured if self.ratio is None else self.ratio
        return WITHIN[sign](judged, float(bound))

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as text."""
        floor = f"{self.floor.value:.3g} {self.unit} {self.floor.what}" if self.floor else ""
        ratio = "" if self.ratio is None else f"{self.ratio:.3g} ×"
        note = "" if self.reached else "MISSED"
        measured = f"{self.measured:.4g} {self.unit}".rstrip()
        return self.name, measured, self.quiet, floor, ratio, self.target, note


HEAD = ("what", "measured", "quiet day", "floor", "ratio", "target", "")


def percentile(values: Sequence[float], part: float) -> float:
    """The value that `part` of them (0.95: 95 of 100) do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def show(lines: Sequence[Line]) -> None:
    """Print the table."""
    rows = [HEAD, *(line.cells for line in lines)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEAD))]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
