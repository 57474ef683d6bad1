"""What was measured, beside its target and its floor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One number. `target` is a bound like `< 1.2` or `>= 40`, empty when there is none; `floor`
    says what the machine itself needs, with its unit."""

    name: str
    measured: float
    unit: str
    target: str = ""
    floor: str = ""

    @property
    def reached(self) -> bool:
        """Whether the number is within its target."""
        if not self.target:
            return True
        sign, bound = self.target.split()
        within: dict[str, Callable[[float], bool]] = {
            "<": self.measured.__lt__,
            "<=": self.measured.__le__,
            ">=": self.measured.__ge__,
            "=": self.measured.__eq__,
        }
        return bool(within[sign](float(bound)))

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as text."""
        note = "" if self.reached else "MISSED"
        return self.name, f"{self.measured:.4g}", self.target, self.unit, self.floor, note


HEAD = ("what", "measured", "target", "unit", "floor", "")


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
