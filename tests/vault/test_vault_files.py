"""File bodies: sealed while written, verified whole before reading, unreadable when torn."""

import hashlib
import io
import os
import signal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from grievance.vault import keys
from grievance.vault.errors import Tampered
from grievance.vault.files import CHUNK, SEALED_CHUNK, SealingWriter, verify_and_open
from grievance.vault.framing import frame

CANARY = b"kanariya-7731 "


def _sealed(data):
    sink = io.BytesIO()
    writer = SealingWriter(sink)
    writer.write(data)
    return writer.finish(), sink.getvalue()


def _opens(key, raw):
    try:
        verify_and_open(key, io.BytesIO(raw))  # the call alone, nothing is read from it
    except Tampered:
        return False
    return True


def _opened(key, raw):
    return b"".join(verify_and_open(key, io.BytesIO(raw)))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 3 * CHUNK), st.integers(1, 100_000))
def test_any_size_in_any_portions_comes_back(size, portion):
    data = (CANARY * (size // len(CANARY) + 1))[:size]
    sink = io.BytesIO()
    writer = SealingWriter(sink)
    for start in range(0, size, portion):
        writer.write(data[start : start + portion])
    done = writer.finish()
    assert _opened(done.key, sink.getvalue()) == data
    assert done.size == size
    assert len(sink.getvalue()) == (size // CHUNK + 1) * SEALED_CHUNK
    assert done.digest == hashlib.sha256(sink.getvalue()).digest()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_the_edges_of_chunks(size):
    done, raw = _sealed(b"\0" * size)
    assert _opened(done.key, raw) == b"\0" * size


def test_the_format_is_the_written_one():
    done, raw = _sealed(b"a" * CHUNK + b"b")
    cipher, aad = AESGCM(done.key), frame("file.body/1")
    first = cipher.decrypt(bytes(7) + b"\0\0\0\0" + b"\0", raw[:SEALED_CHUNK], aad)
    last = cipher.decrypt(bytes(7) + b"\0\0\0\1" + b"\1", raw[SEALED_CHUNK:], aad)
    assert first == b"a" * CHUNK
    assert last == b"b\x80" + bytes(CHUNK - 2)


def test_every_kind_of_damage_is_noticed_before_the_first_byte():
    done, raw = _sealed(os.urandom(4 * CHUNK + 100))
    chunks = [raw[at : at + SEALED_CHUNK] for at in range(0, len(raw), SEALED_CHUNK)]
    assert len(chunks) == 5
    other, foreign = _sealed(os.urandom(CHUNK))
    damage = {
        "nothing left": b"",
        "last chunk cut off": b"".join(chunks[:-1]),
        "half a chunk cut off": raw[: -SEALED_CHUNK // 2],
        "one byte cut off": raw[:-1],
        "first chunk cut off": b"".join(chunks[1:]),
        "two chunks swapped": b"".join([chunks[1], chunks[0], *chunks[2:]]),
        "a chunk repeated": b"".join([chunks[0], chunks[0], *chunks[1:]]),
        "last chunk repeated": raw + chunks[-1],
        "bytes appended": raw + b"\0",
        "a foreign chunk": b"".join([foreign[:SEALED_CHUNK], *chunks[1:]]),
        "a bit of the last chunk": raw[:-9] + bytes([raw[-9] ^ 1]) + raw[-8:],
    }
    assert [what for what, broken in damage.items() if _opens(done.key, broken)] == []
    assert not _opens(other.key, raw)
    assert _opens(done.key, raw)


def test_a_file_damaged_between_the_passes_stops_at_the_damage(tmp_path):
    done, raw = _sealed(b"a" * (2 * CHUNK))
    path = tmp_path / "body"
    path.write_bytes(raw)
    portions = verify_and_open(done.key, path)
    path.write_bytes(raw[:SEALED_CHUNK] + bytes(SEALED_CHUNK) + raw[2 * SEALED_CHUNK :])
    assert next(portions) == b"a" * CHUNK
    with pytest.raises(Tampered):
        next(portions)


def test_a_path_is_read_like_a_file_object(tmp_path):
    done, raw = _sealed(CANARY)
    (tmp_path / "body").write_bytes(raw)
    assert list(verify_and_open(done.key, tmp_path / "body")) == [CANARY]
    assert list(verify_and_open(done.key, str(tmp_path / "body"))) == [CANARY]


def test_a_key_encrypts_exactly_once():
    writer = SealingWriter(io.BytesIO())
    writer.write(CANARY)
    first = writer.finish()
    for again in (lambda: writer.write(CANARY), writer.finish):
        with pytest.raises(ValueError, match="finished"):
            again()
    retry, _ = _sealed(CANARY)
    assert retry.key != first.key
    assert first.key.hex() not in repr(first)
    assert repr(first.key) not in repr(first)


def test_a_process_killed_while_writing_leaves_nothing_readable(tmp_path):
    """Even its key, which only this test smuggles out, does not open the torn file."""
    path: Path = tmp_path / "body"
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        with path.open("wb", buffering=0) as sink:
            writer = SealingWriter(sink)
            writer.write(CANARY * (3 * CHUNK // len(CANARY)))
            os.write(told, writer._key)
            os.kill(os.getpid(), signal.SIGKILL)
    key = os.read(ready, 32)
    os.waitpid(child, 0)
    raw = path.read_bytes()
    assert len(raw) == 2 * SEALED_CHUNK
    assert CANARY not in raw
    assert key not in raw
    for attempt in (key, keys.new_key()):
        with pytest.raises(Tampered):
            verify_and_open(attempt, path)
