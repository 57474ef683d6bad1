"""What changes of a member who stays: role, name, address; and links that are taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from grievance.accounts import queries, quorum
from grievance.accounts.models import Event, Invitation, Organisation, Person
from grievance.accounts.operations import invitations, leaving, members
from grievance.accounts.operations.persons import Admitted
from grievance.accounts.roles import Permission, Role
from grievance.clock import real_now
from grievance.notifications.models import Outbox
from grievance.refusals import Refused
from grievance.vault.sessions import secret_hash
from tests.accounts.conftest import Browser, Office
from tests.pages import read_page


def refused(do: Callable[[], object]) -> str:
    with pytest.raises(Refused) as why:
        do()
    return why.value.code


def role_of(office: Office, person: Admitted) -> Role:
    (fact,) = queries.memberships_of(office.session, person.person_id)
    return fact.role


def change(office: Office, person: Admitted, role: Role, by: Admitted | None = None) -> None:
    members.change_role(office.act(by), person.person_id, role)
    office.session.commit()


def verbs(office: Office) -> list[str]:
    own = select(Event.verb).where(Event.stream_id == office.id).order_by(Event.seq)
    return list(office.session.scalars(own))


def test_a_role_without_cases_loses_the_key_which_is_changed(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER)
    change(office, lan, Role.DIRECTORY_EDITOR)
    assert office.opens(lan) == {}
    assert set(office.opens(office.founder)) == {(office.id, 1), (office.id, 2)}
    assert verbs(office)[-2:] == ["role_changed", "key_rotated"]


def test_whoever_changes_it_without_the_key_leaves_the_key_due(office: Office) -> None:
    admin, lan = office.join("admin", Role.ADMINISTRATOR), office.join("lan", Role.HANDLER)
    change(office, lan, Role.DIRECTORY_EDITOR, by=admin)
    assert office.session.get_one(Organisation, office.id).rotation_due


def test_a_role_that_works_on_cases_waits_for_the_key_from_somebody_else(office: Office) -> None:
    admin, lead = office.join("admin", Role.ADMINISTRATOR), office.join("lead", Role.LEAD)
    change(office, admin, Role.HANDLER)
    assert office.opens(admin) == {}
    assert office.request(admin).reason == "role"
    assert refused(lambda: office.approve(admin, by=office.founder)) == "own_request"
    office.approve(admin, by=lead)
    assert office.opens(admin) == office.opens(lead)


def test_between_roles_that_work_on_cases_the_key_stays(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER)
    before = office.opens(lan)
    change(office, lan, Role.LEAD)
    assert role_of(office, lan) == Role.LEAD
    assert office.opens(lan) == before
    assert queries.waiting_requests(office.session, office.id) == []


def test_nobody_changes_their_own_role_and_the_last_of_a_kind_keeps_theirs(office: Office) -> None:
    admin = office.join("admin", Role.ADMINISTRATOR)
    act = members.change_role
    assert refused(lambda: act(office.act(admin), admin.person_id, Role.LEAD)) == "own_role"
    founder = office.founder.person_id
    assert refused(lambda: act(office.act(admin), founder, Role.ADMINISTRATOR)) == "last_holder"
    assert refused(lambda: act(office.act(admin), founder, Role.PARTNER_CASEWORKER)) == "role"
    lead = office.join("lead", Role.LEAD)
    leaving.remove_member(office.act(), admin.person_id)
    assert refused(lambda: act(office.act(lead), founder, Role.LEAD)) == "last_manager"
    assert refused(lambda: act(office.act(), admin.person_id, Role.LEAD)) == "not_member"
    change(office, lead, Role.DIRECTOR)
    change(office, office.founder, Role.LEAD, by=lead)
    assert role_of(office, office.founder) == Role.LEAD


@pytest.mark.parametrize(
    ("role", "lower", "permission"),
    [
        (Role.LEAD, Role.DIRECTORY_EDITOR, Permission.CASE_FOUR_EYES),
        (Role.LEAD, Role.HANDLER, Permission.CASE_ASSIGN),
        (Role.DIRECTOR, Role.LEAD, Permission.PEOPLE_MANAGE),
        (Role.DIRECTORY_EDITOR, Role.ADMINISTRATOR, Permission.DIRECTORY_EDIT),
    ],
)
def test_whom_somebody_gave_a_lesser_role_still_counts_for_thirty_days(
    office: Office, role: Role, lower: Role, permission: Permission
) -> None:
    """Else one person makes themselves alone by it."""
    two = office.join("two", role)
    founder = office.founder.person_id
    before = two.person_id in quorum.others(office.session, permission, founder, real_now())
    change(office, two, lower)
    now = real_now()
    assert before is (role != Role.DIRECTORY_EDITOR)  # whom the founder let in alone counts as them
    assert two.person_id in quorum.others(office.session, permission, founder, now)
    later = now + quorum.COUNTS + timedelta(minutes=1)
    assert two.person_id not in quorum.others(office.session, permission, founder, later)


def test_another_name_is_shown_and_told_without_its_words(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER)
    members.rename(office.act(), lan.person_id, "Lan Pham")
    office.session.commit()
    assert queries.names(office.session, [lan.person_id]) == {lan.person_id: "Lan Pham"}
    newest = select(Event.codes).where(Event.stream_id == office.id).order_by(Event.seq.desc())
    assert "Lan Pham" not in str(office.session.scalars(newest.limit(1)).one())


def tag_of(office: Office, person: Admitted) -> bytes:
    return office.session.get_one(Person, person.person_id, populate_existing=True).email_tag


def test_a_new_address_counts_when_its_letter_was_opened_and_the_old_links_end(
    office: Office,
) -> None:
    lan = office.join("lan", Role.HANDLER)
    reset = invitations.offer_reset(office.act(), lan.person_id)
    old, new = tag_of(office, lan), queries.email_tag(office.ring, "new@example.org")
    first = members.offer_address(office.act(), lan.person_id, "typo@example.org")
    token = members.offer_address(office.act(), lan.person_id, "new@example.org")
    office.session.commit()
    assert tag_of(office, lan) == old
    assert refused(lambda: members.prove_address(office.session, first, real_now())) == "used"
    before = members.prove_address(office.session, token, real_now())
    office.session.commit()
    assert tag_of(office, lan) == new
    assert before.address_box != office.session.get_one(Person, lan.person_id).address_box
    assert refused(lambda: office.accept(reset)) == "used"
    assert refused(lambda: members.prove_address(office.session, token, real_now())) == "used"
    assert office.opens(lan)


def test_an_address_is_nobody_elses_neither_now_nor_when_it_is_proved(office: Office) -> None:
    lan, minh = office.join("lan", Role.HANDLER), office.join("minh", Role.HANDLER)
    offer = members.offer_address
    for taken in ("minh@example.org", "LAN@example.org"):
        code = refused(lambda taken=taken: offer(office.act(), lan.person_id, taken))
        assert code == "address_taken"
    one = offer(office.act(), lan.person_id, "new@example.org")
    two = offer(office.act(), minh.person_id, "new@example.org")
    members.prove_address(office.session, one, real_now())
    office.session.commit()
    assert refused(lambda: members.prove_address(office.session, two, real_now())) == (
        "address_taken"
    )


def test_a_link_for_a_new_address_admits_nobody_and_no_other_link_proves_one(
    office: Office,
) -> None:
    lan = office.join("lan", Role.HANDLER)
    token = members.offer_address(office.act(), lan.person_id, "new@example.org")
    reset = invitations.offer_reset(office.act(), lan.person_id)
    office.session.commit()
    assert refused(lambda: members.prove_address(office.session, reset, real_now())) == "used"
    assert refused(lambda: office.accept(token)) == "used"


def test_who_was_removed_meanwhile_gets_no_new_address(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER)
    token = members.offer_address(office.act(), lan.person_id, "new@example.org")
    leaving.remove_member(office.act(), lan.person_id)
    assert refused(lambda: members.prove_address(office.session, token, real_now())) == "not_member"


def test_a_link_that_was_taken_back_opens_nothing(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER)
    tokens = {
        "join": office.invite("minh", Role.LEAD),
        "reset": invitations.offer_reset(office.act(), lan.person_id),
        "address": members.offer_address(office.act(), lan.person_id, "new@example.org"),
    }
    listed = members.open_links(office.session, office.id, real_now())
    named = {link.kind: link.name for link in listed}
    assert named == {"join": "minh", "reset": "lan", "address": "lan"}
    for link in listed:
        members.revoke(office.act(), link.id)
        assert refused(lambda link=link: members.revoke(office.act(), link.id)) == "used"
    office.session.commit()
    assert members.open_links(office.session, office.id, real_now()) == []
    assert verbs(office)[-3:] == ["invitation_revoked"] * 3
    for token in tokens.values():
        assert queries.invitation(office.session, token, real_now()) is None


# In the browser


def test_all_of_it_in_the_browser(browse: Callable[[], Browser], office: Office) -> None:
    lan = office.join("lan", Role.HANDLER)
    director, other = browse(), browse()
    director.sign_in("director@example.org")
    path = f"/staff/people/{lan.person_id}/change"
    shown = director.page(path).fields()
    assert (shown["name"], shown["email"]) == ("lan", "")
    sent = {"name": "Lan Pham", "role": "lead", "email": "pham@example.org"}
    assert director.send(path, **sent).status_code == 303
    assert role_of(office, lan) == Role.LEAD
    kinds = office.session.scalars(select(Outbox.kind)).all()
    assert sorted(kinds) == ["member_changed", "new_address"]
    page = director.page("/staff/people")
    assert "Lan Pham" in page.main
    assert "a new e-mail address" in page.main
    # What was posted holds only the hash: put a token of ours in its place.
    token = "a-token-of-the-test"
    row = office.session.scalars(select(Invitation).where(Invitation.kind == "address")).one()
    row.token_hash = secret_hash(token)
    office.session.commit()
    for _ in range(2):
        assert other.page(f"/staff/new-address/{token}").name == "staff.new-address"
    assert "From now on" in read_page(other.send(f"/staff/new-address/{token}")).main
    assert other.get(f"/staff/new-address/{token}").status_code == 404
    assert browse().sign_in("pham@example.org").status_code == 303
    assert browse().sign_in("lan@example.org").status_code == 422


def test_an_open_invitation_is_seen_and_taken_back(client: Browser, office: Office) -> None:
    token = office.invite("minh", Role.HANDLER)
    office.session.commit()
    client.sign_in("director@example.org")
    page = client.page("/staff/people")
    (link,) = [a.get("href") for a in page.all("a") if "/links/" in (a.get("href") or "")]
    assert client.get(f"/staff/invitation/{token}").status_code == 200
    assert client.send(link).status_code == 303
    assert client.get(f"/staff/invitation/{token}").status_code == 404
    assert client.get(link).status_code == 404


def test_who_manages_nobody_sees_no_links_and_changes_nothing(
    client: Browser, office: Office
) -> None:
    lead = office.join("lead", Role.LEAD)
    office.invite("minh", Role.HANDLER)
    office.session.commit()
    client.sign_in("lead@example.org")
    assert "minh" not in client.page("/staff/people").main
    assert client.get(f"/staff/people/{lead.person_id}/change").status_code == 403


def test_what_is_refused_stands_beside_its_field_and_is_kept(
    client: Browser, office: Office
) -> None:
    lan = office.join("lan", Role.HANDLER)
    client.sign_in("director@example.org")
    path = f"/staff/people/{lan.person_id}/change"
    page = read_page(client.send(path, name="Lan P", email="director@example.org"))
    assert "address" in page.errors["email"]
    assert page.fields()["name"] == "Lan P"
    own = f"/staff/people/{office.founder.person_id}/change"
    assert "own role" in read_page(client.send(own, role="lead")).errors["role"]
    assert queries.names(office.session, [lan.person_id]) == {lan.person_id: "lan"}
