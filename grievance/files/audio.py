"""Sound files without a box structure: what is not sound is left out or blanked.

Run in the one-shot child, standard library only. `strip` returns the format found, the clean
bytes, or None where only a download of the original is honest, and warning codes. Sound itself is
not decoded. ValueError when a file is not what its first bytes say.
"""

from collections.abc import Callable

Result = tuple[str, bytes | None, list[str]]


def strip(name: str, data: bytes) -> Result:
    """The clean form of a file of the sniffed format `name`: mp3, aac, amr, wav or ogg."""
    start = _tag_end(data, 0)
    if name == "mp3" and not _mp3_frame(data, start) and _aac_frame(data, start):
        name = "aac"
    if name == "ogg":
        return _ogg(data)
    if name == "wav":
        return name, _wav(data), []
    if name == "amr":
        return name, _amr(data), []
    return name, _frames(data, _mp3_frame if name == "mp3" else _aac_frame), []


# MPEG audio: only whole frames are kept; ID3 and APE tags fall away.

_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SAMPLES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _mp3_frame(data: bytes, at: int) -> int:
    """Length of the layer III frame at `at`, 0 if there is none."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, rate, sample = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or sample == 3:
        return 0
    kilobits = (_RATES_1 if version == 3 else _RATES_2)[rate]
    factor = 144000 if version == 3 else 72000
    return factor * kilobits // _SAMPLES[version][sample] + (head[2] >> 1 & 1)


def _aac_frame(data: bytes, at: int) -> int:
    """Length of the ADTS frame at `at`, 0 if there is none."""
    head = data[at : at + 7]
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else 0


def _tag_end(data: bytes, at: int) -> int:
    """Where the ID3 or APE tag that starts at `at` ends; `at` itself if there is none."""
    head = data[at : at + 32]
    if head.startswith(b"ID3") and len(head) >= 10:
        size = 0
        for byte in head[6:10]:
            size = size << 7 | byte & 0x7F
        return at + 10 + size + (10 if head[5] & 0x10 else 0)
    if head.startswith(b"APETAGEX"):
        return at + 32 + int.from_bytes(head[12:16], "little")
    return len(data) if head.startswith(b"TAG") and at + 128 >= len(data) else at


def _frames(data: bytes, length_at: Callable[[bytes, int], int]) -> bytes:
    kept: list[bytes] = []
    at = lost = 0
    while at < len(data):
        tag, end = _tag_end(data, at), at + length_at(data, at)
        if tag > at:
            at = tag
        # A chance match inside rubbish is not followed by another frame.
        elif end > at and (end >= len(data) or length_at(data, end) or _tag_end(data, end) > end):
            if end <= len(data):
                kept.append(data[at:end])
            at = end
        else:
            found = data.find(b"\xff", at + 1)
            found = found if found >= 0 else len(data)
            lost += found - at
            at = found
    if len(kept) < 3 or lost > sum(map(len, kept)) // 10:
        raise ValueError("too few frames")
    return b"".join(kept)


# AMR: frames whose length follows from their first byte (3GPP TS 26.101 and 26.201); no metadata.

_AMR_SIZES = {
    b"#!AMR\n": (12, 13, 15, 17, 19, 20, 26, 31, 5, 6, 5, 5, -1, -1, -1, 0),
    b"#!AMR-WB\n": (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, -1, -1, -1, -1, 0, 0),
}


def _amr(data: bytes) -> bytes:
    magic = data[: data.find(b"\n") + 1]
    sizes = _AMR_SIZES.get(magic)
    if sizes is None:
        raise ValueError("not AMR")
    at = end = len(magic)
    while at < len(data):
        size = sizes[data[at] >> 3 & 15]
        if data[at] & 0x83 or size < 0:
            raise ValueError("not a frame")
        at += 1 + size
        end = at if at <= len(data) else end
    if end == len(magic):
        raise ValueError("no frame")
    return data[:end]


def _wav(data: bytes) -> bytes:
    """Only `fmt `, `fact` and `data` are kept: names, places and notes lie in other chunks."""
    kept: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + size]  # a recorder that was cut off promises too much
        if name in (b"fmt ", b"fact", b"data") and name not in kept:
            kept[name] = body
        at += 8 + size + (size & 1)
    if len(kept.get(b"fmt ", b"")) < 16 or not kept.get(b"data"):
        raise ValueError("no sound")
    chunks = b"".join(
        name + len(kept[name]).to_bytes(4, "little") + kept[name] + b"\0" * (len(kept[name]) & 1)
        for name in (b"fmt ", b"fact", b"data")
        if name in kept
    )
    return b"RIFF" + (len(chunks) + 4).to_bytes(4, "little") + b"WAVE" + chunks


# Ogg: the comment packet is replaced by an empty one of the same length.

_OGG_HEAD = 27
_OGG_CODECS = {  # start of the first packet: start and last byte of the comment packet
    b"OpusHead": (b"OpusTags", b""),
    b"\x01vorbis": (b"\x03vorbis", b"\x01"),
}


def _ogg(data: bytes) -> Result:
    pages = _ogg_pages(data)
    streams = {data[at + 14 : at + 18] for at, _, _ in pages}
    starts = sum(data[at + 5] >> 1 & 1 for at, _, _ in pages)
    first = data[pages[0][1] :]
    codec = next((start for start in _OGG_CODECS if first.startswith(start)), None)
    if len(streams) > 1 or starts != 1 or codec is None:
        return "ogg", None, ["other_track"]
    out = bytearray(data[: pages[-1][2]])
    pieces = _second_packet(data, pages)
    old = b"".join(data[start:end] for _, start, end in pieces)
    magic, closing = _OGG_CODECS[codec]
    spare = len(old) - len(magic) - 8 - len(closing)
    if spare < 0 or not old.startswith(magic):
        raise ValueError("no comment packet")
    # The maker's name takes all the room as spaces, then come no comments at all.
    packet = magic + spare.to_bytes(4, "little") + b" " * spare + bytes(4) + closing
    for number, start, end in pieces:
        out[start:end], packet = packet[: end - start], packet[end - start :]
        _ogg_sum(out, pages[number][0], pages[number][2])
    return "ogg", bytes(out), []


def _ogg_pages(data: bytes) -> list[tuple[int, int, int]]:
    """(start, start of the body, end) of every whole page."""
    pages, at = [], 0
    while at + _OGG_HEAD <= len(data):
        if data[at : at + 5] != b"OggS\0":
            raise ValueError("not a page")
        body = at + _OGG_HEAD + data[at + 26]
        end = body + sum(data[at + _OGG_HEAD : body])
        if end > len(data):
            break
        pages.append((at, body, end))
        at = end
    if len(pages) < 3:
        raise ValueError("too few pages")
    return pages


def _second_packet(data: bytes, pages: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """(page number, start, end) of the pieces of the packet that follows the first page."""
    pieces: list[tuple[int, int, int]] = []
    for number, (at, body, page_end) in enumerate(pages[1:], start=1):
        end = body
        for size in data[at + _OGG_HEAD : body]:
            end += size
            if size < 255:
                return [*pieces, (number, body, end)]
        pieces.append((number, body, page_end))
    raise ValueError("an endless packet")


def _ogg_sum(out: bytearray, start: int, end: int) -> None:
    out[start + 22 : start + 26] = bytes(4)
    total = 0
    for byte in out[start:end]:
        total = (total << 8 & 0xFFFFFFFF) ^ _CRC[total >> 24 ^ byte]
    out[start + 22 : start + 26] = total.to_bytes(4, "little")


def _crc_of(value: int) -> int:
    for _ in range(8):
        value = (value << 1 ^ 0x04C11DB7 if value >> 31 else value << 1) & 0xFFFFFFFF
    return value


_CRC = [_crc_of(number << 24) for number in range(256)]
