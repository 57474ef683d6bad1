"""The numbers: how many cases, how long each step took, what came of them, and how bodies answer;
and who opened what.

`words` says what each figure counts, `periods` which days are meant, `reading` puts a page
together, `sheets` writes it as a table to take along, `views` are the pages; `half_years` is what
observers read. `reads` is the log of what was opened, `read_form` what it is narrowed to,
`read_words` what it says.
"""

from __future__ import annotations

from flask import Flask

from grievance.reports import half_years, reads, views
from grievance.reports.blueprint import bp

__all__ = ["half_years", "init_app", "reads", "views"]


def init_app(app: Flask) -> None:
    """Serve the numbers."""
    app.register_blueprint(bp)
