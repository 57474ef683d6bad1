"""The pages of a partner's people, signed in: who they are, their colleagues, and their key.

Whoever comes without an account comes over a reply link (`partners`).
"""

from __future__ import annotations

from flask import Flask

from grievance.partner_desk import board, people, referral, self_check
from grievance.partner_desk.surface import partner

VIEWS = (board, referral, people, self_check)  # importing a module puts its views on the blueprint


def init_app(app: Flask) -> None:
    """Serve the pages of every module above."""
    app.register_blueprint(partner)
