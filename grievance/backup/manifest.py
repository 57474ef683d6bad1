"""The manifest of a backup, and putting the rows it tells of into an empty database."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alembic.util import CommandError
from sqlalchemy import Connection

from grievance.backup import keys as rings
from grievance.backup import rows as rows
from grievance.backup.files import NotDone, check
from grievance.cli.keys import run

FORMAT = 1
MANIFEST, VOUCHED = "manifest.json", "manifest.mac"
# to vouch for a manifest, to check the anchors, to check events and write some
NEEDED = ("public-key-mac", "anchor-public", "event-mac")


def told(folder: Path) -> tuple[bytes, str]:
    """The manifest and what vouches for it; NotDone (2) where there is no backup."""
    try:
        return (folder / MANIFEST).read_bytes(), (folder / VOUCHED).read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise NotDone(f"{folder} holds no backup.", 2) from None


def vouched(whole: bytes, mark: str, held: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest read; NotDone when it was changed or the ring is another one."""
    rings.must_hold(held, NEEDED)
    if not hmac.compare_digest(rings.vouch(held, whole), mark.strip()):
        raise NotDone("The manifest was changed, or belongs to another key ring.")
    manifest: dict[str, Any] = json.loads(whole)
    if manifest["format"] != FORMAT:
        raise NotDone("The backup was made by a newer release.")
    return manifest


def check_rows(folder: Path, manifest: dict[str, Any]) -> None:
    """NotDone when the rows of a table are missing or not what the manifest tells."""
    for table in tables_of(manifest):
        check(table.path(folder), table.sum)


def fill(connection: Connection, folder: Path, manifest: dict[str, Any]) -> None:
    """Shape, rows and today's shape, all in the one transaction."""
    try:
        run(connection, manifest["revision"])
    except CommandError:
        raise NotDone("The backup was made by a newer release; nothing was restored.") from None
    rows.load(connection, folder, tables_of(manifest))
    run(connection)


def same(found: dict[str, Any], told: dict[str, Any]) -> bool:
    """Whether the chains are those of the backup. A release that checked less told less: of its
    backup only that is compared, and what it found wrong has to be found again."""
    if set(found) == set(told):
        return found == told
    if not set(told) <= set(found):
        return False
    faults = [name for name in ("broken", "wrong") if name in told]
    again = all(one in found[name] for name in faults for one in told[name])
    return again and all(found[name] == told[name] for name in told if name not in faults)


def tables_of(manifest: dict[str, Any]) -> list[rows.Table]:
    """The tables it tells of, in an order in which they can be put back."""
    return [rows.Table(**table) for table in manifest["tables"]]
