"""The forms of a reply link: the code, ending the visit."""

from __future__ import annotations

from grievance.i18n import N_, lazy
from grievance.model import complete
from grievance.vault.receipts import MISREAD, grouped
from grievance.web.forms import Form, Number

LOOK_AGAIN = {
    "length": N_("The code has 12 digits: three groups of four. Count them."),
    "check": N_("A digit is wrong or two are swapped. Look again at each group."),
    "characters": N_("The code has only digits. Look again at what you wrote down."),
}
complete(LOOK_AGAIN, MISREAD)
WRONG = N_(
    "This code does not open this page. Look again at each group. After ten wrong codes the page "
    "closes, and you need to ask us for a new one."
)


class CodeForm(Form):
    """The digits that came another way."""

    code = Number(
        lazy("Your code"),
        hint=lazy("The 12 digits that came by telephone or in another letter."),
        needed=lazy("Type the code."),
        limit=100,
    )

    def in_fours(self) -> None:
        """Show the digits as they were read out, so that they can be compared."""
        digits = "".join((self.code.data or "").split())
        if digits.isdecimal():
            self.code.data = grouped(digits)


class PlainForm(Form):
    """A button."""
