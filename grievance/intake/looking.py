"""What somebody looked at before sending: a change in another tab is shown before it is sent.

The page carries a short keyed mark of each answer, of the files and of the number. What is marked
otherwise when the form comes back was changed meanwhile.
"""

from __future__ import annotations

import json

from flask import request

from grievance.i18n import gettext as _
from grievance.intake import drafting
from grievance.questions.drafts import OpenDraft
from grievance.vault.receipts import grouped
from grievance.web.binding import same_form
from grievance.web.forms import Form, Hidden

NUMBER, FILES = "receipt", "files"
Changes = list[tuple[str, str]]


class LookForm(Form):
    """A page to look over, then to send."""

    shown = Hidden()


def changes(form: LookForm, draft: OpenDraft, *, again: bool) -> Changes | None:
    """What is otherwise than the page that was sent showed, in words; None when nothing is, unless
    something is known to be (`again`). The form then carries the marks of what it shows now."""
    names = differs(form, draft)
    form.shown.data = " ".join(f"{name}:{mark}" for name, mark in _marks(draft).items())
    if not names and not again:
        return None
    number = [(_("Your number"), grouped(code)) for code in draft.codes.values()]
    stored = ", ".join(str(one["name"]) for one in draft.files) or _("None")
    said = [(line.label, line.text) for line in drafting.lines(draft) if line.question in names]
    files = [(_("Photos, papers, voice"), stored)] if FILES in names else []
    return (number if NUMBER in names else []) + said + files


def differs(form: LookForm, draft: OpenDraft) -> set[str]:
    """The names of what changed since the page that was sent was made. A form that carries no
    marks is taken at its word."""
    sent = form.shown.data or ""
    if request.method != "POST" or not sent:
        return set()
    before = dict(part.rsplit(":", 1) for part in sent.split() if ":" in part)
    return {name for name, _mark in before.items() ^ _marks(draft).items()}


def _marks(draft: OpenDraft) -> dict[str, str]:
    held = {**draft.answers, FILES: draft.files, NUMBER: draft.codes}
    return {
        name: same_form(f"look {name}", json.dumps(value, sort_keys=True)).hex[:10]
        for name, value in held.items()
    }
