"""What a verb needs besides the database: keys of this process, blobs, the site's address."""

from __future__ import annotations

from dataclasses import dataclass

from grievance.settings import BACKUP_DAYS
from grievance.storage import Blobs
from grievance.vault.keyring import KeyRing


@dataclass(frozen=True)
class Site:
    """One process's hold on the world outside its transaction."""

    ring: KeyRing
    blobs: Blobs
    public_url: str
    backup_days: int = BACKUP_DAYS  # no backup outlives them
