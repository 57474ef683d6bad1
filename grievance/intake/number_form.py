"""The form of somebody who comes back, and what is wrong with a number that was typed."""

from __future__ import annotations

from grievance.i18n import N_, lazy
from grievance.model import complete
from grievance.vault.receipts import MISREAD, grouped
from grievance.web.forms import Form, Number

LOOK_AGAIN = {
    "length": N_("Your number has 20 digits. Count them: five groups of four."),
    "check": N_("A digit is wrong or two are swapped. Look again at the order of the groups."),
    "characters": N_("Your number has only digits. Look again at what you wrote down."),
}
complete(LOOK_AGAIN, MISREAD)
NOT_FOUND = N_(
    "We do not find this number. Look again at each group. If you changed your number, "
    "only the new one works."
)


class CodeForm(Form):
    """The digits on the paper."""

    code = Number(
        lazy("Your number"),
        hint=lazy("The 20 digits you wrote down. Spaces do not matter."),
        needed=lazy("Type the number you wrote down."),
        limit=100,
    )

    def in_fours(self) -> None:
        """Show the digits as they stand on the paper, so that they can be compared."""
        digits = "".join((self.code.data or "").split())
        if digits.isdecimal():
            self.code.data = grouped(digits)
