"""Cleaning of uploaded files: the parent side, called in the uploading request.

A one-shot child with an empty environment takes the file apart (`cleaner.py`); nothing it says is
taken on trust. What cannot be cleaned now is kept sealed as it came, marked *not yet cleaned*.
"""

import contextlib
import re
import signal
import subprocess
import sys
import threading
import unicodedata
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from grievance.files.formats import FORMATS, Format, sniff
from grievance.model import few_marks, of_list, shortened
from grievance.refusals import CODES, Refused
from grievance.vault.turns import Busy, Turns

REFUSALS = frozenset(
    ("too_big", "unsupported", "too_many_pixels", "too_many_pages", "encrypted_pdf")
    + ("broken", "empty")
)
of_list(REFUSALS, CODES)
NOT_SHOWN = ("other_track", "external_reference", "unknown_codec")  # there is only a download
LATER = ("busy", "timed_out", "out_of_memory", "crashed")  # not cleaned; worth another try
WARNINGS = frozenset(
    ("first_picture_only", "fonts_missing", "encoding_guessed", "text_only")  # cleaned, yet look
    + (*NOT_SHOWN, "unread", *LATER)
    + ("name_differs",)  # the name's suffix promises another format
)


@dataclass(frozen=True)
class Limits:
    """Bytes of a file and of its clean form, seconds, memory of a child, children at once."""

    file_bytes: int = 10 * 1024 * 1024
    clean_bytes: int = 40 * 1024 * 1024
    wait_seconds: float = 2
    wall_seconds: float = 20
    cpu_seconds: int = 10
    memory_bytes: int = 1024 * 1024 * 1024


LIMITS = Limits()
# Per web process. One source holds one child, and few requests wait: the others keep their threads.
CHILDREN = Turns(2, each=1, share=2, room=3)


@dataclass(frozen=True)
class Cleaned:
    """What became of a file.

    `state` is `cleaned` (`data` is the clean form, which `kind`, `mime` and `extension` describe),
    `download_only` or `not_cleaned` (`data` is None and they describe the original). `isolated`
    tells whether the kernel kept the child from the network.
    """

    kind: str
    mime: str
    extension: str
    data: bytes | None = field(repr=False)
    state: str
    warnings: tuple[str, ...] = ()
    isolated: bool = False


def clean(
    data: bytes,
    declared_name: str,
    limits: Limits = LIMITS,
    source: bytes = b"",
    language: str = "",
) -> Cleaned:
    """Clean one file. The name only serves to warn when its suffix promises another format.

    Refused for what is empty, above 10 MB, of no format we take, or found wanting by the child.
    `source` is whose turn it is, a network; `language`, a slug, that of who brings it: notes whose
    encoding must be guessed are likely in one of its own. Waits up to 2 s for a free child and up
    to 20 s for its work; after that `not_cleaned`.
    """
    if not data:
        raise Refused("empty")
    if len(data) > limits.file_bytes:
        raise Refused("too_big")
    name = sniff(data)
    if name is None:
        raise Refused("unsupported")
    surprise = () if _suffix_fits(declared_name, FORMATS[name]) else ("name_differs",)
    try:
        with CHILDREN.hold(source, wait=limits.wait_seconds):
            status, answer = _run(name, data, limits, language)
    except Busy:
        return _result(FORMATS[name], "not_cleaned", ("busy", *surprise))
    return _judge(name, status, answer, surprise)


def safe_name(name: str, extension: str) -> str:
    """A file name fit to be shown and saved: its last part, with the suffix of the real format.

    No folders, controls, direction marks or characters that a file system forbids; at most 80
    grapheme clusters and 200 code points with the suffix. Scripts stay as they are, ZWJ and ZWNJ
    too. A name of which nothing is left becomes `file`.
    """
    stem = re.split(r"[/\\]", name[-1000:])[-1]
    stem = "".join(
        letter
        for letter in re.sub(r"\s+", " ", stem)
        if letter in "\u200c\u200d"
        or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}\Z", "", re.sub(r'[<>:"|?*]', "_", stem).strip(" ."))
    room = 79 - len(extension)
    stem = shortened(few_marks(stem)[:200], room)[: 199 - len(extension)]
    return f"{stem.strip(' .') or 'file'}.{extension}"


def _run(name: str, data: bytes, limits: Limits, language: str) -> tuple[int, bytes]:
    """The child's exit status and answer; a child that is too slow is killed."""
    child = subprocess.Popen(
        [*_COMMAND, name, str(limits.memory_bytes), str(limits.cpu_seconds), language, *_FOLDERS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    )
    watchdog = threading.Timer(limits.wall_seconds, child.kill)
    watchdog.start()
    try:
        answer = _converse(child, data, limits.clean_bytes)
    finally:
        watchdog.cancel()
        child.kill()
        child.wait()
    return child.returncode, answer


def _converse(child: subprocess.Popen[bytes], data: bytes, most: int) -> bytes:
    if child.stdin is None or child.stdout is None:
        raise TypeError("the child has no pipes")
    answer = b""
    with child.stdout as answers:
        # A child that dies before it has read all breaks the pipe; its status says why.
        with contextlib.suppress(BrokenPipeError), child.stdin as questions:
            questions.write(data)
        answer = answers.read(most + 1)
        if len(answer) > most:
            child.kill()
    child.wait()
    return answer


def _judge(name: str, status: int, answer: bytes, surprise: tuple[str, ...]) -> Cleaned:
    head, _, payload = answer.partition(b"\n")
    words = head[:200].decode("ascii", "replace").split(" ")
    if status or len(words) != 4:
        reason = "timed_out" if status in (-signal.SIGKILL, -signal.SIGXCPU) else "crashed"
        return _result(FORMATS[name], "not_cleaned", (reason, *surprise))
    state, found, isolated, noted = words
    if state == "refused":
        raise Refused(found if found in REFUSALS else "broken")
    warnings = (*(word for word in noted.split(",") if word in WARNINGS), *surprise)
    if found == "text" and sniff(payload) != "text":  # markup behind characters that were dropped
        if name != "text":  # the words of a document
            return _result(FORMATS[name], "download_only", ("unread", *surprise), isolated == "1")
        raise Refused("unsupported")
    if state == "cleaned" and found in FORMATS and sniff(payload) in _LOOKS_LIKE[found]:
        return _result(FORMATS[found], "cleaned", warnings, isolated == "1", payload)
    if state == "download_only" and found in FORMATS:
        return _result(FORMATS[found], "download_only", warnings, isolated == "1")
    reason = found if found in WARNINGS else "crashed"
    return _result(FORMATS[name], "not_cleaned", (reason, *surprise), isolated == "1")


def _result(
    found: Format,
    state: str,
    warnings: tuple[str, ...],
    isolated: bool = False,
    data: bytes | None = None,
) -> Cleaned:
    return Cleaned(found.kind, found.mime, found.extension, data, state, warnings, isolated)


_LOOKS_LIKE = {name: (name,) for name in FORMATS} | {"m4a": ("m4a", "mp4"), "mp4": ("m4a", "mp4")}
_SAME = {"jpeg": "jpg", "heif": "heic", "oga": "ogg", "opus": "ogg", "webm": "weba", "3gp": "mp4"}
_SAME |= {"m4v": "mp4", "m4b": "m4a", "csv": "txt", "md": "txt", "log": "txt", "json": "txt"}


def _suffix_fits(name: str, found: Format) -> bool:
    suffix = Path(name).suffix.lower().removeprefix(".")
    return not suffix or _SAME.get(suffix, suffix) == found.extension


def _folders() -> list[str]:
    """Where the child finds the decoders: it starts without any installed package."""
    specs = [find_spec(library) for library in ("PIL", "pillow_heif", "pypdfium2")]
    return sorted({str(Path(spec.origin).parent.parent) for spec in specs if spec and spec.origin})


_FOLDERS = _folders()
_COMMAND = (sys.executable, "-I", "-S", "-B", str(Path(__file__).with_name("cleaner.py")))
