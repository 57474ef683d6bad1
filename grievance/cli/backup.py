"""`flask backup`: a copy of everything, and the way back.

A backup is a folder: `manifest.json`, the rows of the database, the sealed files, and the key
ring apart from them in `keys.sealed`, under a passphrase, to be moved to another place.
"""

from __future__ import annotations

import hmac
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import click
import psycopg
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from grievance import clock, storage
from grievance.accounts import anchors
from grievance.cases.ledger import FILE
from grievance.cli import backup_keys as rings
from grievance.cli import backup_ledger as recalls
from grievance.cli import backup_rows as rows
from grievance.cli.backup_files import (
    Refused,
    Sum,
    check,
    check_blobs,
    folder_of,
    keep,
    refuse_existing,
    restored_blobs,
    save_blobs,
    staged,
)
from grievance.cli.keys import become_owner, run
from grievance.cli.places import given_database, home, leave, name_given, or_leave, own_instance
from grievance.embedded.process import Unavailable
from grievance.settings import CommandSettings, read
from grievance.vault.keyring import completed

FORMAT = 1
MANIFEST, VOUCHED = "manifest.json", "manifest.mac"
WANTING = 1
# to vouch for a manifest, to check the anchors, to check events and write some
NEEDED = ("public-key-mac", "anchor-public", "event-mac")
OWNER = "The database refused: GRIEVANCE_DATABASE_URL must be the owner role's."


@dataclass(frozen=True)
class Site:
    """What is backed up, or restored to: a database as its owner, a key ring, files, anchors."""

    database_url: str = field(repr=False)
    ring: Path
    storage: str
    data: Path


@click.group()
def backup() -> None:
    """A copy of database, files and key ring, and putting one back."""


@backup.command("create")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A folder of the key ring, once for each part; else GRIEVANCE_KEYRING.",
)
@click.option("--without-keys", is_flag=True, help="Leave the key ring out: it has a copy already.")
def create(folder: Path, keys: tuple[Path, ...], without_keys: bool) -> None:
    """Write a backup into FOLDER, which must not exist.

    Exit 1, with the backup made, when an event chain is broken or a file is missing.
    """
    with _refusals(), _site() as site:
        refuse_existing(folder)
        held = rings.read_rings(keys or [site.ring])
        rings.must_hold(held, NEEDED if without_keys else rings.whole())
        passphrase = "" if without_keys else rings.ask(new=True)
        root = folder_of(_store(site))
        with _owner(site, snapshot=True) as connection, staged(folder) as part:
            manifest = _saved(connection, root, part, held)
            missing = rows.blobs_named(connection) - manifest.pop("names")
            manifest["ledger"] = str(site.data.resolve() / FILE)
            if not without_keys:
                keep(part / rings.FILE, [rings.seal(held, passphrase)])
            whole = json.dumps(manifest, indent=1, sort_keys=True).encode()
            keep(part / MANIFEST, [whole])
            keep(part / VOUCHED, [rings.vouch(held, whole).encode()])
    _answer(manifest, 0 if without_keys else len(held))
    for said, wrong in (
        ("Event chains are broken: see flask audit verify.", manifest["audit"]["broken"]),
        (f"{len(missing)} files that cases name are missing in the storage.", missing),
    ):
        if wrong:
            click.echo(said, err=True)
    sys.exit(WANTING if missing or manifest["audit"]["broken"] else 0)


def _saved(
    connection: Connection, root: Path, part: Path, held: dict[str, bytes]
) -> dict[str, Any]:
    revision, release = rows.revision(connection), rows.release()
    if revision != release:
        raise Refused(
            f"The database stands at {revision or 'nothing'} and this release at {release}: "
            "make the backup with the release that runs."
        )
    tables = rows.save(connection, part)
    audit = rows.audit(connection, held)
    names, listed = save_blobs(root, part)
    return {
        "format": FORMAT,
        "at": clock.real_now().isoformat(),
        "revision": revision,
        "tables": [asdict(table) for table in tables],
        "rows": sum(table.rows for table in tables),
        "files": len(names),
        "list": asdict(listed),
        "secrets": sorted(held),
        "audit": audit,
        "names": names,
    }


@backup.command("restore")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--ledger",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The recall ledger; else recalls.jsonl in GRIEVANCE_DATA.",
)
@click.option("--without-ledger", is_flag=True, help="Go on although the recall ledger is lost.")
def restore(folder: Path, ledger: Path | None, without_ledger: bool) -> None:
    """Put the backup in FOLDER back, into an empty database and an empty storage.

    The key ring goes to where the settings say it is. If `keys.sealed` was taken out, the ring
    must be there already. What was taken back after the backup is taken back again, as the recall
    ledger says. Nothing is written before everything was checked, and nothing stays when a step
    fails. Exit 1 when something is not empty, altered, missing, or does not hold.
    """
    if ledger and without_ledger:
        raise click.UsageError("--ledger and --without-ledger exclude each other.")
    with _refusals(), _site(alone=True) as site:
        manifest, held, fresh = _checked(folder, site)
        public = held["anchor-public"]
        found = recalls.wanted(manifest, site.data, public, ledger, without_ledger)
        blobs = check_blobs(folder, Sum(**manifest["list"]))
        store = _store(site)
        root = folder_of(store)
        if root.exists() and any(root.iterdir()):
            raise Refused(f"The storage {root} is not empty; nothing was restored.")
        with _owner(site) as connection, ExitStack() as undo:
            if not rows.is_empty(connection):
                raise Refused("The database is not empty; nothing was restored.")
            if fresh:
                rings.write_ring(undo.enter_context(staged(site.ring)), held)
            _fill(connection, folder, manifest)
            undo.enter_context(restored_blobs(folder, blobs, store))
            if not _same(rows.audit(connection, held), manifest["audit"]):
                raise Refused("The event chains are not those of the backup; nothing was restored.")
            doubts = _compare(connection, held, site.data, manifest["audit"])
            doubts |= recalls.ends_early(found, site.data)
            undo.enter_context(recalls.living_on(found, site.data))
            replayed = recalls.done_again(connection, found, held["event-mac"])
            connection.commit()
    _answer(manifest, len(held) if fresh else 0, replayed=replayed)
    sys.exit(WANTING if doubts or manifest["audit"]["broken"] else 0)


def _checked(folder: Path, site: Site) -> tuple[dict[str, Any], dict[str, bytes], bool]:
    """The manifest, the ring, and whether that came out of the backup; Refused if altered."""
    try:
        whole, vouched = (folder / MANIFEST).read_bytes(), (folder / VOUCHED).read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise Refused(f"{folder} holds no backup.", 2) from None
    fresh = (folder / rings.FILE).exists()
    if fresh:
        refuse_existing(site.ring)
        held = completed(rings.unseal((folder / rings.FILE).read_bytes(), rings.ask(new=False)))
    elif site.ring.exists():
        held = rings.read_rings([site.ring])
    else:
        raise Refused(f"There is neither {rings.FILE} in {folder} nor a key ring {site.ring}.", 3)
    rings.must_hold(held, NEEDED)
    if not hmac.compare_digest(rings.vouch(held, whole), vouched.strip()):
        raise Refused("The manifest was changed, or belongs to another key ring.")
    manifest: dict[str, Any] = json.loads(whole)
    if manifest["format"] != FORMAT:
        raise Refused("The backup was made by a newer release.")
    rings.must_hold(held, manifest["secrets"])
    for table in _tables(manifest):
        check(table.path(folder), table.sum)
    return manifest, held, fresh


def _fill(connection: Connection, folder: Path, manifest: dict[str, Any]) -> None:
    """Shape, rows and today's shape, all in the one transaction."""
    try:
        run(connection, manifest["revision"])
    except CommandError:
        raise Refused("The backup was made by a newer release; nothing was restored.") from None
    rows.load(connection, folder, _tables(manifest))
    run(connection)


def _same(found: dict[str, Any], told: dict[str, Any]) -> bool:
    """Whether the chains are those of the backup. A release that checked less told less."""
    if "wrong" in told:
        return found == told
    less = {name: found[name] for name in told if name != "broken"}
    broken = [place for place in told["broken"] if place not in found["broken"]]
    return not broken and {**less, "broken": told["broken"]} == told


def _compare(
    connection: Connection, held: dict[str, bytes], data: Path, told: dict[str, Any]
) -> bool:
    """Say how the copy of the anchors differs; True when it contradicts the backup."""
    copy = data / anchors.COPY
    if not copy.exists():
        return False
    found = [
        place
        for place in rows.audit(connection, held, copy)["broken"]
        if place not in told["broken"]
    ]
    later = [place["seq"] for place in found if place["seq"] > told["anchors"]]
    if later:
        click.echo(
            f"The backup is older than {copy}: {len(later)} anchors were signed after it, the last "
            f"is number {max(later)}. What happened since is undone. Move that file aside and keep "
            "it.",
            err=True,
        )
    if len(found) > len(later):
        click.echo(f"{copy} contradicts the backup: see flask audit verify.", err=True)
    return len(found) > len(later)


def _tables(manifest: dict[str, Any]) -> list[rows.Table]:
    return [rows.Table(**table) for table in manifest["tables"]]


def _answer(manifest: dict[str, Any], secrets: int, **more: int) -> None:
    counts = {"database": manifest["rows"], "files": manifest["files"], "key_ring": secrets}
    click.echo(json.dumps({**counts, "head": manifest["audit"]["head"], **more}))


def _store(site: Site) -> storage.Blobs:
    try:
        return storage.blobs(site.storage)
    except ValueError as wrong:
        raise Refused(str(wrong), 3) from None


@contextmanager
def _site(*, alone: bool = False) -> Iterator[Site]:
    """From the settings; without them the instance under `var/`. `alone`: it must be down, and is
    made when there is none."""
    if given_database():
        name_given()
        given = or_leave(lambda: read(CommandSettings, os.environ))
        yield Site(given.database_url, given.keyring, given.storage, given.data)
        return
    folder = home()
    with own_instance(makes=alone) as instance:
        if alone and not instance.started_here:
            raise Refused(f"The instance in {folder} is running: stop it first.")
        files = os.environ.get("GRIEVANCE_STORAGE") or str(folder / "files")
        yield Site(instance.postgres.url("owner"), folder / "keys" / "all", files, folder)


@contextmanager
def _owner(site: Site, *, snapshot: bool = False) -> Iterator[Connection]:
    """A connection as the owner; with `snapshot` all it reads is of one moment."""
    engine = create_engine(site.database_url, poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        become_owner(connection)
        connection.commit()
        if snapshot:
            connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        connection.begin()
        yield connection


@contextmanager
def _refusals() -> Iterator[None]:
    """Refusals as sentences with their exit code; a request to end undoes what was begun."""
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    except Refused as refused:
        leave(str(refused), refused.code)
    except Unavailable as missing:
        leave(str(missing))
    except (OperationalError, psycopg.OperationalError):
        leave("The database cannot be reached.")
    except ProgrammingError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise
        leave(OWNER)
    except OSError as failed:
        leave(f"{failed.filename or 'A file'}: {failed.strerror}", WANTING)
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, _frame: object) -> NoReturn:
    sys.exit(128 + number)
