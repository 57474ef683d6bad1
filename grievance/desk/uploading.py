"""A file that staff send with a verb: one, cleaned and sealed in the request that brings it,
exactly as a worker's files are.

A form that may bring one is a `WithFile`, and attaches it in the value that the verb is done with.
"""

from __future__ import annotations

import errno
import logging
from contextlib import suppress
from typing import Any

from flask import current_app, request

from grievance.cases import files
from grievance.cases.act import Act
from grievance.cases.files import Stored
from grievance.cases.models import CaseFile
from grievance.cases.operations import attaching
from grievance.desk.forms import ActForm
from grievance.desk.loading import site
from grievance.extensions import db
from grievance.i18n import N_, lazy
from grievance.i18n import gettext as _
from grievance.refusals import Refused
from grievance.web.forms import Files
from grievance.web.logs import where
from grievance.web.sources import here
from grievance.web.uploads import UploadedFile, uploaded

log = logging.getLogger("grievance.error")

NO_STORE = N_("The file could not be kept just now. Wait a minute, then choose it again.")
NO_FILE = N_("The files cannot be reached just now. Wait a minute, then press again.")
AGAIN = N_("The file was not kept. Choose it again.")


class OneFile(Files):
    """One file; `u.file` of `desk/_upload.html` shows it."""

    kind = "file"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options.setdefault(
            "hint",
            lazy("One photo, PDF, sound, video or text of at most 10 MB. The worker can open it."),
        )
        super().__init__(*arguments, **options)


class WithFile(ActForm):
    """A form that may bring one file: the form itself says where its field `file` stands."""

    file: OneFile
    stored: Stored | None = None  # what was brought, once it lies sealed in the store

    def validate(self, *arguments: Any, **options: Any) -> bool:
        """A browser forgets a file when the page comes back, so the page says it."""
        fine = super().validate(*arguments, **options)
        if not fine and request.files.get(self.file.name):
            self.file.errors = [_(AGAIN)]
        return fine

    def prepare(self) -> bool:
        """Clean and seal what was chosen, if anything; False with the sentence beside the field.
        Cleaning takes seconds, so the transaction is ended before."""
        try:
            chosen = uploaded(request, self.file.name)
            if len(chosen) > 1:
                raise Refused("too_many_files")
            if chosen:
                self.let_go = True
                self.stored = _kept(chosen[0])
        except OSError as problem:
            log.error("the store of files is away", extra={"place": where(problem)})
            self.file.errors = [_(NO_STORE)]
        except Refused as refused:
            self.file.errors = [refused.sentence]
        return not self.file.errors

    def attach(self, act: Act) -> CaseFile | None:
        """Make what came part of the case, in the transaction of the verb; None without a file."""
        if self.stored is None:
            return None
        return attaching.attach(act, self.stored)

    def take_back(self) -> None:
        """Forget the file, because what it came with was not done."""
        if self.stored is None:
            return
        with suppress(OSError):  # a blob without its key is only room that is lost
            files.forget(site().blobs, self.stored)
        self.stored, self.file.errors = None, [_(AGAIN)]


def _kept(chosen: UploadedFile) -> Stored:
    db.session.rollback()
    floor = current_app.config["SETTINGS"].disk_floor_mb * 1024 * 1024
    free = site().blobs.free()
    if free is not None and free - floor < 2 * chosen.size:
        raise OSError(errno.ENOSPC, "below the floor")
    return files.keep(site().blobs, chosen.read(), chosen.name, here())
