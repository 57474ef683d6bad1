"""The worker's own pages: filing a complaint, and coming back to it with the number.

`filing` and `attaching` are the way in, `drafting` the draft behind them, `posting` the sending;
`looking` sees what another tab changed, `short` is the first page of its short ways, `whose` asks
whose an earlier draft is. `returning`, `status`, `adding`, `appeals`, `referral`, `remedy_arrival`,
`closing`, `copying`, `proof`, `erasing`, `interpreter`, `wages` and `seen` are the way back,
`visits` a visit with a code; `leaving` ends either.
"""

from __future__ import annotations

from flask import Flask

from grievance.deadlines import procedures
from grievance.intake import (
    adding,
    address,
    after_end,
    appeals,
    attaching,
    closing,
    copying,
    erasing,
    filing,
    interpreter,
    number,
    proof,
    referral,
    remedy_arrival,
    returning,
    seen,
    wages,
    whose,
)
from grievance.intake.blueprint import bp
from grievance.intake.drafting import TELL
from grievance.intake.leaving import leave
from grievance.intake.visits import kept_here
from grievance.questions.bank import shipped
from grievance.referrals.templates import book
from grievance.web.language import first_screens
from grievance.web.resuming import opener

# What the languages without whole pages have too: the short ways of filing, up to the number, and
# the page of a report that is new, and what is asked after the end.
SHORT = frozenset(page for way in TELL for page in shipped().journeys[way])
FIRST = {
    **dict.fromkeys(("start", "check", "receipt", "sent", "open_page", "paper", "number_picture")),
    **dict.fromkeys(("file_doors", "file_files", "file_remove", "whose", "back")),
    **dict.fromkeys(("case", "message", "still", "number", "new_number", "pay")),
    "pay_pdf": None,
    **dict.fromkeys(("allow_interpreter", "refuse_interpreter")),  # back on the same page
    "after": None,  # whether they are safe is asked in their own language
    "question": SHORT,
}

__all__ = [
    "adding", "address", "after_end", "appeals", "attaching", "closing", "copying", "erasing",
    "filing", "init_app", "interpreter",
    "number", "proof",
    "referral", "remedy_arrival", "returning", "seen", "wages", "whose",
]  # fmt: skip


def init_app(app: Flask) -> None:
    """Serve the worker's pages; refuses to start when questions, documents or procedures have a
    fault."""
    shipped()
    book()
    procedures.shipped()
    opener(app, kept_here)
    app.register_blueprint(bp)
    first_screens(app, {f"intake.{name}": pages for name, pages in FIRST.items()})
    app.add_url_rule("/leave", "intake.leave", leave, methods=["POST"])
