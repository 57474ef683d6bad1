"""Where a request comes from, as far as fairness needs to know."""

from __future__ import annotations

from flask import request

from grievance.vault.slots import network


def here() -> bytes:
    """The network of who asks, neither stored nor logged."""
    return network(request.remote_addr or "")
