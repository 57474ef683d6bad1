"""Sound and film: the container is taken apart by a whitelist, the sound itself left as it is."""

import struct

import pytest
from file_makers import CANARY, sample

from grievance.files import audio, boxes
from grievance.files.cleaning import Cleaned, clean
from grievance.files.formats import FORMATS, sniff
from grievance.refusals import Refused

MARK = CANARY.encode()
IN_SAMPLES = b"Canary Marlowe +35.6812"


def wav(*chunks: tuple[bytes, bytes]) -> bytes:
    inner = b"".join(
        name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)
        for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(inner) + 4) + b"WAVE" + inner


FMT = (b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16))


def box(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload) + 8) + name + payload


def cleaned(name: str, data: bytes | None = None) -> Cleaned:
    result = clean(data or sample(name), name)
    assert (result.state, result.warnings) == ("cleaned", ())
    assert result.data is not None
    return result


@pytest.mark.parametrize(
    ("name", "kind", "mime"),
    [
        ("voice.mp3", "audio", "audio/mpeg"),
        ("voice.m4a", "audio", "audio/mp4"),
        ("voice.ogg", "audio", "audio/ogg"),
        ("voice.webm", "audio", "audio/webm"),
        ("voice.amr", "audio", "audio/amr"),
        ("voice.aac", "audio", "audio/aac"),
        ("clip.mp4", "video", "video/mp4"),
        ("clip.mov", "video", "video/quicktime"),
        ("frag.mp4", "video", "video/mp4"),
    ],
)
def test_titles_and_places_are_gone_and_the_format_is_told_by_content(
    name: str, kind: str, mime: str
) -> None:
    original = sample(name)
    assert IN_SAMPLES in original or name in ("voice.amr", "voice.aac")
    result = cleaned(name)
    assert (result.kind, result.mime) == (kind, mime)
    assert b"Marlowe" not in (result.data or b"Marlowe")
    again = cleaned(name, result.data)
    assert again.data == result.data


@pytest.mark.parametrize("name", ["voice.m4a", "clip.mp4", "clip.mov", "frag.mp4"])
def test_sound_and_pictures_of_a_box_file_keep_place_and_bytes(name: str) -> None:
    original, result = sample(name), cleaned(name).data
    assert result is not None
    assert len(result) == len(original)
    start = original.index(b"mdat")
    end = start - 4 + struct.unpack(">I", original[start - 4 : start])[0]
    assert result[start - 4 : end] == original[start - 4 : end]
    for table in (b"stsd", b"stsz", b"stsc"):
        at = original.index(table)
        size = struct.unpack(">I", original[at - 4 : at])[0]
        assert result[at - 4 : at - 4 + size] == original[at - 4 : at - 4 + size]


def test_the_time_of_recording_is_blanked() -> None:
    original, result = sample("clip.mp4"), cleaned("clip.mp4").data
    assert result is not None
    at = original.index(b"mvhd") + 8
    assert original[at : at + 4] != bytes(4)
    assert result[at : at + 8] == bytes(8)


def test_places_in_every_other_box_are_blanked() -> None:
    for extra in (box(b"uuid", MARK), box(b"meta", MARK), box(b"free", MARK), box(b"XTRA", MARK)):
        assert MARK not in (cleaned("clip.mp4", sample("clip.mp4") + extra).data or MARK)


def test_a_track_that_is_neither_sound_nor_picture_makes_a_film_download_only() -> None:
    film = sample("clip.mp4")
    moov = film.index(b"moov") - 4
    size = struct.unpack(">I", film[moov : moov + 4])[0]
    places = box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + b"meta" + bytes(12))))
    grown = struct.pack(">I", size + len(places)) + film[moov + 4 : moov + size] + places
    result = clean(film[:moov] + grown + film[moov + size :], "clip.mp4")
    assert (result.state, result.data) == ("download_only", None)
    assert result.warnings == ("other_track",)


def test_a_film_that_points_outside_itself_is_download_only() -> None:
    film = bytearray(sample("clip.mp4"))
    film[film.index(b"url ") + 7] = 0
    assert clean(bytes(film), "clip.mp4").warnings == ("external_reference",)


def test_an_unknown_codec_is_download_only() -> None:
    result = clean(sample("clip.mp4").replace(b"avc1\0\0\0\0\0\0", b"evil\0\0\0\0\0\0"), "a.mp4")
    assert (result.state, result.warnings) == ("download_only", ("unknown_codec",))


def test_only_the_sound_of_a_wav_is_kept() -> None:
    sound = bytes(range(200)) * 3
    noted = wav((b"LIST", b"INFO" + MARK), FMT, (b"bext", MARK), (b"data", sound), (b"id3 ", MARK))
    assert cleaned("note.wav", noted).data == wav(FMT, (b"data", sound))


def test_a_wav_whose_recorder_was_cut_off_keeps_what_is_there() -> None:
    whole = wav(FMT, (b"data", b"\1\2" * 500))
    assert cleaned("note.wav", whole[:-400]).data == wav(FMT, (b"data", b"\1\2" * 300))


def test_tags_around_and_rubbish_between_mpeg_frames_fall_away() -> None:
    pure = cleaned("voice.mp3").data or b""
    head = b"ID3\4\0\0\0\0\0" + bytes([len(MARK)]) + MARK
    ape = b"APETAGEX" + struct.pack("<IIII", 2000, len(MARK), 0, 0) + bytes(8) + MARK
    tail = b"TAG" + MARK.ljust(125, b"\0")
    assert cleaned("a.mp3", head + pure + ape + tail).data == pure
    first = audio._mp3_frame(pure, 0)
    torn = cleaned("a.mp3", pure[:first] + MARK + pure[first:]).data
    assert torn == pure[first:]  # a frame that runs into rubbish is given up


def test_the_sum_of_an_ogg_page_that_was_blanked_is_right() -> None:
    result = bytearray(cleaned("voice.ogg").data or b"")
    page = result.index(b"OggS", 4)
    assert b"OpusTags" in result[page : page + 100]
    end = result.index(b"OggS", page + 4)
    sum_in_file = bytes(result[page + 22 : page + 26])
    original = sample("voice.ogg")
    assert sum_in_file != original[page + 22 : page + 26]
    # The encoder's own sums prove the function: it must find the one of an untouched page again.
    untouched = bytearray(original)
    audio._ogg_sum(untouched, page, end)
    assert untouched == original
    audio._ogg_sum(result, page, end)
    assert bytes(result[page + 22 : page + 26]) == sum_in_file


def test_two_streams_in_one_ogg_are_download_only() -> None:
    twice = sample("voice.ogg") * 2
    assert (clean(twice, "a.ogg").state, clean(twice, "a.ogg").data) == ("download_only", None)


def test_a_webm_that_was_cut_off_ends_with_its_last_whole_block() -> None:
    whole = cleaned("voice.webm").data or b""
    part = cleaned("voice.webm", sample("voice.webm")[:4000]).data or b""
    assert 3000 < len(part) < 4000
    assert part == whole[: len(part)]


def test_a_webm_film_is_not_taken() -> None:
    with pytest.raises(Refused) as caught:
        clean(sample("clip.webm"), "clip.webm")
    assert caught.value.code == "unsupported"


@pytest.mark.parametrize(
    "name",
    ["voice.m4a", "voice.ogg", "voice.webm", "clip.mp4", "voice.mp3", "voice.aac", "clip.mov"],
)
def test_a_mere_beginning_is_broken(name: str) -> None:
    with pytest.raises(Refused) as caught:
        clean(sample(name)[:20], name)
    assert caught.value.code in ("broken", "unsupported")


@pytest.mark.parametrize(
    "name", ["voice.m4a", "voice.ogg", "voice.webm", "voice.amr", "clip.mp4", "voice.mp3"]
)
def test_no_damage_makes_the_walk_endless_or_lets_the_canary_through(name: str) -> None:
    """Every byte of the head damaged in turn: the answer is clean, a download, or a refusal."""
    original = sample(name)
    strip = audio.strip if sniff(original) in ("mp3", "aac", "ogg", "amr", "wav") else boxes.strip
    for at in range(8, min(len(original), 700)):
        damaged = bytearray(original)
        damaged[at] ^= 0xFF
        try:
            found, data, warnings = strip(sniff(original) or "", bytes(damaged))
        except (ValueError, IndexError):
            continue
        assert found in (*FORMATS, "unsupported")
        assert data is not None or warnings or found == "unsupported"
        assert IN_SAMPLES not in (data or b""), at


@pytest.mark.parametrize(
    ("magic", "frame"),
    [
        (b"#!AMR\n", b"\x3c" + bytes(31)),  # 12.2 kbit/s
        (b"#!AMR-WB\n", b"\x44" + bytes(60)),  # 23.85 kbit/s
    ],
)
def test_a_phones_voice_note_is_kept_frame_by_frame_and_a_torn_end_falls(
    magic: bytes, frame: bytes
) -> None:
    whole = magic + frame * 5
    assert cleaned("voice.amr", whole).data == whole
    assert cleaned("voice.amr", whole + frame[:9]).data == whole
    with pytest.raises(Refused, match="broken"):
        clean(whole + MARK, "voice.amr")
