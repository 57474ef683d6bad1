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
from grievance.i18n import N_, current
from grievance.i18n import gettext as _
from grievance.intake.message_form import EMPTY, MessageForm
from grievance.intake.room import check_room
from grievance.intake.visits import site, visited
from grievance.model import some_of
from grievance.refusals import CODES, Refused
from grievance.web.language import own_language
from grievance.web.logs import where
from grievance.web.sources import here
from grievance.web.uploads import uploaded

log = logging.getLogger("grievance.error")

NO_STORE = N_("Nothing you sent before is lost. Wait a minute, then try again.")
BROKEN = N_("We could not read %(name)s. Try another copy or take a photo of it.")
REFUSALS = {
    "too_big": N_("%(name)s is larger than 10 MB. Choose a smaller file."),
    "too_many_files": N_("You can send up to 10 files at once. Send the others afterwards."),
    "body_too_big": N_("These files are more than 25 MB together. Send them one after the other."),
    "unsupported": N_(
        "We cannot take %(name)s. These work: photos (jpg, png, heic, webp, gif), PDF, Word and "
        "Excel (docx, xlsx), text, sound (mp3, m4a, ogg, wav, amr) and video (mp4, mov). Of "
        "anything else, take a photo; of a sound, play it and record it with the phone."
    ),
    "too_many_pixels": N_("%(name)s is a very large picture. Make it smaller and send it again."),
    "too_many_pages": N_("%(name)s has more than 50 pages. Send it in parts."),
    "encrypted_pdf": N_("%(name)s is locked with a password. Send a copy without it."),
    "broken": BROKEN,
    "no_room": N_("There is no room for %(name)s right now. Send it again in an hour."),
    "empty": N_("%(name)s is empty."),
}
some_of(REFUSALS, CODES)


class Unsent(Exception):
    """Nothing was sent; the sentences stand beside their fields."""


def sentence_of(refused: Refused, name: str = "") -> str:
    """Why a file was not taken, in the language being spoken. Where that is read from the right,
    the name stands by itself: it would run together with a number beside it."""
    sentence = REFUSALS.get(refused.code, BROKEN)
    name = refused.name or name
    alone = f"\u2068{name}\u2069" if current().direction == "rtl" else name
    return _(sentence) % {"name": alone}


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
            check_room(part)
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
