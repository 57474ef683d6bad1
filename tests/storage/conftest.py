"""Both kinds of store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grievance.storage import Blobs, blobs
from tests.buckets import Buckets


@pytest.fixture(scope="session")
def buckets() -> Iterator[Buckets]:
    """A server that speaks S3."""
    made = Buckets()
    yield made
    made.stop()


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """An empty store of each kind."""
    if request.param == "folder":
        return blobs(str(tmp_path / "files"))
    served: Buckets = request.getfixturevalue("buckets")
    return blobs(served.new(), served.reached)
