"""What is not run says so, and is a failure where everything has to be there."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def not_run(what: str) -> NoReturn:
    """Skip with the reason; under CI fail with it."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"NOT RUN: {what}")
