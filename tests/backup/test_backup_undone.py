"""A restore that fails takes its files away again: all it can, and says how many it could not."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from grievance.backup.files import BLOBS, restored_blobs
from grievance.storage import FolderBlobs


class Stubborn(FolderBlobs):
    """A store that does not delete these."""

    def __init__(self, folder: Path, kept: list[str]) -> None:
        super().__init__(folder)
        self._kept = kept

    def delete(self, blob: str) -> None:
        """Fail for those."""
        if blob in self._kept:
            raise OSError("the store does not answer")
        super().delete(blob)


def test_one_file_that_stays_does_not_keep_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [uuid4().hex for _each in range(4)]
    for name in names:
        path = tmp_path / "backup" / BLOBS / name[:2] / name[2:4] / name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"sealed")
    store = Stubborn(tmp_path / "files", names[:2])
    with (
        pytest.raises(ValueError, match="what failed"),
        restored_blobs(tmp_path / "backup", names, store),
    ):
        raise ValueError("what failed")
    assert sorted(store.ids()) == sorted(names[:2])
    assert "2 of 4 files may have stayed" in capsys.readouterr().err
