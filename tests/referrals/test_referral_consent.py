"""Nothing moves past consent without a yes to exactly what was shown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from grievance.referrals.models import Consent, Packet, PacketGrant, Referral
from grievance.referrals.operations import recalling, sealing, steps
from grievance.referrals.operations.steps import Asking, given_by_of
from grievance.refusals import SENTENCES, Refused
from grievance.vault.errors import Tampered
from grievance.vault.grants import GrantInfo, seal_grant
from grievance.vault.keys import new_key, new_pair
from tests.cast import NOW, Step
from tests.referrals.conftest import BODY, ENDS, TODAY, Desk


def refused(code: str) -> Any:
    assert code in SENTENCES
    return pytest.raises(Refused, match=f"^{code}$")


def test_a_yes_names_exactly_what_was_shown(desk: Desk):
    referral, packet = desk.asked()
    given = desk.answer(referral, packet, words="Có, tôi đồng ý")
    assert referral.state == "consented"
    assert (given.digest, given.mechanism, given.purpose) == (packet.digest, BODY, "complaint")
    assert (given.form, given.ends_on, given.answer) == ("named", ENDS, "yes")
    assert given.at.minute == 0
    assert desk.words.open_json("consent.words/1", given.id, given.words) == "Có, tôi đồng ý"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"digest": b"x" * 32}, "digest"),
        ({"recipient": "jp-otit"}, "recipient"),
        ({"purpose": "advice"}, "purpose"),
        ({"form": "no_identity"}, "form"),
        ({"ends_on": ENDS + timedelta(days=1)}, "ends_on"),
        ({"parts": ("name", "story")}, "parts"),
        ({"parts": ("name", "story", "company", "nationality")}, "parts"),
        ({"answer": "perhaps"}, "answer"),
        ({"known_to": "staff"}, "provisional"),
        ({"known_to": "helper"}, "provisional"),
        ({"given_by": "telepathy"}, "recorder"),
        ({"given_by": "staff_recorded"}, "recorder"),
        ({"recorder_id": uuid4()}, "recorder"),
        ({"given_by": "staff_recorded", "recorder_id": uuid4(), "words": " "}, "consent_words"),
        ({"today": ENDS + timedelta(days=1)}, "ended"),
    ],
)
def test_a_yes_to_something_else_is_refused(desk: Desk, changed: dict[str, Any], code: str):
    referral, packet = desk.asked()
    with refused(code):
        desk.answer(referral, packet, **changed)
    assert referral.state == "asked"
    assert desk.session.query(Consent).count() == 0


def test_the_digest_of_another_packet_is_no_yes_to_this_one(desk: Desk):
    referral, _packet = desk.asked()
    other = desk.packet()
    with refused("digest"):
        desk.answer(referral, other)


def test_a_packet_changed_after_it_was_shown_gets_no_yes(desk: Desk):
    referral, packet = desk.asked()
    said = desk.said(packet)
    packet.content = packet.content[:-1] + bytes([packet.content[-1] ^ 1])
    with pytest.raises(Tampered):
        steps.consent(Step(desk.session, desk.words, TODAY, NOW), referral, packet, said)


@pytest.mark.parametrize("immigration", ["possible", "is_authority"])
def test_a_body_linked_to_immigration_needs_its_warning_agreed_to(desk: Desk, immigration: str):
    referral, packet = desk.asked(immigration=immigration)
    with refused("immigration_warning"):
        desk.answer(referral, packet)
    assert desk.answer(referral, packet, immigration_warned=True).immigration_warned


def test_nationality_goes_nowhere_unknown_without_that_warning(desk: Desk):
    referral, packet = desk.asked(immigration="unknown", parts=("story", "nationality"))
    with refused("immigration_warning"):
        desk.answer(referral, packet)


def test_a_no_needs_no_warning_and_stops_everything(desk: Desk):
    referral, packet = desk.asked(immigration="possible")
    given = desk.answer(referral, packet, answer="no", parts=())
    assert (referral.state, given.answer) == ("refused", "no")
    with refused("consent"):
        desk.deliver(referral)
    with refused("not_now"):
        desk.answer(referral, packet)


def test_staff_record_a_yes_by_telephone_with_what_was_read_back(desk: Desk):
    referral, packet = desk.asked()
    given = desk.answer(
        referral,
        packet,
        given_by="staff_recorded",
        known_to="staff",
        recorder_id=desk.person_id,
        words="Read back in Vietnamese; answered: yes.",
    )
    assert (given.given_by, given.recorder_id) == ("staff_recorded", desk.person_id)
    assert given.at == NOW


def test_a_code_others_have_seen_counts_as_recorded_by_staff(desk: Desk):
    assert [given_by_of(one) for one in ("self", "staff", "helper")] == [
        "receipt",
        "staff_recorded",
        "staff_recorded",
    ]
    referral, packet = desk.asked()
    given = desk.answer(referral, packet, given_by=given_by_of("staff"), known_to="staff")
    assert given.given_by == "staff_recorded"


def test_asking_needs_a_final_packet_for_this_body_and_a_day_to_come(desk: Desk):
    referral = desk.proposed()
    good = Asking("complaint", ENDS, TODAY)
    session, draft = desk.session, desk.kept().packet
    for packet, asking, code in (
        (draft, good, "not_frozen"),
        (desk.packet("jp-otit"), good, "recipient"),
        (desk.packet(), Asking("gossip", ENDS, TODAY), "purpose"),
        (desk.packet(), Asking("complaint", TODAY, TODAY), "past"),
    ):
        with refused(code):
            steps.ask(session, referral, packet, asking, NOW)
    strange = desk.packet()
    strange.case_id = uuid4()
    with session.no_autoflush, refused("other_case"):
        steps.ask(session, referral, strange, good, NOW)
    session.expire(strange)
    steps.ask(session, referral, desk.packet(), good, NOW)
    with refused("not_now"):
        steps.ask(session, referral, desk.packet(), good, NOW)


def test_a_changed_packet_needs_a_new_yes(desk: Desk):
    referral, old = desk.asked()
    desk.answer(referral, old)
    new = desk.packet(parts=("story",))
    assert sealing.supersede(desk.session, old, new, NOW) == [referral]
    assert (old.state, referral.state, referral.consent_id) == ("superseded", "proposed", None)
    with refused("consent"):
        desk.deliver(referral)
    with refused("superseded"):
        steps.ask(desk.session, referral, old, Asking("complaint", ENDS, TODAY), NOW)
    steps.ask(desk.session, referral, new, Asking("complaint", ENDS, TODAY), NOW)
    with refused("digest"):
        desk.answer(referral, new, digest=old.digest)
    desk.answer(referral, new)
    desk.deliver(referral)
    with refused("delivered"):
        sealing.supersede(desk.session, new, desk.packet(), NOW)


def test_a_yes_and_the_keys_of_a_replaced_packet_end_and_ours_stay(desk: Desk):
    referral, old = desk.asked()
    given = desk.answer(referral, old)
    _grant_to_recipient(desk, old)
    kept = desk.agreed("jp-otit")
    sealing.supersede(desk.session, old, desk.packet(), NOW)
    assert (given.answer, given.recalled_at) == ("yes", NOW)
    held = select(PacketGrant.holder_kind).where(PacketGrant.packet_id == old.id)
    assert desk.session.scalars(held).all() == ["organisation"]
    assert steps.valid_consent(desk.session, kept, TODAY).recalled_at is None


def test_only_what_was_replaced_in_this_hand_over_is_told(desk: Desk):
    referral, old = desk.asked()
    assert sealing.changed(desk.session, referral) == ""
    middle, last = desk.packet(), desk.packet()
    sealing.supersede(desk.session, old, middle, NOW)
    assert sealing.changed(desk.session, referral) == "asked"
    steps.ask(desk.session, referral, middle, Asking("complaint", ENDS, TODAY), NOW)
    desk.answer(referral, middle)
    sealing.supersede(desk.session, middle, last, NOW)
    assert sealing.changed(desk.session, referral) == "yes"
    other, _packet = desk.asked("jp-otit")
    assert sealing.changed(desk.session, other) == ""
    recalling.recall(desk.session, desk.case_id, BODY, NOW)
    later = NOW + timedelta(hours=1)
    fresh = steps.propose(desk.session, desk.case_id, BODY, desk.person_id, later)
    assert sealing.changed(desk.session, fresh) == ""


def test_a_hand_over_can_be_changed_until_it_has_gone_out(desk: Desk):
    def found() -> Referral | None:
        return steps.unsent(desk.session, desk.case_id, BODY)

    assert found() is None
    referral = desk.proposed()
    assert found() is referral
    packet = desk.packet()
    steps.ask(desk.session, referral, packet, Asking("complaint", ENDS, TODAY), NOW)
    assert found() is referral
    desk.answer(referral, packet)
    assert found() is referral
    desk.deliver(referral)
    assert found() is None


def test_a_packet_is_superseded_by_a_final_one_to_the_same_body(desk: Desk):
    _, old = desk.asked()
    for new, code in (
        (desk.packet("jp-otit"), "recipient"),
        (old, "recipient"),
        (desk.kept().packet, "not_frozen"),
    ):
        with refused(code):
            sealing.supersede(desk.session, old, new, NOW)
    sealing.supersede(desk.session, old, desk.packet(), NOW)
    with refused("superseded"):
        sealing.supersede(desk.session, old, desk.packet(), NOW)


def test_taking_back_ends_everything_of_that_body_in_one_act(desk: Desk):
    first = desk.delivered()
    desk.hears(first, "declined")
    second, other = desk.delivered(), desk.delivered("jp-otit")
    packet = desk.session.get_one(Packet, second.packet_id)
    _grant_to_recipient(desk, packet)
    done = recalling.recall(desk.session, desk.case_id, BODY, NOW)
    assert (len(done.consents), done.grants) == (2, 1)
    assert {row.id for row in done.referrals} == {first.id, second.id}
    assert (first.state, second.state, other.state) == ("recalled", "recalled", "delivered")
    assert second.next_chase is None
    assert recalling.recipients(desk.session, desk.case_id) == ["jp-otit"]
    kinds = {grant.holder_kind for grant in desk.session.query(PacketGrant)}
    assert kinds == {"organisation"}
    with refused("not_now"):
        recalling.recall(desk.session, desk.case_id, BODY, NOW)
    with refused("not_now"):
        desk.hears(second, "accepted")


def _grant_to_recipient(desk: Desk, packet: Packet) -> None:
    pair, holder = new_pair(), uuid4()
    info = GrantInfo(
        case=packet.case_id,
        compartment_or_packet=packet.id,
        key_generation=1,
        holder_kind="recipient",
        holder_id=holder,
        holder_generation=1,
        purpose="packet",
    )
    desk.session.add(
        PacketGrant(
            case_id=packet.case_id,
            packet_id=packet.id,
            holder_kind="recipient",
            holder_id=holder,
            holder_generation=1,
            box=seal_grant(pair.public, info, new_key()),
        )
    )
    desk.session.flush()


def test_a_yes_taken_back_before_delivery_stops_it(desk: Desk):
    referral = desk.agreed()
    recalling.recall(desk.session, desk.case_id, BODY, NOW)
    with refused("not_now"):
        desk.deliver(referral)
    given = desk.session.get_one(Consent, referral.consent_id)
    assert given.recalled_at is not None
    referral.state, referral.recalled_at = "consented", None
    with refused("recalled"):
        desk.deliver(referral)


AGREED = "UPDATE referral SET {} WHERE id = :id"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("state = 'consented'", "agreed"),
        (
            "state = 'delivered', delivered_at = now(), delivered_by = 'staff', channel = 'post'",
            "agreed",
        ),
        ("delivered_at = now()", "delivered"),
        ("state = 'refused'", "refused"),
        ("state = 'silent'", "agreed"),
        ("state = 'recalled'", "recalled"),
        ("packet_id = NULL", "asked"),
        ("channel = 'pigeon'", "channel"),
    ],
)
def test_the_database_itself_refuses_a_hand_over_without_a_yes(desk: Desk, change: str, name: str):
    referral, _ = desk.asked()
    with pytest.raises(IntegrityError, match=f"ck_referral_{name}"):
        desk.session.execute(text(AGREED.format(change)), {"id": referral.id})


def test_the_database_refuses_the_yes_to_another_packet_and_a_no_as_a_yes(desk: Desk):
    first, packet = desk.asked()
    given = desk.answer(first, packet, answer="no", parts=())
    second, other = desk.asked()
    for answer in ("yes", "no"):
        with pytest.raises(IntegrityError), desk.session.begin_nested():
            desk.session.execute(
                text(AGREED.format("state = 'consented', consent_id = :c, consent_answer = :a")),
                {"id": second.id, "c": given.id, "a": answer},
            )
    assert other.id != packet.id


def test_a_code_others_have_seen_never_signs_in_the_database_either(desk: Desk):
    referral, packet = desk.asked()
    given = desk.answer(referral, packet)
    with pytest.raises(IntegrityError, match="ck_consent_signed"):
        desk.session.execute(
            text("UPDATE consent SET known_to = 'staff' WHERE id = :id"), {"id": given.id}
        )


def test_the_day_a_consent_ends_is_its_last(desk: Desk):
    referral = desk.agreed()
    with refused("ended"):
        desk.deliver(referral, today=ENDS + timedelta(days=1))
    desk.deliver(referral, today=ENDS)
    assert isinstance(referral, Referral)
    assert referral.delivered_on == date(2026, 10, 31)
