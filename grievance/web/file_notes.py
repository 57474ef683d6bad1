"""What is to be known of a file beside its name, for who sent it and who reads it."""

from __future__ import annotations

from collections.abc import Iterable

from grievance.files.cleaning import LATER, NOT_SHOWN, WARNINGS
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.model import complete

HIDDEN = N_("Hidden data is still in it: it may show where it was made and by whom.")
NOTES = {
    "first_picture_only": N_("Only its first picture is shown, nothing that moves."),
    "fonts_missing": N_("Some letters may look wrong: their font was not in the file."),
    "encoding_guessed": N_(
        "We guessed how its letters were written. If they cannot be read, look at the original."
    ),
    "text_only": N_("Only the words were taken out. Pictures and layout are in the original."),
    "unread": N_("We could not take out its words. If it matters, send a photo of it too."),
    "name_differs": N_("Its name said that it is another kind of file."),
} | dict.fromkeys((*NOT_SHOWN, *LATER), HIDDEN)
complete(NOTES, WARNINGS)


def file_notes(warnings: Iterable[str]) -> list[str]:
    """The sentences for what was noted when a file was cleaned, each once."""
    said = dict.fromkeys(NOTES[code] for code in warnings if code in NOTES)
    return [_(sentence) for sentence in said]
