"""Preparing a paper for a company: the handler picks who of it may read, and nobody is ticked."""

from __future__ import annotations

import pytest

from tests.cases.conftest import world

__all__ = ["world"]
pytestmark = pytest.mark.usefixtures("loaded")
HERE = "company-hotline-template"
