"""A message with files: read the form, clean and seal the files, write it once."""

from __future__ import annotations

from flask import request

from grievance.cases import files
from grievance.cases.actors import Actor
from grievance.cases.cleaning import Refused as RefusedFile
from grievance.cases.files import Stored
from grievance.cases.messages import Written
from grievance.cases.opening import OpenCase
from grievance.cases.operations import replying
from grievance.clock import now
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.intake.return_forms import MessageForm
from grievance.intake.visits import site
from grievance.web.language import own_language
from grievance.web.uploads import UploadRefused, uploaded

BROKEN = N_("We could not read %(name)s. Try another copy or take a photo of it.")
REFUSALS = {
    "too_big": N_("%(name)s is larger than 10 MB. Choose a smaller file."),
    "too_many_files": N_("You can send up to 10 files at once. Send the others afterwards."),
    "body_too_big": N_("These files are more than 25 MB together. Send them one after the other."),
    "unsupported": N_("We cannot take %(name)s. Send a photo, a PDF, sound, video or plain text."),
    "too_many_pixels": N_("%(name)s is a very large picture. Make it smaller and send it again."),
    "too_many_pages": N_("%(name)s has more than 50 pages. Send it in parts."),
    "encrypted_pdf": N_("%(name)s is locked with a password. Send a copy without it."),
    "broken": BROKEN,
    "empty": N_("%(name)s is empty."),
}


class Unsent(Exception):
    """Nothing was sent; the sentences stand beside their fields."""


def sentence_of(refused: str, name: str) -> str:
    """Why a file was not taken, in the language being spoken."""
    sentence = REFUSALS.get(refused, BROKEN)
    return _(sentence) % {"name": name}


def received_files(form: MessageForm) -> list[Stored]:
    """Clean and seal what was uploaded; `Unsent` with the sentence beside the field, and what was
    already stored taken back."""
    kept: list[Stored] = []
    name = ""
    try:
        for part in uploaded(request):
            name = part.name
            kept.append(files.keep(site().blobs, part.read(), part.name))
    except (UploadRefused, RefusedFile) as refused:
        for stored in kept:
            files.forget(site().blobs, stored)
        name = getattr(refused, "name", name)
        form.files.errors = [sentence_of(refused.code, name)]
        raise Unsent from refused
    return kept


def take_message(form: MessageForm, opened: OpenCase, actor: Actor) -> None:
    """Write the message of a form, once; `Unsent` when there is neither word nor file."""
    if not form.validate():
        raise Unsent
    stored = received_files(form)
    text = form.message.data or ""
    if not text and not stored:
        form.message.errors = [_("Write something, or choose a file.")]
        raise Unsent
    written = Written(text, own_language().slug, form.once)
    replying.say(db.session(), site(), opened, written, stored, actor, now())
    db.session.commit()
