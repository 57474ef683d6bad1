"""Room for uploads: a total for what is not sent yet, a floor of free disk, a share for each."""

from __future__ import annotations

from flask import current_app

from grievance.refusals import Refused
from grievance.storage import Blobs
from grievance.vault.shares import Shares
from grievance.web.sources import here
from grievance.web.uploads import UploadedFile

MEGABYTE = 1024 * 1024
FORMS = 2  # the original and about as much for its clean form


def check_room(blobs: Blobs, part: UploadedFile, unsent: int | None = None) -> None:
    """Refused `no_room` for a file that there is no room for, or not for this network now.

    `unsent` are the bytes of all that is not sent yet, where this file would add to it. A bucket
    does not say what is free: there that total stands for it.
    """
    settings = current_app.config["SETTINGS"]
    shares: Shares = current_app.config["UPLOAD_SHARES"]
    total, free = settings.unsent_mb * MEGABYTE, blobs.free()
    left = total if free is None else free - settings.disk_floor_mb * MEGABYTE
    if unsent is not None:
        left = min(left, total - unsent)
    if not shares.take(here(), FORMS * part.size, left):
        raise Refused("no_room", part.name)
