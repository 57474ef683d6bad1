"""Proof that a body sends with its answer: each file is made anew without what it tells besides and
sealed, in the request that brings it. The copy is kept and not what it was made of.

Cleaning takes its time, so it happens before the case is held; what no answer holds goes.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress

from flask import request
from sqlalchemy import select

from grievance.extensions import db
from grievance.files.cleaning import clean, safe_name
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.papers.forms import Saying
from grievance.papers.reading import site
from grievance.referrals.models import PacketFile
from grievance.referrals.operations.stored import KeptFile, put_file
from grievance.refusals import Refused
from grievance.web.file_refusals import sentence_of
from grievance.web.logs import where
from grievance.web.room import check_room
from grievance.web.sources import here
from grievance.web.uploads import UploadedFile, uploaded

log = logging.getLogger("grievance.error")

FIELD = "proof"
AGAIN = N_("The files were not kept. Choose them again.")
NO_STORE = N_("No file could be kept just now. Wait a minute, then choose them again.")
LATER = N_(
    "%(name)s could not be checked just now. Choose it again in a few minutes, or send your answer "
    "without it."
)
NO_COPY = N_("We can make no safe copy of %(name)s. Send it as a PDF or as a photo.")


class Uncopied(Exception):
    """No clean form of a file can be had, or not now: the sentence that says so."""


def chosen() -> bool:
    """Whether this form brings a file."""
    return any(part.filename for part in request.files.getlist(FIELD))


def sent() -> list[str]:
    """What a sending is known by besides what was typed: the files as they came."""
    return [f"{one.name}/{one.size}" for one in uploaded(request, FIELD)] if chosen() else []


def receive(form: Saying) -> list[KeptFile]:
    """Clean, seal and keep what was chosen; nothing of it, with the sentence beside the field,
    where one is refused. The transaction is ended before."""
    db.session.rollback()
    kept: list[KeptFile] = []
    name = ""
    try:
        for part in uploaded(request, FIELD):
            name = part.name
            kept.append(_put(part))
    except OSError as problem:
        log.error("the store of files is away", extra={"place": where(problem)})
        form.proof.errors = [_(NO_STORE)]
    except Refused as refused:
        form.proof.errors = [sentence_of(refused, name)]
    except Uncopied as why:
        form.proof.errors = [_(str(why)) % {"name": name}]
    if form.proof.errors:
        take_back(kept)
    return kept


def _put(part: UploadedFile) -> KeptFile:
    """The clean form of a file, in the store; refused where none can be made."""
    check_room(site().blobs, part)
    made = clean(part.read(), part.name, source=here())
    if made.data is None:
        raise Uncopied(LATER if made.state == "not_cleaned" else NO_COPY)
    return put_file(site().blobs, safe_name(part.name, made.extension), made.mime, made.data)


def take_back(kept: Sequence[KeptFile]) -> None:
    """Delete files that no answer holds."""
    if not kept:
        return
    session = db.session()
    session.rollback()
    mine = PacketFile.blob.in_([one.blob for one in kept])
    held = set(session.scalars(select(PacketFile.blob).where(mine)))
    with suppress(OSError):  # a blob without its key is only room that is lost
        for one in kept:
            if one.blob not in held:
                site().blobs.delete(one.blob.hex)
