"""`flask backup`: a copy of everything, and the way back.

A backup is a folder: `manifest.json`, the rows of the database, the sealed files, and the key
ring apart from them in `keys.sealed`, under a passphrase, to be moved to another place.
"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from grievance import clock
from grievance.accounts import anchors
from grievance.backup import keys as rings
from grievance.backup import ledger as recalls
from grievance.backup import rows as rows
from grievance.backup.drill import drill
from grievance.backup.files import (
    NotDone,
    Sum,
    check_blobs,
    keep,
    refuse_existing,
    restored_blobs,
    save_blobs,
    staged,
)
from grievance.backup.manifest import (
    FORMAT,
    MANIFEST,
    NEEDED,
    VOUCHED,
    check_rows,
    fill,
    same,
    told,
    vouched,
)
from grievance.backup.place import WANTING, Site, as_owner, note, refusals, site_of, store_of
from grievance.backup.prune import prune
from grievance.backup.scrub import scrub
from grievance.cases.ledger import FILE
from grievance.storage import Blobs
from grievance.vault.keyring import completed


@click.group()
def backup() -> None:
    """A copy of database, files and key ring, and putting one back."""


backup.add_command(drill)
backup.add_command(prune)
backup.add_command(scrub)


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
    with refusals(), site_of() as site:
        refuse_existing(folder)
        began = clock.real_now()
        held = rings.read_rings(keys or [site.ring])
        rings.must_hold(held, NEEDED if without_keys else rings.whole())
        passphrase = "" if without_keys else rings.ask(new=True)
        store = store_of(site)
        with as_owner(site.database_url, snapshot=True) as connection, staged(folder) as part:
            manifest = _saved(connection, store, part, held)
            missing = rows.blobs_named(connection) - manifest.pop("names")
            manifest["ledger"] = str(site.data.resolve() / FILE)
            if not without_keys:
                keep(part / rings.FILE, [rings.seal(held, passphrase)])
            whole = json.dumps(manifest, indent=1, sort_keys=True).encode()
            keep(part / MANIFEST, [whole])
            keep(part / VOUCHED, [rings.vouch(held, whole).encode()])
        wanting = bool(missing or manifest["audit"]["broken"])
        note(site, "backup", began, wanting=wanting)
    _answer(manifest, 0 if without_keys else len(held))
    for said, wrong in (
        ("Event chains are broken: see flask audit verify.", manifest["audit"]["broken"]),
        (f"{len(missing)} files that cases name are missing in the storage.", missing),
    ):
        if wrong:
            click.echo(said, err=True)
    sys.exit(WANTING if wanting else 0)


def _saved(
    connection: Connection, store: Blobs, part: Path, held: dict[str, bytes]
) -> dict[str, Any]:
    revision, release = rows.revision(connection), rows.release()
    if revision != release:
        raise NotDone(
            f"The database stands at {revision or 'nothing'} and this release at {release}: "
            "make the backup with the release that runs."
        )
    tables = rows.save(connection, part)
    audit = rows.audit(connection, held)
    names, listed = save_blobs(store, part)
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
    with refusals(), site_of(alone=True, first=lambda: told(folder)) as site:
        manifest, held, fresh = _checked(folder, site)
        public = held["anchor-public"]
        found = recalls.wanted(manifest, site.data, public, ledger, without_ledger)
        blobs = check_blobs(folder, Sum(**manifest["list"]))
        store = store_of(site)
        if not store.is_empty():
            raise NotDone(f"The storage {site.storage} is not empty; nothing was restored.")
        with as_owner(site.database_url) as connection, ExitStack() as undo:
            if not rows.is_empty(connection):
                raise NotDone("The database is not empty; nothing was restored.")
            if fresh:
                rings.write_ring(undo.enter_context(staged(site.ring)), held)
            fill(connection, folder, manifest)
            undo.enter_context(restored_blobs(folder, blobs, store))
            if not same(rows.audit(connection, held), manifest["audit"]):
                raise NotDone("The event chains are not those of the backup; nothing was restored.")
            doubts = _compare(connection, held, site.data, manifest["audit"])
            doubts |= recalls.ends_early(found, site.data)
            undo.enter_context(recalls.living_on(found, site.data))
            replayed = recalls.done_again(connection, found, held["event-mac"])
            letters = recalls.letters_held(connection)
            connection.commit()
            recalls.swept(connection, store)
    _answer(manifest, len(held) if fresh else 0, replayed=replayed, held=letters)
    sys.exit(WANTING if doubts or manifest["audit"]["broken"] else 0)


def _checked(folder: Path, site: Site) -> tuple[dict[str, Any], dict[str, bytes], bool]:
    """The manifest, the ring, and whether that came out of the backup; NotDone if altered."""
    whole, mark = told(folder)
    fresh = (folder / rings.FILE).exists()
    if fresh:
        refuse_existing(site.ring)
        held = completed(rings.unseal((folder / rings.FILE).read_bytes(), rings.ask(new=False)))
    elif site.ring.exists():
        held = rings.read_rings([site.ring])
    else:
        raise NotDone(f"There is neither {rings.FILE} in {folder} nor a key ring {site.ring}.", 3)
    manifest = vouched(whole, mark, held)
    rings.must_hold(held, manifest["secrets"])
    check_rows(folder, manifest)
    return manifest, held, fresh


def _compare(
    connection: Connection, held: dict[str, bytes], data: Path, told: dict[str, Any]
) -> bool:
    """Say how the copy of the anchors differs; True when it contradicts the backup."""
    copy = data / anchors.COPY
    if not copy.exists():
        return False
    found = [
        place
        for place in rows.audit(connection, held, anchors.copied(copy))["broken"]
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


def _answer(manifest: dict[str, Any], secrets: int, **more: int) -> None:
    counts = {"database": manifest["rows"], "files": manifest["files"], "key_ring": secrets}
    click.echo(json.dumps({**counts, "head": manifest["audit"]["head"], **more}))
