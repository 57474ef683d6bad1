"""Framing and padding: nothing moves across a border, lengths tell little."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grievance.vault import padding
from grievance.vault.errors import Tampered
from grievance.vault.framing import frame

PARTS = st.lists(
    st.binary(max_size=9) | st.text(max_size=9) | st.integers() | st.uuids(), max_size=4
)


@given(PARTS, PARTS)
def test_two_different_sequences_never_share_a_frame(one, other):
    typed = [(type(part), part) for part in one], [(type(part), part) for part in other]
    assert (frame(*one) == frame(*other)) == (typed[0] == typed[1])


def test_a_part_cannot_move_across_a_border():
    assert frame("ab", "c") != frame("a", "bc")
    assert frame("a", "") != frame("a")
    assert len({frame("1"), frame(b"1"), frame(1)}) == 3
    number = uuid4()
    assert frame(number) != frame(str(number))
    assert frame("a", 1) == bytes.fromhex("7300000001 61 6900000001 31")
    assert frame(UUID(int=1))[:5] == b"u\0\0\0\x10"


@pytest.mark.parametrize("part", [True, None, 1.5, ["a"]])
def test_other_types_are_refused(part):
    with pytest.raises(TypeError):
        frame(part)


@given(st.binary(max_size=20_000))
def test_padding_comes_off_again_and_hides_the_length(data):
    padded = padding.pad(data)
    assert padding.unpad(padded) == data
    assert len(padded) == padding.padded_size(len(data)) > len(data)
    assert len(padded) % 256 == 0
    assert len(padded) - len(data) <= max(256, 0.12 * len(padded))


@given(st.integers(0, 4095))
def test_short_texts_take_256_byte_steps(length):
    assert padding.padded_size(length) == (length // 256 + 1) * 256


@given(st.integers(4096, 10**9))
def test_long_texts_take_padme_sizes(length):
    size = padding.padded_size(length)
    mantissa = f"{size:b}".rstrip("0")
    assert len(mantissa) <= size.bit_length().bit_length() + 1
    assert length < size <= length * 1.12 + 1


@given(st.binary(max_size=3), st.integers(0, 200_000))
def test_blobs_take_64_kib_steps(start, zeros):
    data = start + bytes(zeros)
    padded = padding.pad_blob(data)
    assert len(padded) % 65536 == 0
    assert len(padded) - len(data) <= 65536
    assert padding.unpad(padded) == data


@pytest.mark.parametrize("broken", [b"", bytes(256), b"text" + bytes(252)])
def test_what_was_never_padded_is_refused(broken):
    with pytest.raises(Tampered):
        padding.unpad(broken)
