"""`flask backup prune`: forget old backups by a rule, and never the last one that holds."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from grievance import clock
from grievance.backup.files import NotDone, Sum, check_blobs
from grievance.backup.manifest import MANIFEST, check_rows, told, vouched
from grievance.backup.place import WANTING, refusals, ring_at
from grievance.cli.places import MISSING, say_where
from grievance.settings import BACKUP_DAYS, PREFIX
from grievance.storage.folder import sync

LEFTOVER = re.compile(r"\..+\.[0-9a-f]{8}\.part")  # of a run that was killed
STALE = timedelta(days=1)
FRESH = timedelta(days=2)  # kept all: one of them is from before an update
MANY = 3  # a rule that runs every night deletes fewer at once


@dataclass(frozen=True)
class Rule:
    """How many days, weeks and months keep their newest backup, and the days no one outlives."""

    daily: int = 14
    weekly: int = 8
    monthly: int = 12
    at_most_days: int = BACKUP_DAYS


DEFAULT = Rule()


@click.command("prune")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--keys", type=click.Path(path_type=Path), multiple=True, help="As for create.")
@click.option("--daily", type=click.IntRange(0), default=DEFAULT.daily, show_default=True)
@click.option("--weekly", type=click.IntRange(0), default=DEFAULT.weekly, show_default=True)
@click.option("--monthly", type=click.IntRange(0), default=DEFAULT.monthly, show_default=True)
@click.option(
    "--at-most-days",
    type=click.IntRange(1),
    default=DEFAULT.at_most_days,
    envvar=f"{PREFIX}BACKUP_DAYS",
    show_default=True,
    help="None lives longer, whatever the others say.",
)
@click.option(
    "--all", "even_all", is_flag=True, help="Also when nothing older than two days stays."
)
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
def prune(
    folder: Path, keys: tuple[Path, ...], even_all: bool, dry_run: bool, **counts: int
) -> None:
    """Delete the backups in FOLDER that no day, week or month keeps, and all that are too old.

    Only what lies directly in FOLDER and is vouched for by the key ring counts as a backup, and
    nothing else is touched, except what killed runs left. The newest that holds wholly and whose
    event chains are whole is always kept; where there is none, nothing is deleted. A clock
    that runs ahead makes all look too old: so three or more are deleted only where something else
    older than two days stays, or with --all. Exit 1 when something is altered or nothing holds,
    when what has to be kept is too old, or for that doubt about the clock.
    """
    say_where(f"the backups in {folder}")
    with refusals():
        if (folder / MANIFEST).exists() or not folder.is_dir():
            raise NotDone(f"{folder} is no folder of backups.", 2)
        rule, now = Rule(**counts), clock.real_now()
        found, doubtful = _backups(folder, ring_at(keys))
        good = _last_good(found, doubtful)
        if good is None:
            raise NotDone(f"None of the backups in {folder} holds; nothing was deleted.")
        times = {place: _time(manifest) for place, manifest in found.items()}
        stay = kept(times, now, rule) | {good, *doubtful}
        gone = sorted(set(found) - stay)
        if not (even_all or dry_run):
            _doubt_the_clock(gone, (times[one] for one in stay - {good} - doubtful), now)
        for place in [] if dry_run else [*gone, *_leftovers(folder, now)]:
            _delete(place)
    old = times[good] < now - timedelta(days=rule.at_most_days)
    if old:
        click.echo(f"{good} is too old, and the last one that holds.", err=True)
    for place in sorted(doubtful):
        click.echo(f"{place} was altered, or belongs to another key ring: left alone.", err=True)
    names = {"kept": sorted(p.name for p in stay), "deleted": [p.name for p in gone]}
    click.echo(json.dumps({**names, "good": good.name}))
    sys.exit(WANTING if old or doubtful else 0)


def kept(times: Mapping[Path, datetime], now: datetime, rule: Rule) -> set[Path]:
    """Which backups the rule keeps: all of two days, the newest of each day, week and month; none
    that is too old."""
    oldest = now - timedelta(days=rule.at_most_days)
    young = sorted((p for p, at in times.items() if at >= oldest), key=times.__getitem__)[::-1]
    stay = {place for place in young if times[place] >= now - FRESH}
    periods: list[tuple[int, Callable[[datetime], object]]] = [
        (rule.daily, lambda at: clock.local_day(at, "UTC")),
        (rule.weekly, lambda at: at.isocalendar()[:2]),
        (rule.monthly, lambda at: (at.year, at.month)),
    ]
    for count, period in periods:
        newest: dict[object, Path] = {}
        for place in young:
            newest.setdefault(period(times[place]), place)
        stay |= set(list(newest.values())[:count])
    return stay


def _backups(folder: Path, held: dict[str, bytes]) -> tuple[dict[Path, dict[str, Any]], set[Path]]:
    """What this ring vouches for, by its place, and what looks like a backup and is not."""
    found, doubtful = {}, set()
    for path in folder.glob(f"[!.]*/{MANIFEST}"):
        place = path.parent
        if place.is_symlink():
            continue
        try:
            found[place] = vouched(*told(place), held)
        except NotDone as refused:
            if refused.code == MISSING:  # the ring's fault
                raise
            doubtful.add(place)
    return found, doubtful


def _last_good(found: dict[Path, dict[str, Any]], doubtful: set[Path]) -> Path | None:
    """The newest that holds; what was altered and is newer is doubtful."""
    for place in sorted(found, key=lambda one: _time(found[one]), reverse=True):
        if found[place]["audit"]["broken"]:
            continue
        try:
            check_rows(place, found[place])
            check_blobs(place, Sum(**found[place]["list"]))
        except NotDone:
            doubtful.add(place)
        else:
            return place
    return None


def _doubt_the_clock(gone: list[Path], stay: Iterable[datetime], now: datetime) -> None:
    if len(gone) >= MANY and all(at >= now - FRESH for at in stay):
        raise NotDone(
            f"{len(gone)} backups would go, and besides the last that holds none from before the "
            f"last two days would stay: is the clock right? It says {now:%Y-%m-%d %H:%M} UTC. "
            "Nothing was deleted. --dry-run lists them; --all deletes them."
        )


def _time(manifest: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(manifest["at"])


def _leftovers(folder: Path, now: datetime) -> list[Path]:
    return [
        path
        for path in folder.iterdir()
        if LEFTOVER.fullmatch(path.name)
        and path.is_dir()
        and not path.is_symlink()
        and now.timestamp() - path.stat().st_mtime > STALE.total_seconds()
    ]


def _delete(place: Path) -> None:
    """Take its name away first: what is half deleted does not look like a backup."""
    going = place
    if not LEFTOVER.fullmatch(place.name):
        going = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
        place.rename(going)
        sync(place.parent)
    shutil.rmtree(going)
