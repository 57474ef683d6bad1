"""Commands of the worker: sending letters, sweeping deadlines, the queue worker and its bell."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import click

from grievance import clock, jobs, storage
from grievance.cli.limits import limits
from grievance.cli.places import environment, leave, or_leave
from grievance.demo.mark import DemoMismatch, check_mark
from grievance.demo.movable import follow
from grievance.notifications.outbox import revive
from grievance.settings import CronSettings, WorkerSettings, read
from grievance.web import logs


@click.group()
def outbox() -> None:
    """Letters waiting to be sent."""


@outbox.command("drain")
@click.option("--dead", is_flag=True, help="Try letters again that were given up.")
def drain(dead: bool) -> None:
    """Send what is due now, and print what became of it."""
    with _workshop() as shop:
        if dead:
            with shop.session("cli:outbox-drain") as session:
                revive(session, clock.now())
                session.commit()
        counts = jobs.perform(jobs.BY_NAME["drain"], shop, actor="cli:outbox-drain")
    if counts is None:
        leave("The outbox could not be drained; the line above says where.")
    click.echo(json.dumps(dict(counts)))


@click.group()
def deadlines() -> None:
    """The clocks of cases, and the law's own limits."""


deadlines.add_command(limits)


@deadlines.command("sweep")
def sweep() -> None:
    """Escalate what is overdue now, and print how much it was."""
    with _workshop() as shop:
        counts = jobs.perform(jobs.BY_NAME["sweep"], shop, actor="cli:deadlines-sweep")
    if counts is None:
        leave("The deadlines could not be swept; the line above says where.")
    click.echo(json.dumps(dict(counts)))


@click.command()
def worker() -> None:
    """Do what the bell rings for, until a signal comes. Alone in holding the notifier's key."""
    with _workshop() as shop:
        jobs.work_queue(shop.settings)


@click.command()
def cron() -> None:
    """Ring for every periodic job in its time, until a signal comes."""
    logs.start()
    with environment("cron") as given:
        jobs.ring_bell(or_leave(lambda: read(CronSettings, given)))


@contextmanager
def _workshop() -> Iterator[jobs.Workshop]:
    """The worker's settings and keys for one command; exit 3 when something is missing."""
    logs.start()
    with environment("worker") as given:
        os.environ.update(given)  # the jobs of forked processes read it again
        shop = or_leave(jobs.workshop)
        _agree_on_demo(shop)
        or_leave(lambda: _begin_apart(shop.settings))
        yield shop


def _begin_apart(settings: WorkerSettings) -> None:
    """SettingsError for a store that will never keep anything. Asked in a process of its own: a
    bucket must not be asked by one that forks its jobs."""
    store = storage.blobs(settings.storage, settings.bucket)
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as apart:
        apart.submit(storage.begin, store).result()


def _agree_on_demo(shop: jobs.Workshop) -> None:
    """Refuse a worker whose setting and database differ; a demonstration's clock is followed."""
    try:
        with shop.session("cli:start") as session:
            check_mark(session, shop.settings.demo)
    except DemoMismatch as mismatch:
        leave(str(mismatch), 1)
    if shop.settings.demo:
        follow(lambda: shop.session("job:clock"))
