"""A packet lies under a key of its own and is named by a digest that nothing survives unnoticed."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import LargeBinary, inspect, select

from grievance.referrals.drafting import Drafting, draft
from grievance.referrals.models import (
    Consent,
    Packet,
    PacketFile,
    PacketGrant,
    Referral,
    ReferralAnswer,
)
from grievance.referrals.operations import sealing
from grievance.referrals.operations.sealing import FlatFile, Making
from grievance.referrals.templates import book
from grievance.refusals import Refused
from grievance.vault.errors import Tampered
from grievance.vault.keys import Holder, new_key, new_pair
from tests.cast import NOW
from tests.referrals.conftest import BODY, Desk
from tests.referrals.told import IN_JAPANESE, TOLD


def opened(desk: Desk, packet: Packet) -> sealing.OpenPacket:
    privates = {desk.operator.generation: desk.pair.private}
    return sealing.open_packet(desk.session, packet, "organisation", desk.operator.id, privates)


def test_its_holder_reads_what_was_kept_copies_too(desk: Desk):
    packet = desk.packet()
    read = opened(desk, packet)
    assert any("Nguyễn Thị Linh" in text for text in read.document.texts())
    [copy] = sealing.files_of(desk.session, packet)
    flat = sealing.open_file(read, copy, desk.site.blobs)
    assert (flat.name, flat.mime, flat.data) == ("slip.png", "image/png", b"picture")


def test_a_copy_knows_the_file_it_was_made_of(desk: Desk):
    source = uuid4()
    copies = (FlatFile("1.png", "image/png", b"one", source), FlatFile("2.png", "image/png", b"2"))
    assert sealing.sources(desk.session, opened(desk, desk.packet(files=copies))) == {source}


def test_only_its_own_key_opens_it(desk: Desk):
    packet, other = desk.packet(), desk.packet()
    stranger = new_pair()
    for private in (stranger.private, new_key()):
        with pytest.raises(Tampered):
            sealing.open_packet(
                desk.session, packet, "organisation", desk.operator.id, {1: private}
            )
    with pytest.raises(Tampered):
        sealing.give(desk.session, packet, opened(desk, other).key, desk.operator)
    for kind, holder, generation in (
        ("receipt", desk.operator.id, 1),
        ("organisation", uuid4(), 1),
        ("organisation", desk.operator.id, 2),
    ):
        with pytest.raises(Refused, match="no_grant"):
            sealing.open_packet(desk.session, packet, kind, holder, {generation: desk.pair.private})


def test_a_grant_moved_to_another_packet_opens_nothing(desk: Desk):
    packet, other = desk.packet(), desk.packet()
    grants = {grant.packet_id: grant for grant in desk.session.scalars(select(PacketGrant))}
    grants[packet.id].box = grants[other.id].box
    with pytest.raises(Tampered):
        opened(desk, packet)


def test_a_receipt_given_the_key_reads_it_and_a_new_generation_too(desk: Desk):
    packet, pair, newer = desk.packet(), new_pair(), new_pair()
    receipt = Holder("receipt", uuid4(), 1, pair.public)
    grant = sealing.give(desk.session, packet, opened(desk, packet).key, receipt)
    desk.session.flush()
    read = sealing.open_packet(desk.session, packet, "receipt", receipt.id, {1: pair.private})
    assert read.document == opened(desk, packet).document
    sealing.reseal(
        desk.session, grant, pair.private, Holder("receipt", receipt.id, 2, newer.public)
    )
    again = sealing.open_packet(desk.session, packet, "receipt", receipt.id, {2: newer.private})
    assert again.key == read.key


def test_one_letter_more_is_another_digest(desk: Desk):
    longer = {**TOLD, "what-happened": TOLD["what-happened"] + "."}
    first = desk.packet()
    second = desk.packet(answers=longer)
    assert first.digest != second.digest
    assert len(first.digest or b"") == 32


def flipped(value: bytes) -> bytes:
    return value[:-1] + bytes([value[-1] ^ 1])


@pytest.mark.parametrize(
    "change",
    [
        {"mechanism": "jp-otit"},
        {"immigration": "no"},
        {"template": "generic"},
        {"language": "en"},
        {"form": "no_identity"},
        {"parts": ["story"]},
        {"content": flipped},
        {"digest": flipped},
        {"key_check": flipped},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_frozen_packet_that_was_changed_does_not_open(desk: Desk, change: dict[str, Any]):
    packet = desk.packet()
    for name, value in change.items():
        setattr(packet, name, value(getattr(packet, name)) if callable(value) else value)
    desk.session.flush()
    with pytest.raises(Tampered):
        opened(desk, packet)


def test_a_copy_added_taken_away_or_changed_is_noticed(desk: Desk):
    packet, other = desk.packet(), desk.packet()
    [copy] = sealing.files_of(desk.session, packet)
    read = opened(desk, packet)
    with pytest.raises(Refused, match="other_case"):
        sealing.open_file(opened(desk, other), copy, desk.site.blobs)
    copy.meta = flipped(copy.meta)
    desk.session.flush()
    with pytest.raises(Tampered):
        opened(desk, packet)
    with pytest.raises(Tampered):
        sealing.open_file(read, copy, desk.site.blobs)
    desk.session.delete(copy)
    desk.session.flush()
    with pytest.raises(Tampered):
        opened(desk, packet)


def test_frozen_is_final_and_a_draft_can_go(desk: Desk):
    kept = desk.kept()
    assert kept.packet.digest is None
    assert opened(desk, kept.packet).document == kept.document
    sealing.freeze(desk.session, kept.packet, NOW)
    for act in (
        lambda: sealing.freeze(desk.session, kept.packet, NOW),
        lambda: sealing.discard(desk.session, kept.packet, desk.site.blobs),
    ):
        with pytest.raises(Refused, match="frozen"):
            act()
    second = desk.kept()
    blob = sealing.files_of(desk.session, second.packet)[0].blob.hex
    sealing.discard(desk.session, second.packet, desk.site.blobs)
    assert not desk.site.blobs.exists(blob)
    assert desk.session.get(Packet, second.packet.id) is None


def test_a_document_for_another_body_or_for_reading_only_is_not_kept(desk: Desk):
    def making(body: str, language: str) -> Making:
        document = draft(
            book().templates["lsio"],
            TOLD,
            Drafting(
                mechanism=BODY,
                name="労基署",
                operator="x",
                language=language,
                beside="vi",
                form="named",
                parts=("story",),
                translations=IN_JAPANESE if language == "ja" else {},
            ),
        )
        return Making(case_id=desk.case_id, mechanism=body, immigration="no", document=document)

    for body, language, code in (("jp-otit", "ja", "recipient"), (BODY, "vi", "language")):
        with pytest.raises(Refused, match=code):
            sealing.keep(desk.session, making(body, language), [], desk.site.blobs, NOW)


@pytest.mark.parametrize(
    ("form", "parts"),
    [("no_identity", ("story",)), ("no_identity", ("story", "language")), ("named", ("story",))],
)
def test_a_paper_with_words_that_its_reader_does_not_read_is_kept_by_nobody(
    desk: Desk, form: str, parts: tuple[str, ...]
):
    with pytest.raises(Refused, match="untranslated"):
        desk.kept(form=form, parts=parts, translations={})
    assert desk.session.scalars(select(Packet)).first() is None
    assert desk.kept(form=form, parts=parts).packet.id


def test_a_kept_paper_has_a_number_that_tells_nothing_and_comes_back_with_it(desk: Desk):
    kept, other = desk.kept(), desk.kept()
    assert re.fullmatch("[0-9A-F]{4}-[0-9A-F]{4}", kept.document.number)
    assert kept.document.number == sealing.number_of(kept.packet.id) != other.document.number
    assert opened(desk, kept.packet).document.number == kept.document.number


def test_no_word_of_the_worker_stands_in_a_clear_column(desk: Desk):
    referral = desk.delivered()
    desk.hears(referral, "acknowledged", reference="Aichi-77", note="They called Linh.")
    secrets = ("Linh", "Nguy", "阮", "Aichi", "愛知", "lương", "slip", "RR123", "5678", "豊橋")
    clear = sealed = 0
    for model in (Packet, PacketGrant, PacketFile, Consent, Referral, ReferralAnswer):
        rows = desk.session.scalars(select(model)).all()
        assert rows, model
        for row in rows:
            for column in inspect(model).columns:
                value = getattr(row, inspect(model).get_property_by_column(column).key)
                binary = isinstance(value, bytes)
                sealed += binary and column.info["holds"].startswith("sealed")
                clear += value is not None and not binary
                if isinstance(column.type, LargeBinary):
                    assert not any(one.encode() in (value or b"") for one in secrets)
                else:
                    assert not any(one in str(value) for one in secrets), column
    assert clear > 40
    assert sealed >= 5


def test_nothing_of_a_packet_shows_in_a_log(desk: Desk):
    kept = desk.kept()
    for shown in (repr(kept), repr(kept.document), repr(opened(desk, kept.packet))):
        assert "Linh" not in shown
        assert "lương" not in shown
        assert kept.key.hex() not in shown
