"""A desk with some history, once for a file of tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask

from grievance.app import create_app
from grievance.extensions import db
from tests.conftest import TEMPLATE, settings_for
from tests.hostile.audit_scene import Scene, played
from tests.servers import Server


@pytest.fixture(scope="module")
def app_of_scene(
    server: Server, ring_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    name = f"grievance_tampered_{uuid4().hex[:8]}"
    server.ensure_database(name, template=TEMPLATE)
    made = create_app(settings_for(server, name, ring_folder, tmp_path_factory.mktemp("scene")))
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def played_once(app_of_scene: Flask, server: Server, ring_folder: Path) -> Iterator[Scene]:
    made = played(app_of_scene, server, ring_folder)
    yield made
    made.session.close()
    made.owner.close()


@pytest.fixture
def scene(played_once: Scene) -> Iterator[Scene]:
    """What a test changes is taken back after it."""
    yield played_once
    played_once.owner.rollback()
    played_once.session.rollback()
