"""Uploads are sealed while they are spooled, and limits leave the text of the form intact."""

import os
import tempfile
from pathlib import Path

import flask
import pytest
from file_makers import CANARY
from werkzeug.datastructures import FileStorage

from grievance.refusals import Refused
from grievance.web.uploads import CHUNK, UploadedFile, UploadLimits, init_app, uploaded

MARK = CANARY.encode()


def body(*files: tuple[str, bytes], story: str = "what happened") -> dict[str, object]:
    """A multipart body made by hand: the test client would spool it in the clear itself."""
    parts = [b'--edge\r\nContent-Disposition: form-data; name="story"\r\n\r\n' + story.encode()]
    for name, data in files:
        head = f'--edge\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
        parts.append(head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + data)
    return {
        "data": b"\r\n".join([*parts, b"--edge--\r\n"]),
        "content_type": "multipart/form-data; boundary=edge",
    }


def spooled_on_disk(folder: Path) -> bytes:
    """All that lies in a folder, with the nameless files that this process holds open there."""
    found = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    for link in Path("/proc/self/fd").iterdir():
        try:
            if os.readlink(link).startswith(str(folder)):
                found.append(link.read_bytes())
        except FileNotFoundError:
            continue  # the descriptor of this very listing
    return b"".join(found)


def app_with(limits: UploadLimits | None, seen: list[object]) -> flask.Flask:
    app = flask.Flask("spool")
    if limits:
        init_app(app, limits)

    @app.post("/")
    def receive() -> tuple[str, int]:
        try:
            files = uploaded(flask.request)
        except Refused as refusal:
            seen.append((refusal.code, refusal.name, str(refusal)))
            return flask.request.form["story"], 413
        seen.extend((file.name, file.size, file.read()) for file in files)
        return flask.request.form["story"], 200

    return app


def test_files_come_through_whole_at_every_edge_of_a_chunk() -> None:
    seen: list[object] = []
    sizes = (1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 1_500_000)
    sent = [(f"{size}.jpg", os.urandom(size)) for size in sizes]
    answer = app_with(UploadLimits(), seen).test_client().post("/", **body(*sent))
    assert answer.status_code == 200
    assert seen == [(name, len(data), data) for name, data in sent]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
@pytest.mark.parametrize("sealing", [True, False], ids=["sealed", "control without sealing"])
def test_no_plaintext_of_a_file_reaches_the_disk(
    sealing: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    app, during = flask.Flask("canary"), bytearray()
    if sealing:
        init_app(app)

    @app.post("/")
    def receive() -> str:
        storage: FileStorage = flask.request.files["files"]
        storage.stream.read(10)
        during.extend(spooled_on_disk(tmp_path))
        return "read"

    app.test_client().post("/", **body(("letter.txt", MARK * 100_000)))
    assert len(during) > 1_500_000, "the file was not spooled to the disk: nothing was tested"
    assert (MARK in during) is not sealing
    assert not spooled_on_disk(tmp_path)


@pytest.mark.parametrize(
    ("sizes", "code", "name"),
    [
        ([100, 1001], "too_big", "1.jpg"),
        ([900, 900, 900], "body_too_big", "2.jpg"),
        ([10, 10, 10, 10], "too_many_files", "3.jpg"),
    ],
)
def test_beyond_a_limit_the_text_is_kept_and_the_file_is_named(
    sizes: list[int], code: str, name: str
) -> None:
    seen: list[object] = []
    app = app_with(UploadLimits(body=2500, file=1000, files=3), seen)
    sent = body(*[(f"{number}.jpg", b"x" * size) for number, size in enumerate(sizes)])
    answer = app.test_client().post("/", **sent)
    assert (answer.status_code, answer.text) == (413, "what happened")
    assert seen == [(code, name, code)]


def test_a_file_that_is_too_big_is_dropped_from_the_disk_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    app, during = flask.Flask("drop"), []
    init_app(app, UploadLimits(body=4_000_000, file=1_000_000))

    @app.post("/")
    def receive() -> str:
        assert flask.request.form["story"]
        during.append(spooled_on_disk(tmp_path))
        return "read"

    app.test_client().post("/", **body(("film.mp4", b"x" * 3_000_000)))
    assert during == [b""]


def test_exactly_the_limits_are_taken() -> None:
    seen: list[object] = []
    app = app_with(UploadLimits(body=3000, file=1000, files=3), seen)
    sent = body(*[(f"{number}.jpg", b"x" * 1000) for number in range(3)])
    assert app.test_client().post("/", **sent).status_code == 200
    assert len(seen) == 3


def test_a_body_several_times_too_big_is_refused_unread() -> None:
    app = app_with(UploadLimits(body=1000, file=1000), [])
    assert app.test_client().post("/", **body(("a.jpg", b"x" * 4000))).status_code == 413
    assert app.test_client().post("/", data={"story": "x" * 4000}).status_code == 413


def test_inputs_left_empty_are_no_files() -> None:
    seen: list[object] = []
    app = app_with(UploadLimits(files=1), seen)
    sent = body(("", b""), ("a.jpg", b"x"), ("", b""))
    assert app.test_client().post("/", **sent).status_code == 200
    assert [file[0] for file in seen] == ["a.jpg"]


def test_an_application_that_spools_in_the_clear_is_told_so() -> None:
    app = app_with(None, [])
    app.testing = True
    with pytest.raises(TypeError, match="in the clear"):
        app.test_client().post("/", **body(("a.jpg", b"x")))


def test_neither_name_nor_type_stand_in_the_repr() -> None:
    app, shown = flask.Flask("repr"), []
    init_app(app)

    @app.post("/")
    def receive() -> str:
        [file] = uploaded(flask.request)
        assert isinstance(file, UploadedFile)
        shown.append(repr(file))
        return "read"

    app.test_client().post("/", **body((f"{CANARY}.jpg", b"x")))
    assert shown == ["UploadedFile(size=1)"]
