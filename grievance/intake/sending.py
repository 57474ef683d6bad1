"""A message with files: read the form, clean and seal the files, write it once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from flask import request

from grievance.cases import files
from grievance.cases.files import Stored
from grievance.cases.messages import Written
from grievance.cases.operations import replying
from grievance.cases.operations.replying import Sent
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.intake.message_form import EMPTY, MessageForm
from grievance.intake.visits import site, visited
from grievance.refusals import Refused
from grievance.web.file_refusals import sentence_of
from grievance.web.language import own_language
from grievance.web.logs import where
from grievance.web.room import check_room
from grievance.web.sources import here
from grievance.web.uploads import uploaded

log = logging.getLogger("grievance.error")

NO_STORE = N_("Nothing you sent before is lost. Wait a minute, then try again.")


class Unsent(Exception):
    """Nothing was sent; the sentences stand beside their fields."""


def store_away(problem: OSError) -> str:
    """What to say when the store of files, or its disk, takes nothing; noted by its place only."""
    log.error("the store of files is away", extra={"place": where(problem)})
    return _(NO_STORE)


def take_back(kept: Iterable[Stored]) -> None:
    """Delete files that no message holds."""
    with suppress(OSError):  # a blob without its key is only room that is lost
        for stored in kept:
            files.forget(site().blobs, stored)


def received_files(form: MessageForm) -> list[Stored]:
    """Clean and seal what was uploaded; `Unsent` with the sentence beside the field, and what was
    already stored taken back. A store that takes nothing costs nobody their words either."""
    kept: list[Stored] = []
    name = ""
    try:
        for part in uploaded(request):
            name = part.name
            check_room(site().blobs, part)
            kept.append(
                files.keep(site().blobs, part.read(), part.name, here(), own_language().slug)
            )
    except OSError as problem:
        take_back(kept)
        form.files.errors = [store_away(problem)]
        raise Unsent from problem
    except Refused as refused:
        take_back(kept)
        form.files.errors = [sentence_of(refused, name)]
        raise Unsent from refused
    return kept


def read_message(form: MessageForm) -> list[Stored]:
    """Check the form and keep its files; `Unsent` when there is neither word nor file. Cleaning
    takes its time: no lock is held meanwhile."""
    if not form.validate():
        raise Unsent
    stored = received_files(form)
    if not form.message.data and not stored:
        form.message.errors = [_(EMPTY)]
        raise Unsent
    return stored


def write_message(form: MessageForm, stored: list[Stored]) -> None:
    """Write the message of a form, once, in the visit as it is by now. Whatever ends it before it
    is committed, no file stays that no message holds: the case may be erased meanwhile."""
    text = form.message.data or ""
    try:
        act = visited(lock=True)
        sent = form.once(str(act.case.id), text, *(f"{one.name}/{one.size}" for one in stored))
        said = replying.say(act, Sent(Written(text, own_language().slug, sent), stored)).id
    except BaseException:
        db.session.rollback()
        take_back(stored)
        raise
    db.session.commit()
    kept = {row.original_blob for row in files.of_message(db.session(), said)}
    take_back(one for one in stored if UUID(hex=one.id) not in kept)
