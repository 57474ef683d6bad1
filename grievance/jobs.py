"""The one list of what is done periodically, and the bell that says when.

PostgreSQL is the truth and the queue only a doorbell: a job is told its name and nothing else,
looks for what is due in the database, and may be rung twice or by two bells. Valkey may be wiped
at any time; no web request ever talks to it.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import FrameType
from uuid import uuid4

from redis import Redis, RedisError
from redis.client import Pipeline
from rq import Queue, Worker
from rq.cron import CronJob, CronScheduler
from rq.exceptions import StopRequested
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer
from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import grievance.extensions  # noqa: F401  tells PostgreSQL who acts
from grievance import clock
from grievance.accounts import anchors, audit, words
from grievance.accounts.operations import entering
from grievance.cases import ledger, notices, proofs, publishing
from grievance.cases.digests import digest
from grievance.cases.jobs import stop, sweep, warn
from grievance.cases.operations import receipts
from grievance.cases.site import Site
from grievance.deadlines.queries import operator_hours
from grievance.notifications.channels import channel_for
from grievance.notifications.drain import Post, drain, purge
from grievance.notifications.models import JobRun
from grievance.notifications.reminders import remind
from grievance.notifications.returned import collect, inbox_of
from grievance.questions.jobs import purge as purge_drafts
from grievance.referrals.operations import linking
from grievance.settings import PREFIX, CronSettings, SettingsError, WorkerSettings, read
from grievance.storage import blobs
from grievance.vault.keyring import KeyRing
from grievance.web.logs import where

log = logging.getLogger("grievance.jobs")

QUEUE = "grievance"
WORKER_TTL = 60  # seconds until a dead worker's job is seen to be abandoned
MAINTENANCE_SECONDS = 30
FAILURE_SECONDS = 600
LOOK_AGAIN_SECONDS = 1.0
LIMITS = (
    "-c statement_timeout=60000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
)
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Work:
    """What a job gets. Its session acts as `job:<name>`; commit is the job's."""

    session: Session
    settings: WorkerSettings
    ring: KeyRing
    now: datetime


@dataclass(frozen=True)
class Job:
    """A line of the list: every so many seconds do this, within `timeout` seconds."""

    name: str
    every: int
    run: Callable[[Work], Counts]
    timeout: int = 120


def _drain(work: Work) -> Counts:
    email = channel_for(work.settings.smtp_url, work.settings.mail_from)
    return drain(work.session, Post(work.ring.notifier, {"email": email}), work.now)


def _returned(work: Work) -> Counts:
    url, sender = work.settings.imap_url, work.settings.mail_from
    return collect(work.session, inbox_of(url), sender, work.now) if url else {}


def _each_case(do: Callable[[Session, Site, datetime], Counts]) -> Callable[[Work], Counts]:
    """Over one connection: a new one for each case would take longer than the case."""

    def run(work: Work) -> Counts:
        settings = work.settings
        store = blobs(settings.storage, settings.bucket)
        site = Site(work.ring, store, settings.public_url)
        engine = work.session.get_bind().engine
        with engine.connect() as connection, Session(connection) as session:
            session.info.update(work.session.info)
            return do(session, site, work.now)

    return run


def _publish(work: Work) -> Counts:
    zone = operator_hours(work.session).zone
    made = publishing.publish(work.session, zone, clock.local_day(work.now, zone))
    work.session.commit()
    return {"due": made, "done": made}


def _remind(work: Work) -> Counts:
    return remind(work.session, work.ring.notifier, work.settings.public_url, work.now)


def _purge(work: Work) -> Counts:
    noticed = notices.purge(work.session, work.now)
    counts = purge(work.session, work.now)
    return {"due": counts["due"] + noticed, "done": counts["done"] + noticed}


def _forget(work: Work) -> Counts:
    """Drafts, visits and half-way sign-ins that ran out; their time is always real."""
    now = clock.real_now()
    visits = receipts.purge_visits(work.session, now) + words.purge(work.session, now)
    visits += linking.purge_visits(work.session, now) + entering.purge(work.session, now)
    store = blobs(work.settings.storage, work.settings.bucket)
    drafts = purge_drafts(work.session, store, now)
    return {"due": visits + drafts, "done": visits + drafts}


def _recalls(work: Work) -> Counts:
    reads = audit.chain_reads(work.session, actor="job:recalls", now=clock.real_now())
    work.session.commit()
    kept = ledger.keep(work.session, work.ring, work.settings.data / ledger.FILE)
    return {"due": kept + reads, "done": kept + reads}


def _anchor(work: Work) -> Counts:
    noted = proofs.sign_all(work.session, work.ring, clock.now())
    work.session.commit()
    signed = anchors.anchor(work.session, work.ring, clock.real_now())
    work.session.commit()
    copied = anchors.copy_anchors(work.session, work.settings.data / anchors.COPY)
    _recalls(work)  # it marks how far the anchors are covered
    kept = (work.settings.data / ledger.FILE).read_bytes()
    ledger.read(work.ring.anchor_public, kept)  # damage is told while it can be made good
    return {"due": noted + (1 if signed else 0), "done": noted + copied}


JOBS = (
    Job("drain", 5, _drain),
    Job("sweep", 30, _each_case(sweep)),
    Job("warn", 3600, _each_case(warn)),
    Job("stop", 3600, _each_case(stop)),
    Job("remind", 600, _remind),
    Job("returned", 900, _returned),
    Job("digest", 300, _each_case(digest)),
    Job("recalls", 30, _recalls),
    Job("purge", 600, _purge),
    Job("forget", 600, _forget),
    Job("anchor", 300, _anchor),
    Job("publish", 3600, _publish),
)
BY_NAME = {job.name: job for job in JOBS}


@dataclass(frozen=True)
class Workshop:
    """What all jobs of a process share."""

    settings: WorkerSettings
    ring: KeyRing = field(repr=False)
    sessions: Callable[[], Session] = field(repr=False)

    def session(self, actor: str) -> Session:
        """A session in which `actor` acts; close it."""
        made = self.sessions()
        made.info["actor"] = actor
        return made


def open_workshop(environ: Mapping[str, str]) -> Workshop:
    """A workshop with these settings; SettingsError or KeyRingError when something is missing.

    No connection is kept between jobs, so none is shared by the processes that the worker forks.
    """
    settings = read(WorkerSettings, environ)
    try:
        channel_for(settings.smtp_url, settings.mail_from)
        if settings.imap_url:
            inbox_of(settings.imap_url)
    except ValueError as problem:
        names = f"{PREFIX}SMTP_URL, {PREFIX}MAIL_FROM, {PREFIX}IMAP_URL"
        raise SettingsError(f"{names}: {problem}") from None
    ring = KeyRing.load(settings.keyring, kind="worker")
    given = make_url(settings.database_url).query.get("options", "")
    engine = create_engine(
        settings.database_url,
        poolclass=NullPool,
        hide_parameters=True,
        execution_options=audit.vouching(ring),
        connect_args={"options": f"{given} {LIMITS}".strip(), "connect_timeout": 10},
    )
    return Workshop(settings, ring, lambda: Session(engine))


@cache
def workshop() -> Workshop:
    """The workshop of this process, from its environment."""
    return open_workshop(os.environ)


def run(name: str) -> None:
    """What the queue calls. Nothing is answered or raised: the queue would keep it."""
    perform(BY_NAME[name], workshop())


def perform(job: Job, shop: Workshop, actor: str = "") -> Counts | None:
    """Do a job now and note the run; None when it failed, which is logged and noted, not raised."""
    began, started = time.monotonic(), clock.real_now()
    counts: Counts | None = None
    try:
        with shop.session(actor or f"job:{job.name}") as session:
            counts = job.run(Work(session, shop.settings, shop.ring, clock.now()))
            session.commit()
    except Exception as problem:  # whatever it was, the next run must come
        _complain("a job failed", job, problem)
    try:
        with shop.session(f"job:{job.name}") as session:
            session.add(_note(job, started, counts, time.monotonic() - began))
            session.commit()
    except SQLAlchemyError as problem:
        _complain("a run could not be noted", job, problem)
    return counts


def _note(job: Job, started: datetime, counts: Counts | None, seconds: float) -> JobRun:
    given = {"failed": 1} if counts is None else counts
    return JobRun(
        job=job.name,
        started_at=started,
        finished_at=clock.real_now(),
        due=given.get("due", 0),
        done=given.get("done", given.get("sent", 0)),
        skipped=given.get("skipped", given.get("retry", 0)),
        failed=given.get("failed", given.get("dead", 0)),
        ms=round(seconds * 1000),
    )


def _complain(event: str, job: Job, problem: Exception) -> None:
    kind = type(problem).__name__
    log.error(event, extra={"job": job.name, "kind": kind, "place": where(problem)})


class Bell(CronScheduler):
    """RQ's scheduler, but it never pickles and does not ring again while a ring is unheard."""

    def enqueue_jobs(self) -> list[CronJob]:
        """Queue what is due, unless the same job waits already: a dead worker costs no memory."""
        queue = Queue(QUEUE, connection=self.connection, serializer=JSONSerializer)
        waiting = {name.rpartition("-")[0] for name in queue.get_job_ids()}
        rung = [each for each in self.get_jobs() if each.should_run()]
        for each in rung:
            if each.name not in waiting:
                queue.enqueue(
                    run,
                    *each.args,
                    job_id=f"{each.name}-{uuid4().hex}",
                    description=each.name,
                    **each.job_options,
                )
            each.set_enqueue_time(clock.real_now())
        return rung

    def register_death(self, pipeline: Pipeline | None = None) -> None:
        """Say goodbye to Valkey if it is there to hear it."""
        with suppress(RedisError):
            super().register_death(pipeline)


class Hand(Worker):
    """RQ's forking worker, remembering that it was asked to stop."""

    max_connection_wait_time = 5.0
    stopping = False

    def execute_job(self, job: RqJob, queue: Queue) -> None:
        """Do a job of ours; whoever reaches the queue could name any other function."""
        if job.func_name != f"{run.__module__}.{run.__name__}" or job.args[0] not in BY_NAME:
            log.error("a job that is not ours was dropped")
            job.delete()
            return
        super().execute_job(job, queue)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Finish the job at hand, then stop."""
        self.stopping = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def ring_bell(settings: CronSettings, jobs: tuple[Job, ...] = JOBS) -> None:
    """Ring for every job in its time until a signal comes; waits for Valkey while it is away."""
    while True:
        try:
            bell = Bell(_valkey(settings), logging_level=logging.WARNING)
            for job in jobs:
                bell.register(
                    run,
                    QUEUE,
                    args=(job.name,),
                    interval=job.every,
                    job_timeout=job.timeout,
                    result_ttl=0,
                    failure_ttl=FAILURE_SECONDS,
                    name=job.name,
                )
            bell.start()  # type: ignore[no-untyped-call]
            return
        except RedisError as problem:
            if _told_to_stop_while_waiting("the bell", problem):
                return


def work_queue(settings: WorkerSettings) -> None:
    """Do what the bell rings for until a signal comes; waits for Valkey while it is away."""
    stopping = False
    while not stopping:
        try:
            hand = Hand(
                [QUEUE],
                connection=_valkey(settings),
                serializer=JSONSerializer,
                worker_ttl=WORKER_TTL,
                maintenance_interval=MAINTENANCE_SECONDS,
                log_job_description=False,
            )
        except RedisError as problem:
            stopping = _told_to_stop_while_waiting("the worker", problem)
            continue
        try:
            hand.work(logging_level="WARNING")
            stopping = hand.stopping
        except RedisError as problem:
            stopping = hand.stopping or _told_to_stop_while_waiting("the worker", problem)


def _valkey(settings: WorkerSettings | CronSettings) -> Redis:
    return Redis.from_url(settings.redis_url, socket_connect_timeout=5)


def _told_to_stop_while_waiting(who: str, problem: RedisError) -> bool:
    log.warning("%s waits for the queue", who, extra={"kind": type(problem).__name__})
    try:
        time.sleep(LOOK_AGAIN_SECONDS)
    except StopRequested:  # raised by the signal handler that RQ left behind
        return True
    return False
