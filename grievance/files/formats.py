"""What a file is, told by its first bytes, never by its name or its declared type.

Standard library only and nothing but comparisons, so the web process may do it itself. Whether a
file is really what it says is found out by the one that takes it apart.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A format we take: what kind of thing it is for a reader, its media type and suffix."""

    kind: str
    mime: str
    extension: str


FORMATS = {
    "jpeg": Format("image", "image/jpeg", "jpg"),
    "png": Format("image", "image/png", "png"),
    "webp": Format("image", "image/webp", "webp"),
    "heic": Format("image", "image/heic", "heic"),
    "pdf": Format("pdf", "application/pdf", "pdf"),
    "docx": Format(
        "text", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"
    ),
    "xlsx": Format(
        "text", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"
    ),
    "text": Format("text", "text/plain", "txt"),
    "mp3": Format("audio", "audio/mpeg", "mp3"),
    "aac": Format("audio", "audio/aac", "aac"),
    "m4a": Format("audio", "audio/mp4", "m4a"),
    "ogg": Format("audio", "audio/ogg", "ogg"),
    "gif": Format("image", "image/gif", "gif"),
    "wav": Format("audio", "audio/wav", "wav"),
    "amr": Format("audio", "audio/amr", "amr"),
    "weba": Format("audio", "audio/webm", "weba"),
    "mp4": Format("video", "video/mp4", "mp4"),
    "mov": Format("video", "video/quicktime", "mov"),
}

_MP4_BRANDS = (b"isom", b"iso", b"mp4", b"avc1", b"3gp", b"3g2", b"MSNV", b"dash", b"M4V", b"f4v")
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis")
# Starts of documents that are made of readable characters but are not notes of a person.
_MARKUP = (b"<", b"GIF8", b"%!", b"{\\rtf", b"Rar!", b"PK", b"MZ", b"%PDF")
_BLANK = b"\xef\xbb\xbf \t\r\n"
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b")) + b"\x7f"


def sniff(data: bytes) -> str | None:
    """The format, one of `FORMATS`, that the file claims with its first bytes; None for others."""
    head = data[:1024]
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _sniff_boxes(head)
    if head[:4] == b"PK\x03\x04":  # the names of an archive's parts stand open at its end
        parts = {b"word/document.xml": "docx", b"xl/workbook.xml": "xlsx"}
        return next((name for part, name in parts.items() if part in data[-1_000_000:]), None)
    if head[:4] == b"\x1aE\xdf\xa3":
        return "weba" if b"webm" in head[:64] else None
    for start, name in (
        (b"\xff\xd8\xff", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"GIF87a", "gif"),
        (b"GIF89a", "gif"),
        (b"OggS", "ogg"),
        (b"ID3", "mp3"),
        (b"#!AMR", "amr"),
    ):
        if head.startswith(start):
            return name
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        found = {0x02: "mp3", 0x00: "aac"}.get(head[1] & 0x06)  # the two layer bits
        if found and head[1] != 0xFE:
            return found
    if head.lstrip(_BLANK).startswith(b"%PDF-"):
        return "pdf"
    return "text" if _may_be_text(data, head) else None


def suffix_of(data: bytes) -> str:
    """The suffix of the format that a file claims, empty for one we do not take."""
    name = sniff(data)
    return FORMATS[name].extension if name else ""


def _sniff_boxes(head: bytes) -> str | None:
    size = int.from_bytes(head[:4], "big")
    major, compatible = head[8:12], head[16 : min(size, len(head))]
    brands = [compatible[at : at + 4] for at in range(0, len(compatible), 4)]
    if major in _HEIC_BRANDS or (major == b"mif1" and any(b in _HEIC_BRANDS for b in brands)):
        return "heic"
    if major == b"qt  ":
        return "mov"
    if major in (b"M4A ", b"M4B "):
        return "m4a"
    return "mp4" if major.startswith(_MP4_BRANDS) else None


def _may_be_text(data: bytes, head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16 says so itself
        return not head[2:].replace(b"\0", b"").lstrip().startswith(_MARKUP)
    if head.lstrip(_BLANK).startswith(_MARKUP):
        return False
    return not data.translate(None, _NOT_CONTROLS)


_NOT_CONTROLS = bytes(set(range(256)) - set(_CONTROLS))
