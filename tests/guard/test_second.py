"""What speaks the database's own words is tried on the second database too."""

from __future__ import annotations

import re

from tests.conftest import SECOND
from tests.guard.source import modules

OWN_WORDS = re.compile(
    r"sqlalchemy\.dialects|^from sqlalchemy import .*\btext\b|func\.(pg_|jsonb|set_config)", re.M
)
ELSEWHERE = {"cli": "backup", "extensions": "accounts"}  # rooms without a test folder of their name


def test_every_room_with_sql_of_its_own_runs_on_the_second_database() -> None:
    speaking = {one.room for one in modules() if OWN_WORDS.search(one.text)}
    assert "accounts" in speaking
    assert {ELSEWHERE.get(room, room) for room in speaking} <= set(SECOND)
