"""The recall ledger at a restore: finding it, refusing to go on without it, doing it again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection
from sqlalchemy.orm import Session

import grievance.extensions  # noqa: F401  tells PostgreSQL who acts
from grievance import clock
from grievance.accounts import anchors, audit
from grievance.backup.files import NotDone, keep
from grievance.cases.ledger import FILE, Ledger, read
from grievance.cases.operations.replaying import (
    RESTORE,
    Replayed,
    close_links,
    replay,
    stop_erasing,
)
from grievance.notifications import outbox, reminders
from grievance.questions.jobs import sweep_left
from grievance.storage import Blobs
from grievance.vault.ledger import Forged, whole

CASES = "grievance_case"
LATER = "What was taken back after that was not taken back again."
WARNING = (
    "What was taken back after the backup comes back: consents, hand-overs, numbers, cases, also"
    " erased ones."
)


@dataclass(frozen=True)
class Found:
    """A ledger whose every line holds."""

    path: Path
    data: bytes
    ledger: Ledger


def wanted(
    manifest: dict[str, Any], data: Path, public: bytes, given: Path | None, without: bool
) -> Found | None:
    """The ledger to go by: the one that was given, that of the data folder, or the one of the
    place the backup was made at, if that is here.

    None when the backup holds no case, for then nothing can come back, and when somebody says to go
    on without. Otherwise NotDone, because the worker process makes the file when it starts: that
    there is none never means that nothing was taken back.
    """
    if without:
        click.echo(f"No recall ledger. {WARNING}", err=True)
        return None
    named = [Path(manifest["ledger"])] if "ledger" in manifest else []
    for path in [given] if given else [data / FILE, *named]:
        if path.exists():
            return _reaching(manifest, _read(path, public))
    if not any(table["rows"] for table in manifest["tables"] if table["name"] == CASES):
        return None
    raise NotDone(
        f"There is no recall ledger {data / FILE}. {WARNING} Put the ledger there or name it with "
        "--ledger; if it is lost, --without-ledger goes on. Nothing was restored."
    )


def _reaching(manifest: dict[str, Any], found: Found) -> Found:
    """NotDone for a ledger that was begun anew or is older than the backup: it tells nothing."""
    newest = max((mark["anchor"] for mark in found.ledger.marks), default=0)
    if newest < manifest["audit"]["anchors"]:
        raise NotDone(
            f"{found.path} ends before the backup was made: it is a new one, or an old copy. "
            f"{WARNING} Nothing was restored."
        )
    return found


def _read(path: Path, public: bytes) -> Found:
    data = whole(path.read_bytes())
    try:
        return Found(path, data, read(public, data))
    except Forged as forged:
        raise NotDone(
            f"{path}:{forged.number}: this line was not written here, or not in this place; "
            "nothing was restored."
        ) from None


@contextmanager
def living_on(found: Found | None, data: Path) -> Iterator[None]:
    """See that it lies in the data folder, where it goes on; undone when what follows fails."""
    target = data / FILE
    if found is None or target.exists():
        yield
        return
    keep(target, [found.data])
    try:
        yield
    except BaseException:
        target.unlink()
        raise


def done_again(connection: Connection, found: Found | None, event_key: bytes) -> int:
    """Do again what the backup does not know of, and say what could not be; how many acts. With or
    without a ledger no case stays to be erased that was to be at the backup."""
    connection.execution_options(**audit.vouching_with(event_key))
    with Session(connection) as session:
        session.info["actor"] = RESTORE.name
        now = clock.real_now()
        made = replay(session, found.ledger.acts if found else (), now)
        session.flush()
        kept = stop_erasing(session, now)
        session.flush()
        links = close_links(session, now)
        session.flush()
    if found:
        _tell(found, made)
    if links:
        click.echo(
            f"{links} reply links of the backup are closed: one of them may have been closed since."
            " Make new ones where they are wanted.",
            err=True,
        )
    if kept:
        click.echo(
            f"{len(kept)} cases were to be erased at the backup, and are no more: somebody may "
            f"have taken that back since. Who still wants it asks again: {' '.join(kept)}",
            err=True,
        )
    return made.acts


def swept(connection: Connection, store: Blobs) -> None:
    """Delete the files of cases that were erased again; what the store does not do now, the worker
    process does. Call it after the commit."""
    with Session(connection) as session:
        session.info["actor"] = RESTORE.name
        sweep_left(session, store)


def _tell(found: Found, made: Replayed) -> None:
    newest = max((mark["at"] for mark in found.ledger.marks), default="the beginning")
    said = [f"{found.path} was gone through. It is complete up to {newest} at least."]
    if made.acts:
        said.append(f"{made.acts} acts that followed the backup were done again.")
    if made.unknown:
        said.append(f"{made.unknown} cases were filed after the backup and are lost: skipped.")
    if made.shut:
        said.append(
            f"In {made.shut} cases the number was changed after the backup: neither the old nor "
            "the new one works. Two of staff can issue another."
        )
    click.echo("\n".join(said), err=True)


def letters_held(connection: Connection) -> int:
    """See that no letter of the backup leaves by itself, and say so; how many wait for a person."""
    with Session(connection) as session:
        session.info["actor"] = RESTORE.name
        kept = outbox.hold_back(session, clock.real_now())
        reminders.drop_all(session)
        session.flush()
    if kept.held:
        click.echo(
            f"{kept.held} letters to staff waited in the backup and may have gone out since. They "
            "are held as given up: `flask outbox drain --dead` sends them.",
            err=True,
        )
    if kept.dropped:
        click.echo(
            f"{kept.dropped} letters to workers waited in the backup and were dropped: they may "
            "have gone out since, and the address may be an old one.",
            err=True,
        )
    return kept.held


def ends_early(found: Found | None, data: Path) -> bool:
    """Whether a copy of the anchors goes on where the ledger ends, and say so: it was cut off, or
    is an old copy. The newest anchor may not be marked yet."""
    if found is None:
        return False
    marked = {mark["of"] for mark in found.ledger.marks}
    early = False
    for copy in sorted({data / anchors.COPY, found.path.with_name(anchors.COPY)}):
        if copy.exists() and not marked & set(_signatures(copy)[-2:]):
            click.echo(f"{found.path} ends before {copy}. {LATER}", err=True)
            early = True
    return early


def _signatures(copy: Path) -> list[str]:
    lines = (json.loads(line) for line in copy.read_text("utf-8").splitlines() if line.strip())
    return [line["signature"] for line in sorted(lines, key=lambda line: line["seq"])]
