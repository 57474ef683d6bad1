"""`python -m bench [NAME …]`: measure everything, or what is named, and print one table."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

from bench import (
    filing,
    finding,
    hosts,
    queue,
    returning,
    routing,
    starting,
    sweeping,
    texts,
    visit,
)
from bench.house import House, house, temporary
from bench.table import Line, show

ON_A_HOUSE: dict[str, Callable[[House], list[Line]]] = {
    "visit": visit.measure,
    "returning": returning.measure,
    "filing": filing.measure,
    "sweeping": sweeping.measure,
    "queue": queue.measure,
    "finding": finding.measure,
    "texts": texts.measure,
    "hosts": hosts.measure,
}
NAMES = ("routing", *ON_A_HOUSE, "starting")


def main() -> int:
    """Exit 0 when every target is reached, 1 when one is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(NAMES)}")
    asked = parser.parse_args().names
    if unknown := set(asked) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    chosen = asked or [name for name in NAMES if name != "hosts" or hosts.runs_here()]
    began = time.monotonic()
    lines = _measured(chosen)
    show(lines)
    load = os.getloadavg()[0]
    print(f"\n{os.cpu_count()} cores, load {load:.1f}, {time.monotonic() - began:.0f} s")
    return 0 if all(line.reached for line in lines) else 1


def _measured(chosen: list[str]) -> list[Line]:
    lines = routing.measure() if "routing" in chosen else []
    on_a_house = [name for name in ON_A_HOUSE if name in chosen]
    for name in on_a_house:
        print(f"{name} …", file=sys.stderr, flush=True)
        with (
            temporary() as folder,
            house(folder) as made,
        ):  # each its own: none finds another's rows
            lines += ON_A_HOUSE[name](made)
    if "starting" in chosen:
        print("starting …", file=sys.stderr, flush=True)
        with temporary() as folder:
            lines += starting.measure(folder)
    return lines


if __name__ == "__main__":
    sys.exit(main())
