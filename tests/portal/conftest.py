"""Public pages with the shipped directory behind them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.pages import Page, read_page

Get = Callable[[str], Page]


@pytest.fixture
def get(client: FlaskClient, loaded: Session) -> Get:
    """Opens a page that must be there."""

    def opened(path: str) -> Page:
        page = read_page(client.get(path, follow_redirects=True))
        assert page.status == 200, (path, page.status)
        return page

    return opened
