"""Logs: JSON lines with fixed keys and never a value, query, body, address or agent."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from secrets import token_hex
from time import perf_counter

from flask import Flask, Response, g, request

KEYS = ("request", "route", "status", "ms", "actor", "place", "job", "kind", "count")


class JsonLines(logging.Formatter):
    """One line a record: `at`, `level`, `event` and those of `KEYS` that were given.

    An exception is logged as its type and place; its message may hold a value, so it is not.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage() if record.name.startswith("grievance") else record.name,
        }
        for key in KEYS:
            if key in record.__dict__:
                line[key] = record.__dict__[key]
        if record.exc_info and record.exc_info[1]:
            line["event"] = type(record.exc_info[1]).__name__
            line["place"] = where(record.exc_info[1])
        return json.dumps(line)


def where(problem: BaseException) -> str:
    """File, line and function of the innermost frame: where it happened, not with what."""
    frames = traceback.extract_tb(problem.__traceback__)
    if not frames:
        return type(problem).__name__
    last = frames[-1]
    return f"{last.filename.rpartition('/')[2]}:{last.lineno} {last.name}"


def handler() -> logging.Handler:
    """Writes JSON lines to stderr."""
    made = logging.StreamHandler(sys.stderr)
    made.setFormatter(JsonLines())
    return made


def start(level: int = logging.INFO) -> None:
    """Write every log of this process to stderr as JSON lines."""
    logging.basicConfig(level=level, handlers=[handler()], force=True)


def _begin() -> None:
    g.request_id = token_hex(6)
    g.begun = perf_counter()


def _note(answer: Response) -> Response:
    rule = request.url_rule.rule if request.url_rule else "-"
    logging.getLogger("grievance.request").info(
        "request",
        extra={
            "request": g.get("request_id", "-"),
            "route": rule,
            "status": answer.status_code,
            "ms": round((perf_counter() - g.get("begun", perf_counter())) * 1000, 1),
            "actor": g.get("actor_id", "-"),
        },
    )
    return answer


def init_app(app: Flask) -> None:
    """Note every request by its route rule, never its path."""
    app.before_request(_begin)
    app.after_request(_note)
