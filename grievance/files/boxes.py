"""mp4, QuickTime and WebM: every box that is not known to be needed is blanked where it stands.

Run in the one-shot child, standard library only. Blanking keeps the length of the file, so the
tables that point into it stay right. `strip` returns the format found, the clean bytes, or None
where only a download of the original is honest, and warning codes. ValueError when a file does
not hold together.
"""

from collections.abc import Iterator

Result = tuple[str, bytes | None, list[str]]
Box = tuple[bytes, int, int, int]  # name, start, start of the payload, end


def strip(name: str, data: bytes) -> Result:
    """The clean form of a file of the sniffed format `name`: m4a, mp4, mov or weba."""
    return _webm(data) if name == "weba" else _mp4(name, bytearray(data))


# ISO base media (mp4, m4a, 3gp) and QuickTime. Places, dates, makes of phones and titles lie in
# `udta`, `meta` and `uuid`; times of recording in the headers; a track of places is a third kind.

_TABLES = b"stsd stts ctts cslg stss stsz stz2 stsc stco co64 sgpd sbgp sdtp subs"
_KEPT: dict[bytes, frozenset[bytes]] = {
    parent: frozenset(children.split())
    for parent, children in {
        b"": b"ftyp styp moov moof mdat sidx mfra free skip wide",
        b"moov": b"mvhd iods trak mvex",
        b"trak": b"tkhd edts tref mdia",
        b"mdia": b"mdhd hdlr elng minf",
        b"minf": b"vmhd smhd nmhd gmhd hdlr dinf stbl",
        b"stbl": _TABLES,
        b"dinf": b"dref",
        b"mvex": b"mehd trex",
        b"moof": b"mfhd traf",
        b"traf": b"tfhd tfdt trun sgpd sbgp sdtp subs",
    }.items()
}
_CODECS = frozenset(
    b"avc1 avc3 hvc1 hev1 mp4v s263 vp09 av01 mp4a samr sawb alac Opus sowt twos lpcm".split()
)


class _Tracks:
    """What the walk found out about the tracks."""

    def __init__(self) -> None:
        self.handlers: set[bytes] = set()
        self.warnings: set[str] = set()


def _mp4(name: str, data: bytearray) -> Result:
    tracks = _Tracks()
    _walk(data, b"", 0, len(data), tracks)
    if not tracks.handlers & {b"vide", b"soun"}:
        raise ValueError("no track")
    if name != "mov":
        name = "mp4" if b"vide" in tracks.handlers else "m4a"
    if tracks.handlers - {b"vide", b"soun"}:
        tracks.warnings.add("other_track")
    return name, None if tracks.warnings else bytes(data), sorted(tracks.warnings)


def _walk(data: bytearray, parent: bytes, start: int, end: int, tracks: _Tracks) -> None:
    for name, at, payload, stop in _boxes(data, start, end):
        if name not in _KEPT[parent] or name in (b"free", b"skip", b"wide"):
            data[at + 4 : at + 8] = b"free"
            data[payload:stop] = bytes(stop - payload)
        elif name in _KEPT:
            _walk(data, name, payload, stop, tracks)
        elif name in (b"mvhd", b"tkhd", b"mdhd"):
            width = 16 if data[payload] == 1 else 8  # creation and modification time
            data[payload + 4 : payload + 4 + width] = bytes(width)
        elif name == b"hdlr":
            if parent == b"mdia":
                tracks.handlers.add(bytes(data[payload + 8 : payload + 12]))
            data[payload + 24 : stop] = bytes(max(0, stop - payload - 24))
        elif name == b"stsd":
            _check_entries(data, payload, stop, _CODECS, tracks)
        elif name == b"dref":
            _check_entries(data, payload, stop, None, tracks)


def _boxes(data: bytearray, start: int, end: int) -> Iterator[Box]:
    at = start
    while at < end:
        size, payload = int.from_bytes(data[at : at + 4], "big"), at + 8
        name = bytes(data[at + 4 : at + 8])
        if size == 1:
            size, payload = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        elif size == 0:
            size = end - at
        if payload > end or at + size < payload or at + size > end:
            raise ValueError("a box goes over its parent")
        yield name, at, payload, at + size
        at += size


def _check_entries(
    data: bytearray, payload: int, stop: int, codecs: frozenset[bytes] | None, tracks: _Tracks
) -> None:
    """Codecs are known ones; without `codecs`, data references stay within the file."""
    for name, _, inside, _ in _boxes(data, payload + 8, stop):
        if codecs is None and not data[inside + 3] & 1:
            tracks.warnings.add("external_reference")
        elif codecs is not None and name not in codecs:
            tracks.warnings.add("unknown_codec")


# WebM: a flat walk, since ids are unique over all levels and recorders leave sizes unknown.

_ENTERED = frozenset({0x18538067, 0x1F43B675, 0x1549A966, 0x1654AE6B, 0xAE})
_CLUSTER = 0x1F43B675
_TRACK_TYPE, _CODEC, _APPLICATIONS = 0x83, 0x86, (0x4D80, 0x5741)
_LEAVES = frozenset(
    {0x1A45DFA3, 0x114D9B74, 0x1C53BB6B}  # EBML head, SeekHead, Cues
    | {0x2AD7B1, 0x4489, *_APPLICATIONS}  # Info: scale, duration, the names of the programs
    | {0xD7, 0x73C5, 0x83, 0xB9, 0x88, 0x55AA, 0x9C, 0x6DE7, 0x23E383, 0x86, 0x63A2}
    | {0x56AA, 0x56BB, 0xE1, 0x22B59C, 0x55EE}  # TrackEntry
    | {0xE7, 0xA3, 0xA0, 0xAB, 0xA7}  # Cluster
)


def _webm(data: bytes) -> Result:
    out = bytearray(data)
    types: set[int] = set()
    codecs: set[bytes] = set()
    for identity, at, payload, end in _elements(out):
        if identity == _TRACK_TYPE:
            types.add(int.from_bytes(out[payload:end], "big"))
        elif identity == _CODEC:
            codecs.add(bytes(out[payload:end]))
        elif identity in _APPLICATIONS:
            out[payload:end] = b" " * (end - payload)
        elif identity not in _LEAVES:
            out[at:end] = _void(end - at)
    if 1 in types:
        return "unsupported", None, []
    if types != {2}:
        raise ValueError("no sound")
    # Other codecs keep comments of their own in the codec's private data.
    return ("weba", bytes(out), []) if codecs == {b"A_OPUS"} else ("weba", None, ["unknown_codec"])


def _elements(data: bytearray) -> Iterator[tuple[int, int, int, int]]:
    """(id, start, start of the payload, end) of all that is not entered; cuts a torn-off end."""
    at, in_cluster = 0, False
    while at < len(data):
        identity, payload = _vint(data, at, keep_marker=True)
        size, payload = _vint(data, payload)
        end = payload + size
        if identity in _ENTERED:
            in_cluster = in_cluster or identity == _CLUSTER
            at = payload
        elif size >= 0 and end <= len(data):
            yield identity, at, payload, end
            at = end
        elif in_cluster:
            del data[at:]
        else:
            raise ValueError("an element goes over the end")


def _vint(data: bytearray, at: int, *, keep_marker: bool = False) -> tuple[int, int]:
    """An EBML number, an id with its marker, and where it ends; -1 is a size that is not known."""
    first = data[at] if at < len(data) else 0
    length = 9 - first.bit_length()
    if length > (4 if keep_marker else 8) or at + length > len(data):
        raise ValueError("not an element")
    value = int.from_bytes(data[at : at + length], "big")
    if keep_marker:
        return value, at + length
    value &= (1 << 7 * length) - 1
    return -1 if value == (1 << 7 * length) - 1 else value, at + length


def _void(length: int) -> bytes:
    """A Void element of exactly `length` bytes."""
    if length - 2 < 127:
        return b"\xec" + bytes([0x80 | length - 2]) + bytes(length - 2)
    return b"\xec\x01" + (length - 9).to_bytes(7, "big") + bytes(length - 9)
