"""The form of the watch after the end: how the worker of a closed report is."""

from __future__ import annotations

from grievance.i18n import lazy
from grievance.intake.reprisal_form import ReprisalForm, reprisal_choice
from grievance.web.forms import Choice, Tick, Words, option


class AfterForm(ReprisalForm):
    """How the worker of a closed report is; `stayed` is asked where something was promised."""

    safe = Choice(
        lazy("Are you safe?"),
        choices=[
            option("yes", lazy("Yes")),
            option("unsure", lazy("I am not sure")),
            option("no", lazy("No")),
        ],
        needed=lazy("Choose an answer."),
    )
    reprisal = reprisal_choice(
        lazy("Was anything done against you or your family because of the report?")
    )
    stayed = Choice(
        lazy("Did all of what was promised come, and is it still there?"),
        choices=[
            option("all", lazy("Yes, all of it")),
            option("part", lazy("Only a part")),
            option("no", lazy("No, or it stopped")),
        ],
        needed=lazy("Choose an answer."),
    )
    message = Words(
        lazy("Do you want to tell us more?"), hint=lazy("You need not. In any language.")
    )
    enough = Tick(lazy("Do not ask me again"))
