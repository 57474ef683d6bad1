"""Sealed blobs in a folder: whole or not at all, private, and only under ids of ours."""

import errno
import os
import stat
from pathlib import Path
from uuid import uuid4

import pytest

from grievance.settings import SettingsError
from grievance.storage import FolderBlobs, blobs


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_blobs_lie_two_levels_deep_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    root, blob = tmp_path / "files", uuid4().hex
    FolderBlobs(root).put(blob, b"sealed")
    path = root / blob[:2] / blob[2:4] / blob
    assert files_in(root) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (root, *path.parents[:2])} == {0o700}


def test_a_full_disk_leaves_nothing_behind_and_the_id_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, blob = FolderBlobs(tmp_path), uuid4().hex

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            store.put(blob, b"sealed")
    assert not files_in(tmp_path)
    store.put(blob, b"sealed")
    assert store.exists(blob)


def test_a_part_left_by_a_killed_process_is_not_a_blob(tmp_path: Path) -> None:
    store, blob = FolderBlobs(tmp_path), uuid4().hex
    folder = tmp_path / blob[:2] / blob[2:4]
    folder.mkdir(parents=True)
    (folder / f"{blob}.part").write_bytes(b"sea")
    assert not store.exists(blob)
    assert list(store.ids()) == []


def test_the_setting_is_a_path_with_or_without_its_scheme(tmp_path: Path) -> None:
    blob = uuid4().hex
    blobs(f"folder:{tmp_path}").put(blob, b"sealed")
    assert blobs(str(tmp_path)).exists(blob)


@pytest.mark.parametrize("setting", ["", "folder:", "s3:bucket", "https://somewhere/"])
def test_another_kind_of_store_is_refused_at_the_start(setting: str) -> None:
    with pytest.raises(SettingsError):
        blobs(setting)


@pytest.mark.parametrize(("root_mode", "mode"), [(0o770, 0o770), (0o755, 0o700), (0o700, 0o700)])
def test_who_may_delete_follows_the_folder_and_nobody_else_ever_reads(
    tmp_path: Path, root_mode: int, mode: int
) -> None:
    root, blob = tmp_path / "files", uuid4().hex
    root.mkdir()
    root.chmod(root_mode)
    before = os.umask(0o077)
    try:
        FolderBlobs(root).put(blob, b"sealed")
    finally:
        os.umask(before)
    path = root / blob[:2] / blob[2:4] / blob
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in path.parents[:2]} == {mode}


def test_a_folder_that_cannot_be_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError):
        FolderBlobs(tmp_path / "file").check()
    FolderBlobs(tmp_path / "not" / "yet").check()
