"""The one-shot child that takes a hostile file apart. Run by path, never imported by the product.

    python -I -S -B cleaner.py FORMAT MEMORY_BYTES CPU_SECONDS LANGUAGE LIBRARY_FOLDER…

The file comes on stdin. On stdout goes one line `STATE FORMAT ISOLATED WARNINGS` (STATE is
cleaned, download_only, refused or failed; with the last two FORMAT is a code), then the clean
bytes. Libraries are loaded first; then every descriptor, process and system call that decoding
does not need is given up for good, and only then is the file read. It imports little, so that it
starts quickly.
"""

import ctypes
import os
import resource
import struct
import sys
from functools import partial
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from types import ModuleType
from typing import Any

_CODECS = ("encodings.latin_1", "encodings.ascii", "encodings.utf_16_le", "encodings.utf_16_be")
_PILLOW = (*_CODECS, "PIL.Image", "PIL.JpegImagePlugin", "PIL.MpoImagePlugin")
_UNZIPPING = ("zipfile", "zlib", "encodings.cp437", "xml.parsers.expat")
_LIBRARIES = {
    "jpeg": _PILLOW,
    "png": (*_PILLOW, "PIL.PngImagePlugin"),
    "webp": (*_PILLOW, "PIL.WebPImagePlugin"),
    "gif": (*_PILLOW, "PIL.GifImagePlugin", "PIL.PngImagePlugin", "copy"),
    "heic": (*_PILLOW, "pillow_heif"),
    **dict.fromkeys(("docx", "xlsx"), _UNZIPPING),
    "pdf": (*_PILLOW, "pypdfium2", "pypdfium2.raw"),
}
_BESIDE = {  # the module of this folder whose `strip` does it
    "text": "plaintext",
    "pdf": "pages",
    **dict.fromkeys(("docx", "xlsx"), "office"),
    **dict.fromkeys(("jpeg", "png", "webp", "gif", "heic"), "pictures"),
    **dict.fromkeys(("mp3", "aac", "amr", "wav", "ogg"), "audio"),
    **dict.fromkeys(("m4a", "mp4", "mov", "weba"), "boxes"),
}


_REFUSALS = ("unsupported", "empty", "broken", "too_many_pixels", "too_many_pages", "encrypted_pdf")


def main(arguments: list[str]) -> None:
    """Clean one file and end the process."""
    name, memory, seconds, language, *folders = arguments
    isolated = _enter(int(memory), int(seconds))
    sys.path += folders
    decode = _load(name, language)
    isolated = _lock(threads=name == "heic") or isolated
    warnings: list[str] = []
    clean: bytes | None = None
    try:
        found, clean, warnings = decode(name, _read())
        state = "download_only" if clean is None else "cleaned"
        if clean is None and found in _REFUSALS:
            state = "refused"
    except MemoryError:
        state, found = "failed", "out_of_memory"
    except (ImportError, PermissionError):  # a wall of ours stood in the way
        state, found = "failed", "crashed"
    except Exception:  # whatever a decoder stumbles over, the file is the reason
        state, found = "refused", "broken"
    _write(f"{state} {found} {int(isolated)} {','.join(warnings) or '-'}\n".encode())
    _write(clean or b"")
    os._exit(0)


# The walls. Each holds alone; the result says whether the kernel cut the network off.


def _enter(memory: int, seconds: int) -> bool:
    """Limits that do not hinder loading; true when the process has a network of its own."""
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
    ):
        resource.setrlimit(limit, (value, value))
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None)
    libc.prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG, SIGKILL
    libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    unshared = libc.unshare(0x10000000 | 0x40000000) == 0  # CLONE_NEWUSER, CLONE_NEWNET
    libc.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: no other process may look in
    return bool(unshared)


def _lock(*, threads: bool) -> bool:
    """No new descriptor, no new process, no other system call; true if the kernel filters them.

    With `threads` a decoder may start threads; only the system call filter then bars processes.
    """
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    if not threads:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    return sys.platform == "linux" and _filter_calls()


# read write close fstat lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn
# readv writev sched_yield mremap madvise nanosleep getpid exit exit_group futex clock_gettime
# clock_nanosleep sigaltstack gettid getrandom sched_getaffinity sysinfo getrusage set_robust_list
# rseq; before them the architecture and `clone`, which may start threads only
_CALLS = {
    "x86_64": (
        (0xC000003E, 56),
        (0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 24, 25, 28, 35, 39, 60, 231, 202)
        + (228, 230, 131, 186, 318, 204, 99, 98, 273, 334),
    ),
    "aarch64": (
        (0xC00000B7, 220),
        (63, 64, 57, 80, 62, 222, 226, 215, 214, 134, 135, 139, 65, 66, 124, 216, 233, 101, 172)
        + (93, 94, 98, 113, 115, 132, 178, 278, 123, 179, 165, 99, 293),
    ),
}
_CLONE_3, _THREAD = 435, 0x10000


def _filter_calls() -> bool:
    """Every system call but those of `_CALLS` answers EPERM from here on (seccomp)."""
    (architecture, clone), calls = _CALLS.get(os.uname().machine, ((0, 0), ()))
    load, equal, any_bit, answer = 0x20, 0x15, 0x45, 0x06
    kill, refuse, unknown, allow = 0x80000000, 0x00050001, 0x00050026, 0x7FFF0000
    last = len(calls)
    steps = [(load, 0, 0, 4), (equal, 1, 0, architecture), (answer, 0, 0, kill), (load, 0, 0, 0)]
    steps += [(equal, 0, 1, _CLONE_3), (answer, 0, 0, unknown)]  # libc then asks for `clone`
    steps += [(equal, 0, 2, clone), (load, 0, 0, 16), (any_bit, last + 1, last, _THREAD)]
    steps += [(equal, last - at, 0, call) for at, call in enumerate(calls)]
    steps += [(answer, 0, 0, refuse), (answer, 0, 0, allow)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    seccomp, filter_mode = 22, 2
    return bool(calls) and ctypes.CDLL(None).prctl(seccomp, filter_mode, program, 0, 0) == 0


def _read() -> bytes:
    pieces = []
    while piece := os.read(0, 1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


def _write(data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(1, rest) :]


def _load(name: str, language: str) -> Any:
    """The function for a format, with all it will ever need already in memory."""
    for library in _LIBRARIES.get(name, ()):
        import_module(library)
    if name == "heic":
        options = {"thumbnails": False, "depth_images": False, "aux_images": False}
        sys.modules["pillow_heif"].register_heif_opener(**options)
    strip = _beside(_BESIDE[name]).strip
    if name == "text":
        return partial(strip, language=language)
    if _BESIDE[name] == "office":
        return partial(_then_text, strip, _beside("plaintext").strip)
    return strip


def _then_text(take: Any, strip: Any, name: str, data: bytes) -> Any:
    """What was taken out of a document goes the way of any note."""
    found, text, warnings = take(name, data)
    if text is None:
        return found, None, warnings
    found, clean, _guess = strip(found, text)
    return (found, clean, warnings) if clean else (name, None, ["unread"])


def _beside(name: str) -> ModuleType:
    """A module of this folder, without importing the product around it."""
    loader = SourceFileLoader(name, os.path.join(os.path.dirname(__file__), name + ".py"))
    spec = spec_from_loader(name, loader)
    if spec is None:
        raise ImportError(name)
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


if __name__ == "__main__":
    main(sys.argv[1:])
