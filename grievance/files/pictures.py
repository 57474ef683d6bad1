"""Pictures, drawn anew, so that nothing but pixels is left.

Run in the one-shot child, which has loaded Pillow and the plugins of the format. A picture is
made smaller by its short side or its area, never so that a long page of letters is lost.
"""

import io
import struct
import sys
from typing import Any

MAX_PIXELS = 64 * 1024 * 1024  # what the largest common cameras of phones call 64 megapixels
MAX_LONG, MAX_SHORT = 3000, 1500  # one of the two is kept: a photographed page stays readable
MAX_AREA = 40_000_000
MAX_JPEG_SIDE = 65_000
MAX_PNG_BYTES = 10 * 1024 * 1024

Result = tuple[str, bytes | None, list[str]]

_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}  # EXIF orientation to Pillow's Transpose


def strip(name: str, data: bytes) -> Result:
    """The first picture of a file, upright; the code of a refusal in place of the format."""
    pillow: Any = sys.modules["PIL.Image"]
    pillow.MAX_IMAGE_PIXELS = None  # the limit below is ours
    source = pillow.open(io.BytesIO(data), formats=({"heic": "HEIF"}.get(name, name.upper()),))
    if source.width * source.height > MAX_PIXELS:
        return "too_many_pixels", None, []
    several = name != "jpeg" and getattr(source, "n_frames", 1) > 1
    size = _size(source.width, source.height)
    if name == "jpeg":
        source.draft("RGB", size)
    source.load()
    turn = _TURNS.get(_orientation(source))
    image = _plain(source, size, keep_alpha=name in ("png", "gif"))
    if turn is not None:
        image = image.transpose(turn)
    found, clean = _encode(image, name)
    return found, clean, ["first_picture_only"] if several or _moves(name, data) else []


def _size(width: int, height: int) -> tuple[int, int]:
    """The size to draw at. What is long and narrow, a chat of many screens, keeps its width."""
    short, long = sorted((width, height))
    scale = min(1, max(MAX_LONG / long, MAX_SHORT / short))
    scale = min(scale, (MAX_AREA / (width * height)) ** 0.5, MAX_JPEG_SIDE / long)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _moves(name: str, data: bytes) -> bool:
    """Whether a short film lies behind or beside the photo, as phones like to add one."""
    if name == "jpeg":
        return b"ftypmp4" in data or b"ftypisom" in data or b"ftypqt" in data
    return name == "heic" and b"mpvd" in data


def _orientation(image: Any) -> int:
    try:
        return int(image.getexif().get(0x0112, 1))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return 1  # the notes are broken, the picture is not


def _plain(source: Any, size: tuple[int, int], *, keep_alpha: bool) -> Any:
    """The pixels as L, RGB or RGBA in a new image of that size that carries no notes.

    Made small before anything is copied: of a large picture there is no room for several.
    """
    pillow: Any = sys.modules["PIL.Image"]
    if source.mode in ("I", "F") or source.mode.startswith("I;16"):
        source = source.convert("I").point(lambda value: value / 256).convert("L")
    mode = "L" if source.mode in ("1", "L") else "RGB"
    if source.has_transparency_data:
        mode = "RGBA"
    if source.mode != mode:
        source = source.convert(mode)
    if source.size != size:
        source = source.resize(size, pillow.Resampling.LANCZOS, reducing_gap=3)
    if mode == "RGBA":
        return pillow.frombytes(mode, size, source.tobytes()) if keep_alpha else _papered(source)
    plain = pillow.new(mode, size)
    plain.paste(source)
    return plain


def _papered(source: Any) -> Any:
    """The picture on white paper."""
    paper = sys.modules["PIL.Image"].new("RGB", source.size, "white")
    paper.paste(source, mask=source.getchannel("A"))
    return paper


def _encode(image: Any, name: str) -> tuple[str, bytes]:
    target = io.BytesIO()
    if name in ("png", "gif"):
        image.save(target, "PNG")
        if target.tell() <= MAX_PNG_BYTES:
            return "png", target.getvalue()
        image, target = _papered(image) if image.mode == "RGBA" else image, io.BytesIO()
    image.save(target, "JPEG", quality=85)
    return "jpeg", target.getvalue()
