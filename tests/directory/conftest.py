"""The shipped directory, loaded into the test's transaction."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from grievance.directory import facts, operations
from tests.directory.loaded import NOW, words


@pytest.fixture
def loaded(session: Session) -> Session:
    """The session of the test with the shipped directory in it."""
    operations.load(session, facts.shipped(), NOW, "cli:directory load", words=words())
    return session
