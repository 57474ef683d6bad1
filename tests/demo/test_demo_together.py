"""What shares an instance runs in one test process: a demonstration is made once, not in each."""

from __future__ import annotations

import pytest


def test_this_room_stays_in_one_process(request: pytest.FixtureRequest) -> None:
    """xdist reads a group from the name it gave a test, and not every pytest lets it."""
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("tests are not spread by groups here")
    assert request.node.nodeid.endswith("@demo")
