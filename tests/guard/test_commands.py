"""A new command says what it works on: it is in one of the lists that `tests/cli` walks."""

from __future__ import annotations

from tests.cli.kinds import ALL, FOLDER, MAKES, NONE, THERE


def test_every_command_is_of_one_kind() -> None:
    assert sorted([*NONE, *THERE, *MAKES, *FOLDER]) == sorted(ALL)
