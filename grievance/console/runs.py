"""The jobs: when each ran last, for how long, what came of it, and which stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response

from grievance.accounts.surface import moment
from grievance.clock import real_now
from grievance.console.surface import answer, console
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.notifications.models import JobRun
from grievance.notifications.queries import last_failures, last_runs
from grievance.web.audience import audience

# What each job does, and how many seconds lie between two rings (`grievance.jobs`).
ABOUT: tuple[tuple[str, str, int], ...] = (
    ("drain", N_("Sends letters that are due"), 5),
    ("sweep", N_("Escalates what is overdue"), 30),
    (
        "warn",
        N_("Tells who has a case that a day of the law comes near; makes planned calls due"),
        3600,
    ),
    ("stop", N_("Tells a body that the time of something on its desk is over"), 3600),
    ("remind", N_("Sends workers the letters that were planned for a day"), 600),
    ("returned", N_("Reads which letters came back; later: mails for a person to look at"), 900),
    ("digest", N_("Writes the letter of the day to each member"), 300),
    ("recalls", N_("Keeps what was taken back, and who read what, outside the database"), 30),
    ("purge", N_("Deletes letters and notes of runs that are over"), 600),
    ("forget", N_("Deletes drafts, visits and words that ran out"), 600),
    ("anchor", N_("Signs the record, and copies its marks outside the database"), 300),
    ("publish", N_("Writes down the numbers of a half-year"), 3600),
)
PATIENCE = timedelta(minutes=10)  # beyond three rings; a job may take a while


@dataclass(frozen=True)
class Row:
    """A job as it is shown; `still` when it should have run since."""

    name: str
    about: str
    at: str
    seconds: str
    result: str
    failed: bool
    still: bool
    broke: str


@console.get("/jobs")
@audience("staff", "jobs.read")
def jobs() -> Response:
    """All of them, in the order of the list of jobs."""
    session, at = db.session(), real_now()
    runs, broke = last_runs(session), last_failures(session)
    rows = [
        _row(name, _(said), _still(runs.get(name), every, at), (runs.get(name), broke.get(name)))
        for name, said, every in ABOUT
    ]
    return answer("jobs", rows=rows)


def _still(run: JobRun | None, every: int, at: datetime) -> bool:
    """Whether a job should have run since."""
    return run is None or at - run.finished_at > 3 * timedelta(seconds=every) + PATIENCE


def _row(name: str, about: str, still: bool, runs: tuple[JobRun | None, JobRun | None]) -> Row:
    run, broke = runs
    return Row(
        name,
        about,
        moment(run.finished_at) if run else "",
        f"{run.ms / 1000:.1f}" if run else "",
        _result(run) if run else "",
        bool(run and run.failed),
        still,
        moment(broke.finished_at) if broke else "",
    )


def _result(run: JobRun) -> str:
    said = _("due %(due)s, done %(done)s, later %(later)s, failed %(failed)s")
    counts = {"due": run.due, "done": run.done, "later": run.skipped, "failed": run.failed}
    return said % counts
