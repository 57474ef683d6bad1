"""`flask backup drill`: put a backup back where it does no harm, and see whether it holds.

Everything happens in one transaction of a scratch database, which is then taken back: nothing of
the backup stays there, however the drill ends.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from grievance import clock
from grievance.backup import keys as rings
from grievance.backup import ledger as recalls
from grievance.backup import rows as rows
from grievance.backup.files import NotDone, Sum, check_blobs
from grievance.backup.manifest import MANIFEST, check_rows, fill, same, told, vouched
from grievance.backup.place import WANTING, Site, as_owner, note, refusals, site_of
from grievance.cli.places import MISSING


@click.command("drill")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--keys", type=click.Path(path_type=Path), multiple=True, help="As for create.")
@click.option("--within-hours", type=click.IntRange(1), help="Wanting if it is older than that.")
def drill(folder: Path, keys: tuple[Path, ...], within_hours: int | None) -> None:
    """Put the backup FOLDER, or the newest in it, back into an empty scratch database.

    Checks every sum, brings the rows to today's shape, verifies the audit, takes back again what
    the recall ledger says, prints what it found, and leaves nothing behind. The scratch database
    is `<database>_drill`, and must be empty. Exit 1 when something is altered, missing or does
    not hold.
    """
    with refusals(), site_of(scratch=True) as site:
        began = clock.real_now()
        with _noted_when_refused(site, began):
            place = _newest(folder)
            whole, mark = told(place)
            held = rings.read_rings(keys or [site.ring])
            manifest = vouched(whole, mark, held)
            check_rows(place, manifest)
            check_blobs(place, Sum(**manifest["list"]))
            audit, replayed = _put_back(site, place, manifest, held)
        hours = round((began - datetime.fromisoformat(manifest["at"])).total_seconds() / 3600)
        old = within_hours is not None and hours > within_hours
        note(site, "drill", began, wanting=old or bool(audit["broken"]))
    counts = {"database": manifest["rows"], "files": manifest["files"], "replayed": replayed}
    found = {"backup": place.name, "hours": hours, "head": manifest["audit"]["head"], **counts}
    click.echo(json.dumps({**found, "broken": len(audit["broken"])}))
    if old:
        click.echo(f"{place} is {hours} hours old: newer ones are missing.", err=True)
    sys.exit(WANTING if old or audit["broken"] else 0)


@contextmanager
def _noted_when_refused(site: Site, began: datetime) -> Iterator[None]:
    """A drill that could not be done ended wanting: a monitor must hear of it, too."""
    try:
        yield
    except (NotDone, OSError):
        with suppress(OperationalError):
            note(site, "drill", began, wanting=True)
        raise


def _put_back(
    site: Site, folder: Path, manifest: dict[str, Any], held: dict[str, bytes]
) -> tuple[dict[str, Any], int]:
    """What the audit says after it, and how many acts the ledger had; nothing is kept."""
    ledger = recalls.wanted(manifest, site.data, held["anchor-public"], None, without=False)
    name = make_url(site.scratch_url).database
    with _reached(name), as_owner(site.scratch_url) as connection:
        if not rows.is_empty(connection):
            raise NotDone(f"The scratch database {name} is not empty; nothing was tried.")
        try:
            fill(connection, folder, manifest)
            if not same(rows.audit(connection, held), manifest["audit"]):
                raise NotDone("The event chains are not those of the backup.")
            replayed = recalls.done_again(connection, ledger, held["event-mac"])
            connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            return rows.audit(connection, held), replayed
        finally:
            connection.rollback()


@contextmanager
def _reached(name: str | None) -> Iterator[None]:
    try:
        yield
    except OperationalError as away:
        said = str(away.orig).partition("\n")[0]
        raise NotDone(f"The scratch database {name} cannot be reached: {said}", MISSING) from None


def _newest(folder: Path) -> Path:
    """The folder if it is a backup, else the newest of those in it; NotDone where there is none."""
    if (folder / MANIFEST).exists():
        return folder
    found = [path.parent for path in folder.glob(f"[!.]*/{MANIFEST}")]
    if not found:
        raise NotDone(f"{folder} holds no backup.", 2)
    return max(found, key=_made_at)


def _made_at(place: Path) -> str:
    """When it says it was made, before it is known whether that was changed."""
    try:
        return str(json.loads(told(place)[0])["at"])
    except (ValueError, LookupError, TypeError):
        raise NotDone(f"The manifest of {place} was changed.") from None
