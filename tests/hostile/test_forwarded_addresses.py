"""Which address counts: what our own proxies added, whatever the sender wrote before it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import request

from grievance.app import create_app
from grievance.extensions import db
from tests.conftest import settings_for
from tests.servers import Server

OURS, OUTER, SENDER, CHOSEN = "127.0.0.1", "10.0.0.2", "203.0.113.9", "198.51.100.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counts"),
    [
        (0, SENDER, OURS),  # nobody is trusted: the peer itself, whatever it says
        (0, f"{CHOSEN}, {SENDER}", OURS),
        (1, SENDER, SENDER),
        (1, f"{CHOSEN}, {SENDER}", SENDER),  # what the sender wrote stands before ours
        (2, f"{SENDER}, {OUTER}", SENDER),  # two proxies over two networks, each adds its peer
        (2, f"{CHOSEN}, {SENDER}, {OUTER}", SENDER),
        (2, OUTER, OURS),  # came past the outer one: no list of two, so nothing of it is believed
        (1, "", OURS),
        (1, f"{CHOSEN}, not an address", "not an address"),  # no guess: one lane for it
    ],
)
def test_only_what_our_proxies_added_names_the_sender(
    server: Server,
    shared_database: str,
    ring_folder: Path,
    tmp_path: Path,
    proxies: int,
    forwarded: str,
    counts: str,
) -> None:
    settings = settings_for(server, shared_database, ring_folder, tmp_path)
    app = create_app(replace(settings, trusted_proxies=proxies))
    seen: list[str | None] = []
    app.before_request_funcs.setdefault(None, []).insert(
        0, lambda: seen.append(request.remote_addr)
    )
    client = app.test_client()
    client.get("/en/", headers={"X-Forwarded-For": forwarded} if forwarded else {})
    with app.app_context():
        db.engine.dispose()
    assert seen == [counts]
