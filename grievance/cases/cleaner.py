"""The one-shot child that takes a hostile file apart. Run by path, never imported by the product.

    python -I -S -B cleaner.py FORMAT MEMORY_BYTES CPU_SECONDS LIBRARY_FOLDER…

The file comes on stdin. On stdout goes one line `STATE FORMAT ISOLATED WARNINGS` (STATE is
cleaned, download_only, refused or failed; with the last two FORMAT is a code), then the clean
bytes. Libraries are loaded first; then every descriptor, process and system call that decoding
does not need is given up for good, and only then is the file read. It imports little, so that it
starts quickly.
"""

import ctypes
import io
import os
import resource
import struct
import sys
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from types import ModuleType
from typing import Any

MAX_PIXELS = 40_000_000
MAX_SIDE = 3000  # pixels: a photographed page stays readable
MAX_PAGES = 50
DOTS_PER_INCH = 150
MAX_PNG_BYTES = 10 * 1024 * 1024

Result = tuple[str, bytes | None, list[str]]

_CODECS = ("encodings.latin_1", "encodings.ascii", "encodings.utf_16_le", "encodings.utf_16_be")
_PILLOW = (*_CODECS, "PIL.Image", "PIL.JpegImagePlugin", "PIL.MpoImagePlugin")
_LIBRARIES = {
    "jpeg": _PILLOW,
    "png": (*_PILLOW, "PIL.PngImagePlugin"),
    "webp": (*_PILLOW, "PIL.WebPImagePlugin"),
    "heic": (*_PILLOW, "pillow_heif"),
    "pdf": (*_PILLOW, "pypdfium2", "pypdfium2.raw"),
}
_BESIDE = {  # the module of this folder whose `strip` does it
    "text": "plaintext",
    **dict.fromkeys(("mp3", "aac", "amr", "wav", "ogg"), "audio"),
    **dict.fromkeys(("m4a", "mp4", "mov", "weba"), "boxes"),
}


class Refused(Exception):
    """The file is not taken; the argument is the code."""


def main(arguments: list[str]) -> None:
    """Clean one file and end the process."""
    name, memory, seconds, *folders = arguments
    isolated = _enter(int(memory), int(seconds))
    sys.path += folders
    decode = _load(name)
    isolated = _lock(threads=name == "heic") or isolated
    warnings: list[str] = []
    clean: bytes | None = None
    try:
        found, clean, warnings = decode(name, _read())
        state = "download_only" if clean is None else "cleaned"
        if found in ("unsupported", "empty"):
            state = "refused"
    except Refused as refusal:
        state, found = "refused", str(refusal)
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


def _load(name: str) -> Any:
    """The function for a format, with all it will ever need already in memory."""
    for library in _LIBRARIES.get(name, ()):
        import_module(library)
    if name == "heic":
        options = {"thumbnails": False, "depth_images": False, "aux_images": False}
        sys.modules["pillow_heif"].register_heif_opener(**options)
    if name in _BESIDE:
        return _beside(_BESIDE[name]).strip
    return _pdf if name == "pdf" else _image


def _beside(name: str) -> ModuleType:
    """A module of this folder, without importing the product around it."""
    loader = SourceFileLoader(name, os.path.join(os.path.dirname(__file__), name + ".py"))
    spec = spec_from_loader(name, loader)
    if spec is None:
        raise ImportError(name)
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


# Images: drawn anew, so that nothing but pixels is left.

_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}  # EXIF orientation to Pillow's Transpose


def _image(name: str, data: bytes) -> Result:
    pillow: Any = sys.modules["PIL.Image"]
    pillow.MAX_IMAGE_PIXELS = None  # the limit below is ours
    source = pillow.open(io.BytesIO(data), formats=({"heic": "HEIF"}.get(name, name.upper()),))
    if source.width * source.height > MAX_PIXELS:
        raise Refused("too_many_pixels")
    several = name != "jpeg" and getattr(source, "n_frames", 1) > 1
    if name == "jpeg":
        source.draft("RGB", (MAX_SIDE, MAX_SIDE))
    source.load()
    turn = _TURNS.get(_orientation(source))
    image = _plain(source, keep_alpha=name == "png")
    image.thumbnail((MAX_SIDE, MAX_SIDE), pillow.Resampling.LANCZOS)
    if turn is not None:
        image = image.transpose(turn)
    found, clean = _encode(image, name)
    return found, clean, ["first_picture_only"] if several else []


def _orientation(image: Any) -> int:
    try:
        return int(image.getexif().get(0x0112, 1))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return 1  # the notes are broken, the picture is not


def _plain(source: Any, *, keep_alpha: bool) -> Any:
    """The pixels as L, RGB or RGBA in a new image that carries no notes."""
    pillow: Any = sys.modules["PIL.Image"]
    if source.mode in ("I", "F") or source.mode.startswith("I;16"):
        source = source.convert("I").point(lambda value: value / 256).convert("L")
    if source.has_transparency_data:
        source = source.convert("RGBA")
        if keep_alpha:
            return pillow.frombytes("RGBA", source.size, source.tobytes())
        paper = pillow.new("RGB", source.size, "white")
        paper.paste(source, mask=source.getchannel("A"))
        return paper
    mode = "L" if source.mode in ("1", "L") else "RGB"
    plain = pillow.new(mode, source.size)
    plain.paste(source.convert(mode))
    return plain


def _encode(image: Any, name: str) -> tuple[str, bytes]:
    target = io.BytesIO()
    if name == "png":
        image.save(target, "PNG")
        if target.tell() <= MAX_PNG_BYTES:
            return "png", target.getvalue()
        image, target = _plain(image, keep_alpha=False), io.BytesIO()
    image.save(target, "JPEG", quality=85)
    return "jpeg", target.getvalue()


# PDF: each page is drawn and the drawing alone goes into a new document.


def _pdf(_name: str, data: bytes) -> Result:
    pdfium: Any = sys.modules["pypdfium2"]
    try:
        source = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = error.err_code in (4, 5)  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
        raise Refused("encrypted_pdf" if locked else "broken") from None
    if len(source) > MAX_PAGES:
        raise Refused("too_many_pages")
    if not len(source):
        raise Refused("broken")
    source.init_forms()  # what was typed into a form is part of the page
    target, missing = pdfium.PdfDocument.new(), False
    for page in source:
        missing = missing or _lacks_font(page)
        _add_page(target, page)
        page.close()
    written = io.BytesIO()
    target.save(written)
    return "pdf", written.getvalue(), ["fonts_missing"] if missing else []


def _add_page(target: Any, page: Any) -> None:
    pdfium: Any = sys.modules["pypdfium2"]
    width, height = page.get_size()
    scale = min(DOTS_PER_INCH / 72, MAX_SIDE / max(width, height, 1))
    drawing = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(drawing, "JPEG", quality=75)
    image = pdfium.PdfImage.new(target)
    image.load_jpeg(drawing, inline=True, autoclose=False)
    image.set_matrix(pdfium.PdfMatrix().scale(width, height))
    flat = target.new_page(width, height)
    flat.insert_obj(image)
    flat.gen_content()
    flat.close()


def _lacks_font(page: Any) -> bool:
    """Whether letters beyond Latin are set in a font that the file does not bring along."""
    pdfium, raw = sys.modules["pypdfium2"], sys.modules["pypdfium2.raw"]
    letters = page.get_textpage()
    for part in page.get_objects(filter=(raw.FPDF_PAGEOBJ_TEXT,), textpage=letters):
        try:
            if not part.get_font().is_embedded and any(c > "\u024f" for c in part.extract()):
                return True
        except pdfium.PdfiumError:
            continue  # no letters, or no font to ask
    return False


if __name__ == "__main__":
    main(sys.argv[1:])
