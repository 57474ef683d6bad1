"""How the worker may be reached: from the sealed identity to the form and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grievance.i18n import gettext as _
from grievance.intake.return_forms import ContactForm
from grievance.model import can_get_mail


def fill(form: ContactForm, kept: Mapping[str, Any]) -> ContactForm:
    """Show what is kept now."""
    way = str(kept.get("way") or "none")
    form.way.data = way
    if way in ("email", "phone"):
        form[way].data = kept.get("value", "")
    form.safe_when.data, form.never_say.data = kept.get("safe_when"), kept.get("never_say")
    return form


def contact_of(form: ContactForm) -> dict[str, str] | None:
    """The contact a form says, a phone number as E.164; None with the sentence put beside the
    field when it cannot be used."""
    way = str(form.way.data)
    if way == "none":
        return {}
    value = str(form[way].data or "").strip()
    if not (can_get_mail(value) if way == "email" else value):
        wrong = {
            "email": _("Write the whole e-mail address, for example name@example.org."),
            "phone": _("Write the telephone number."),
        }
        form[way].errors = [wrong[way]]
        return None
    return {
        "way": way,
        "value": value,
        "safe_when": str(form.safe_when.data or ""),
        "never_say": str(form.never_say.data or ""),
    }
