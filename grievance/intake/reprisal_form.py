"""The question whether a worker was punished, wherever it is asked."""

from __future__ import annotations

from babel.support import LazyProxy

from grievance.i18n import lazy
from grievance.web.forms import DECLINED, Choice, FormId, option


def reprisal_choice(question: LazyProxy) -> Choice:
    """The field for it, in the words of the form: no, yes, or rather not told."""
    return Choice(
        question,
        hint=lazy("Only we read your answer."),
        choices=[
            option("no", lazy("No")),
            option("yes", lazy("Yes")),
            option("unsaid", DECLINED),
        ],
        needed=lazy("Choose an answer. You may also say that you would rather not tell."),
    )


class ReprisalForm(FormId):
    """A form that asks whether the worker was punished; its own fields come before."""

    reprisal: Choice

    @property
    def punished(self) -> bool | None:
        """Yes, no, or None where they would rather not say."""
        return {"yes": True, "no": False}.get(self.reprisal.data or "")
