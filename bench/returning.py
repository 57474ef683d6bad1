"""Coming back with a code: four at once, and others while somebody guesses codes."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from itertools import cycle, islice

from bench.filing import one_hash
from bench.house import House
from bench.load import Answer, Request, paced
from bench.table import Floor, Line, percentile
from grievance.intake.number_form import NOT_FOUND
from grievance.vault.receipts import draw
from tests.cast import file_case

CASES = 40
CLIENTS, LOG_INS = 4, 200
RATE, OTHERS = 5, 100
GUESSES, GUESSES_A_SECOND = 1000, 50  # as long as the others need
GUESSER = "127.66.6.6"  # a network of its own
VISIT = "bench"


def measure(house: House) -> list[Line]:
    """Log-ins of four clients, then of others at five a second in quiet and in a flood."""
    codes = [file_case(house.session, house.app.config["SITE"]).code for _ in range(CASES)]
    four, _ = house.browser.closed(CLIENTS, _log_ins(house, codes, LOG_INS))
    quiet = house.browser.paced(RATE, _log_ins(house, codes, OTHERS))
    flooded, guessed = _in_a_flood(house, codes)
    ours = (*four, *quiet, *flooded)
    hashed = sum(NOT_FOUND.encode() in answer.body for answer in guessed)
    alone = one_hash(house)
    cores = os.cpu_count() or 1
    waiting = Floor(max(1, CLIENTS / cores) * alone, f"a hash, {CLIENTS} on {cores} cores")
    return [
        Line(f"receipt log-in, {CLIENTS} clients, p95", _p95(four), "ms", "<= 3", waiting, "< 150"),
        Line(
            "others in a flood, p95", _p95(flooded), "ms", "< 1.2", Floor(_p95(quiet), "in quiet")
        ),
        Line("guesses that were hashed", hashed, f"of {GUESSES}"),
        Line("log-ins refused", sum(a.status != 303 for a in ours), f"of {len(ours)}", "= 0"),
        Line("log-ins told to come again first", sum(a.busy > 0 for a in ours), f"of {len(ours)}"),
    ]


def _p95(answers: Sequence[Answer]) -> float:
    return percentile([answer.seconds for answer in answers], 0.95) * 1000


def _log_ins(house: House, codes: Sequence[str], count: int) -> list[Request]:
    visit = {"visit": VISIT}
    made = [house.form("/en/return", visit, code=code) for code in codes]
    return list(islice(cycle(made), count))


def _in_a_flood(house: House, codes: Sequence[str]) -> tuple[list[Answer], list[Answer]]:
    visit = {"visit": VISIT}
    token = house.token(**visit)
    guesses = [
        Request("/en/return", visit, {"token": token, "code": draw()}, source=GUESSER)
        for _ in range(GUESSES)
    ]
    guessed: list[Answer] = []
    flood = threading.Thread(
        target=lambda: guessed.extend(paced(GUESSES_A_SECOND, guesses, house.browser.send))
    )
    flood.start()
    others = house.browser.paced(RATE, _log_ins(house, codes, OTHERS))
    flood.join()
    return others, guessed
