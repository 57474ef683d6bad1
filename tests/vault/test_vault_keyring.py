"""The key ring: each kind of process holds its own secrets, and nobody else can read them."""

import stat
from typing import get_args

import pytest

from grievance.vault import grants, keyring, keys
from grievance.vault.keyring import KeyRing, KeyRingError


@pytest.fixture
def folder(tmp_path):
    keyring.create(tmp_path / "ring")
    return tmp_path / "ring"


def test_a_new_ring_is_private_and_complete(folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o400}
    for kind in get_args(keyring.Kind):
        assert KeyRing.load(folder, kind).kind == kind
    secret = [path.read_bytes() for path in folder.iterdir()]
    assert len(set(secret)) == len(secret)


def test_a_ring_is_never_written_over(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(KeyRingError):
        keyring.create(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["ring"]


def test_only_the_worker_opens_the_outbox_and_signs_anchors(folder):
    web, worker = KeyRing.load(folder, "web"), KeyRing.load(folder, "worker")
    box = grants.seal_to(web.notifier_public, b"row", b"news")
    assert grants.open_with(worker.notifier.private, b"row", box) == b"news"
    assert web.anchor_public == worker.anchor_public
    for kind in ("web", "cli", "migrate"):
        ring = KeyRing.load(folder, kind)
        for secret in ("notifier", "anchor_private"):
            with pytest.raises(KeyRingError, match=kind):
                getattr(ring, secret)


def test_the_worker_holds_nothing_that_opens_a_receipt_or_a_session(folder):
    worker = KeyRing.load(folder, "worker")
    secrets = ("peppers", "receipt_salt", "server_key", "public_key_mac", "address_hmac")
    for secret in (*secrets, "paging_key"):
        with pytest.raises(KeyRingError):
            getattr(worker, secret)
    with pytest.raises(KeyRingError):
        worker.pepper_check(1)


@pytest.mark.parametrize("kind", get_args(keyring.Kind))
def test_a_child_gets_only_its_own_files(folder, tmp_path, kind):
    keyring.add_pepper(folder)
    keyring.split(folder, kind, tmp_path / "child")
    keyring.split(folder, kind, tmp_path / "child")  # at every start again
    assert repr(KeyRing.load(tmp_path / "child", kind)) == f"<KeyRing of {kind}>"
    names = {path.name for path in (tmp_path / "child").iterdir()}
    assert ("notifier-private" in names) == (kind == "worker")
    assert ("pepper-2" in names) == (kind in {"web", "cli"})
    held = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert all(held[p.name] == p.read_bytes() for p in (tmp_path / "child").iterdir())


def test_splitting_never_replaces_a_folder_that_is_no_ring(folder, tmp_path):
    other = tmp_path / "photos"
    other.mkdir()
    (other / "sea.jpg").write_bytes(b"jpg")
    with pytest.raises(KeyRingError):
        keyring.split(folder, "web", other)
    assert (other / "sea.jpg").exists()


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o600, 0o500])
def test_a_loose_file_is_refused_and_named(folder, mode):
    (folder / "server-key").chmod(mode)
    with pytest.raises(KeyRingError, match=r"server-key must be mode 0400"):
        KeyRing.load(folder, "web")
    assert KeyRing.load(folder, "worker")  # not its file


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o701])
def test_a_loose_folder_is_refused(folder, mode):
    folder.chmod(mode)
    with pytest.raises(KeyRingError, match="0700"):
        KeyRing.load(folder, "migrate")
    folder.chmod(0o700)


@pytest.mark.parametrize("name", ["server-key", "receipt-salt", "pepper-1", "paging-key"])
def test_a_missing_file_is_refused_and_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(KeyRingError, match=f"{name} is missing"):
        KeyRing.load(folder, "web")


def test_a_missing_folder_a_link_and_a_torn_file_are_refused(folder, tmp_path):
    with pytest.raises(KeyRingError, match="missing"):
        KeyRing.load(tmp_path / "nowhere", "web")
    (folder / "server-key").rename(tmp_path / "elsewhere")
    (folder / "server-key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyRingError, match="server-key"):
        KeyRing.load(folder, "web")
    (folder / "server-key").unlink()
    keyring._write(folder / "server-key", b"torn")
    with pytest.raises(KeyRingError, match="32 bytes"):
        KeyRing.load(folder, "web")


def test_an_unknown_kind_is_refused(folder):
    with pytest.raises(KeyRingError):
        KeyRing.load(folder, "everything")


def test_a_new_pepper_comes_first_and_the_old_one_stays(folder):
    before = KeyRing.load(folder, "web")
    assert [keyring.add_pepper(folder) for _ in range(10)] == list(range(2, 12))
    after = KeyRing.load(folder, "web")
    assert list(after.peppers) == list(range(11, 0, -1))
    assert after.newest_pepper == 11
    assert after.pepper(1) == before.pepper(1)
    assert len(set(after.peppers.values())) == 11


def test_a_wrong_pepper_shows_in_its_check(folder, tmp_path):
    keyring.create(tmp_path / "other")
    ours, theirs = (KeyRing.load(path, "web") for path in (folder, tmp_path / "other"))
    assert ours.pepper_check(1) == KeyRing.load(folder, "cli").pepper_check(1)
    assert ours.pepper_check(1) != theirs.pepper_check(1)
    assert ours.pepper_check(1) == keys.mac(ours.pepper(1), b"check")
    with pytest.raises(KeyRingError):
        ours.pepper_check(2)


def test_a_ring_made_from_a_recovery_sheet_finds_receipts_again(folder, tmp_path):
    keyring.add_pepper(folder)
    lost = KeyRing.load(folder, "web")
    keyring.create(tmp_path / "new", lost.peppers, lost.receipt_salt)
    found = KeyRing.load(tmp_path / "new", "web")
    assert (found.peppers, found.receipt_salt) == (lost.peppers, lost.receipt_salt)
    assert found.server_key != lost.server_key


def test_printing_a_ring_shows_no_secret(folder):
    ring = KeyRing.load(folder, "worker")
    shown = f"{ring} {ring!r} {ring.notifier}"
    for path in folder.iterdir():
        assert repr(path.read_bytes())[2:12] not in shown
        assert path.read_bytes().hex() not in shown
