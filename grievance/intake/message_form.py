"""The form of a message, on the page that speaks every language."""

from __future__ import annotations

from grievance.i18n import N_, lazy
from grievance.web.forms import Files, FormId, Words

EMPTY = N_("Write something, or choose a file.")


class MessageForm(FormId):
    """A message or an answer, with files."""

    message = Words(lazy("Your message"), hint=lazy("Write in any language."))
    files = Files(
        lazy("Photos, PDF, sound or text"),
        hint=lazy("Up to 10 files, 10 MB each. We take hidden data such as the place out."),
    )
