"""The page of permissions is what roles and routes say."""

from __future__ import annotations

import os

from flask import Flask

from tests.guard.permissions import PAGE, written


def test_the_page_is_that_of_roles_and_routes(shared_app: Flask) -> None:
    told = written(shared_app)
    if os.environ.get("WRITE"):
        PAGE.write_text(told, encoding="utf-8")
    wanted = "run `WRITE=1 pytest tests/guard/test_permissions.py`"
    assert PAGE.read_text(encoding="utf-8") == told, wanted
