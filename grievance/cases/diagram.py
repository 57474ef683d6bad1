"""The state table as a picture: `docs/workflow.md` shows what is made here, a test compares.

To renew it: `python -m grievance.cases.diagram`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from grievance.cases.lifecycle import OVER, READ, STATES
from grievance.cases.operations.progress import MOVES
from grievance.cases.states import TABLE
from grievance.cases.transitions import RESUME, STANDING, TALKED, Transition
from grievance.cases.verbs import Verb


def _edges(row: Transition) -> Iterator[tuple[str, str]]:
    """(from, to) of one verb; where the hand-overs decide, both ways are drawn."""
    for source in row.sources:
        if row.target == RESUME and source == "awaiting_worker":
            yield from ((source, state) for state in READ)
        elif row.target == STANDING and row.verb == Verb.DELIVER and source in MOVES:
            yield source, "with_mechanism"
        elif row.target == STANDING and source in ("with_mechanism", "in_dialogue"):
            yield source, "accepted"
        elif row.target == TALKED:
            yield from ((source, state) for state in ("accepted", "with_mechanism"))
        elif row.target and row.target not in (RESUME, STANDING):
            yield source, row.target


def mermaid() -> str:
    """The diagram: one line for each pair of states, with the verbs that lead from one to the
    other in the order of the table."""
    verbs: dict[tuple[str, str], list[str]] = {}
    for row in TABLE.values():
        for source, target in _edges(row):
            if source != target:
                verbs.setdefault((source, target), []).append(row.verb)
    order = {state: place for place, state in enumerate(STATES)}
    lines = ["stateDiagram-v2", "    [*] --> received: filed"]
    for pair in sorted(verbs, key=lambda pair: (order[pair[0]], order[pair[1]])):
        lines.append(f"    {pair[0]} --> {pair[1]}: {', '.join(verbs[pair])}")
    lines += [f"    {state} --> [*]" for state in OVER]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(mermaid() + "\n")
