"""What every store does, whether a folder or a bucket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from grievance.storage import Blobs

MEGABYTES = b"sealed" * 2_000_000


def read(store: Blobs, blob: str) -> bytes:
    """A blob's bytes."""
    with store.open(blob) as source:
        return source.read()


def test_a_blob_comes_back_as_it_was_kept(store: Blobs) -> None:
    blob, large = uuid4().hex, uuid4().hex
    assert store.is_empty()
    assert not store.exists(blob)
    store.put(blob, b"sealed" * 1000)
    store.put(large, MEGABYTES)
    assert store.exists(blob)
    assert not store.is_empty()
    assert read(store, blob) == b"sealed" * 1000
    assert read(store, large) == MEGABYTES


@pytest.mark.parametrize(
    "blob",
    [
        "",
        "..",
        "../../etc/passwd",
        "A" * 32,
        "0" * 31,
        "0" * 33,
        "99320174-07fe-4649-8be5-15e2fbbadd72",
        "é" * 32,
    ],
)
def test_an_id_that_is_not_the_hex_of_a_uuid_is_refused_everywhere(store: Blobs, blob: str) -> None:
    for act in (lambda: store.put(blob, b"x"), lambda: store.open(blob)):
        with pytest.raises(ValueError):
            act()
    for look in (store.delete, store.exists):
        with pytest.raises(ValueError):
            look(blob)
    assert store.is_empty()


def test_a_blob_is_never_overwritten(store: Blobs) -> None:
    blob = uuid4().hex
    store.put(blob, b"first")
    with pytest.raises(FileExistsError):
        store.put(blob, b"second")
    assert read(store, blob) == b"first"


def test_deleting_removes_the_bytes_and_may_be_repeated(store: Blobs) -> None:
    blob, other = uuid4().hex, uuid4().hex
    store.put(blob, b"sealed")
    store.put(other, b"stays")
    store.delete(blob)
    store.delete(blob)
    assert not store.exists(blob)
    assert list(store.ids()) == [other]
    with pytest.raises(FileNotFoundError):
        store.open(blob)
    assert read(store, other) == b"stays"


def test_the_ids_are_those_that_were_put(store: Blobs) -> None:
    put = {uuid4().hex for _ in range(12)}
    for blob in put:
        store.put(blob, blob.encode())
    assert set(store.ids()) == put


def test_many_threads_use_it_at_once(store: Blobs) -> None:
    put = [uuid4().hex for _ in range(12)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda blob: store.put(blob, blob.encode()), put))
        assert list(threads.map(lambda blob: read(store, blob), put)) == [b.encode() for b in put]


def test_one_that_is_well_says_so(store: Blobs) -> None:
    store.check()
    store.put(uuid4().hex, b"sealed")
    store.check()
    assert store.free() is None or store.free()
