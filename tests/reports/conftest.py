"""An operator with staff and cases, as at the desk."""

from __future__ import annotations

from tests.desk.conftest import house, show

__all__ = ["house", "show"]
