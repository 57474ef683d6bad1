"""Why a file was not taken, as whoever is not staff reads it."""

from __future__ import annotations

from grievance.i18n import N_, current
from grievance.i18n import gettext as _
from grievance.model import some_of
from grievance.refusals import CODES, Refused

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


def sentence_of(refused: Refused, name: str = "") -> str:
    """Why a file was not taken, in the language being spoken. Where that is read from the right,
    the name stands by itself: it would run together with a number beside it."""
    sentence = REFUSALS.get(refused.code, BROKEN)
    name = refused.name or name
    alone = f"\u2068{name}\u2069" if current().direction == "rtl" else name
    return _(sentence) % {"name": alone}
