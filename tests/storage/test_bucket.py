"""A bucket: what it is told, how it fails, and that it never waits for long."""

from __future__ import annotations

import os
import pickle
import socket
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import uuid4

import pytest

from grievance.settings import Bucket, SettingsError
from grievance.storage import BucketBlobs, Misplaced, blobs, bucket
from tests.buckets import PREFIX, SECRET, Buckets

PLACE = "s3://bucket-of-ours/files"
HERE = Bucket("http://127.0.0.1:9", "us-east-1", "key", SECRET)
ACTS: dict[str, Callable[[BucketBlobs], object]] = {
    "put": lambda store: store.put("0" * 32, b"sealed"),
    "open": lambda store: store.open("0" * 32),
    "delete": lambda store: store.delete("0" * 32),
    "exists": lambda store: store.exists("0" * 32),
    "ids": lambda store: list(store.ids()),
    "is_empty": lambda store: store.is_empty(),
    "check": lambda store: store.check(),
}


def made(buckets: Buckets) -> BucketBlobs:
    """A store in a new bucket."""
    return BucketBlobs(buckets.new(), buckets.reached)


def test_an_object_has_an_id_and_ciphertext_and_says_nothing_else(buckets: Buckets) -> None:
    store, blob = made(buckets), uuid4().hex
    store.put(blob, b"sealed")
    name = store.place.netloc
    assert [one["Key"] for one in buckets.client.list_objects_v2(Bucket=name)["Contents"]] == [
        f"{PREFIX}/{blob}"
    ]
    told = buckets.client.get_object(Bucket=name, Key=f"{PREFIX}/{blob}")
    assert told["Body"].read() == b"sealed"
    assert told["Metadata"] == {}
    assert told["ContentType"] in ("binary/octet-stream", "application/octet-stream")
    assert buckets.client.get_object_tagging(Bucket=name, Key=f"{PREFIX}/{blob}")["TagSet"] == []


def test_stores_of_one_bucket_are_apart_by_prefix(buckets: Buckets) -> None:
    address, blob = buckets.new(), uuid4().hex
    one, other = (BucketBlobs(f"{address}/{name}", buckets.reached) for name in ("one", "other"))
    one.put(blob, b"sealed")
    assert other.is_empty()
    assert not other.exists(blob)


def test_an_answer_that_was_lost_is_not_a_blob_of_somebody_else(buckets: Buckets) -> None:
    store, blob = made(buckets), uuid4().hex
    store.put(blob, b"sealed")
    store.put(blob, b"sealed")
    with pytest.raises(FileExistsError):
        store.put(blob, b"other")


@pytest.mark.parametrize("act", ACTS)
def test_one_that_is_gone_is_an_error_that_names_nothing(buckets: Buckets, act: str) -> None:
    store = made(buckets)
    with buckets.away(), pytest.raises(OSError) as failed:
        ACTS[act](store)
    assert not isinstance(failed.value, FileNotFoundError | Misplaced)
    told = "".join(traceback.format_exception(failed.value))
    for secret in (SECRET, "key-of-the-bucket", "0" * 32, store.place.netloc, str(buckets.port)):
        assert secret not in told
    ACTS["check"](store)


@pytest.mark.parametrize("act", ACTS)
def test_one_that_is_silent_is_not_waited_for(act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "ANSWERING", timedelta(milliseconds=300))
    monkeypatch.setattr(bucket, "AGAIN", timedelta(milliseconds=200))
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(20)
        there = replace(HERE, endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(OSError):
            ACTS[act](BucketBlobs(PLACE, there))  # without a limit it would be for ever


def test_the_limits_of_one_call_add_up_to_what_is_said() -> None:
    longest = bucket.AGAIN + bucket.ANSWERING + bucket.CONNECTING
    assert longest.total_seconds() < bucket.LIMIT


def test_half_an_answer_is_no_blob(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "AGAIN", timedelta(milliseconds=200))
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        ThreadPoolExecutor(1) as apart,
    ):
        reading = apart.submit(_read, server.getsockname()[1])
        server.settimeout(60)
        while not reading.done():
            try:
                talk, _from = server.accept()
            except TimeoutError:
                break
            talk.recv(4096)
            talk.sendall(
                b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: "x"\r\n'
                b"Last-Modified: Sun, 29 Nov 2026 10:00:00 GMT\r\n\r\nhalf"
            )
            talk.close()
            server.settimeout(0.5)
        assert reading.result(60) == "OSError"


def _read(port: int) -> str:
    there = replace(HERE, endpoint=f"http://127.0.0.1:{port}")
    try:
        BucketBlobs(PLACE, there).open("0" * 32)
    except OSError as failed:
        return type(failed).__name__
    return "read"


@pytest.mark.parametrize("act", ["put", "open", "ids", "is_empty", "check"])
def test_a_bucket_that_is_not_there_is_told_from_one_that_is_away(
    buckets: Buckets, act: str
) -> None:
    with pytest.raises(Misplaced, match="no such bucket"):
        ACTS[act](BucketBlobs("s3://bucket-of-nobody/files", buckets.reached))


@pytest.mark.parametrize(
    ("status", "lasts"),
    [(400, True), (405, True), (408, False), (425, False), (429, False)],
)
def test_only_a_refusal_that_lasts_keeps_anything_from_starting(
    status: int, lasts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "AGAIN", timedelta(milliseconds=200))

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        there = replace(HERE, endpoint=f"http://127.0.0.1:{server.server_port}")
        try:
            with pytest.raises(OSError) as failed:
                BucketBlobs(PLACE, there).check()
        finally:
            server.shutdown()
    assert isinstance(failed.value, Misplaced) is lasts


def test_a_process_forked_after_it_was_asked_refuses_and_does_not_wait(buckets: Buckets) -> None:
    store = made(buckets)
    store.put("0" * 32, b"sealed")
    child = os.fork()
    if not child:
        try:
            for act in ACTS.values():
                try:
                    act(pickle.loads(pickle.dumps(store)))
                except OSError:
                    continue
                os._exit(1)
            os._exit(0)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.exists("0" * 32)


@pytest.mark.parametrize(
    "address",
    [
        "s3:bucket",
        "s3:///x",
        "s3://B",
        "s3://user:pass@bucket/x",
        "s3://bucket/x?y=z",
        "s3://bucket/../x",
        "s3://bucket/名",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(SettingsError) as refused:
        blobs(address, HERE)
    assert address not in str(refused.value)


@pytest.mark.parametrize(
    "there",
    [
        replace(HERE, endpoint="http://store.example.org"),
        replace(HERE, endpoint="ftp://127.0.0.1"),
        replace(HERE, endpoint="https://"),
        replace(HERE, endpoint="https://user:pass@store.example.org"),
        replace(HERE, key_id=""),
        replace(HERE, secret=""),
    ],
)
def test_what_would_be_open_or_nameless_is_refused(there: Bucket) -> None:
    with pytest.raises(SettingsError) as refused:
        blobs(PLACE, there)
    assert SECRET not in str(refused.value)
    assert "pass" not in str(refused.value)


@pytest.mark.parametrize("endpoint", ["", "https://store.example.org", "http://[::1]:9000"])
def test_tls_or_this_machine(endpoint: str) -> None:
    assert isinstance(blobs(PLACE, replace(HERE, endpoint=endpoint)), BucketBlobs)


def test_the_secret_is_in_no_description() -> None:
    store = BucketBlobs(PLACE, HERE)
    assert SECRET not in repr(HERE) + repr(store) + str(vars(store))


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "INSTALLED", False)
    with pytest.raises(SettingsError, match="requirements-s3"):
        blobs(PLACE, HERE)
