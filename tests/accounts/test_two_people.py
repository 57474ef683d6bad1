"""Nobody acts under a colleague's name: a key is given by another holder than who asked for it, the
words are typed, the link goes by letter."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grievance.accounts import queries, quorum
from grievance.accounts.models import KeyRequest
from grievance.accounts.operations import invitations, keys, leaving, letters
from grievance.accounts.operations.persons import Admitted
from grievance.accounts.roles import Permission, Role
from grievance.clock import real_now
from grievance.notifications import queries as post
from grievance.notifications.models import JobRun, Outbox
from grievance.refusals import Refused
from tests.accounts.conftest import Browser, Office
from tests.pages import read_page

LATER = timedelta(days=3)


def refused(do: Callable[[], object]) -> str:
    with pytest.raises(Refused) as why:
        do()
    return why.value.code


def reset(office: Office, whom: Admitted, by: Admitted) -> Admitted:
    token = invitations.offer_reset(office.act(by), whom.person_id)
    return office.accept(token)


def give(office: Office, whom: Admitted, by: Admitted, after: timedelta = timedelta(0)) -> None:
    keys.approve(
        office.act(by, now=real_now() + after), office.request(whom).id, office.words(whom)
    )
    office.session.flush()


def kinds(session: Session) -> list[str]:
    return sorted(session.scalars(select(Outbox.kind)))


def test_a_director_does_not_give_the_key_to_whom_they_gave_a_new_password(office: Office) -> None:
    lead, lan = office.join("lead", Role.LEAD), office.join("lan", Role.HANDLER)
    anew = reset(office, lan, office.founder)
    assert refused(lambda: give(office, anew, office.founder, LATER)) == "own_request"
    assert office.opens(anew) == {}
    give(office, anew, lead)
    assert office.opens(anew) == office.opens(lead)


def test_where_no_lead_is_left_another_handler_gives_it_and_only_then(office: Office) -> None:
    one, two = office.join("one", Role.HANDLER), office.join("two", Role.HANDLER)
    anew = reset(office, two, office.founder)
    assert refused(lambda: give(office, anew, office.founder, LATER)) == "own_request"
    give(office, anew, one)
    office.join("lead", Role.LEAD)
    again = reset(office, anew, office.founder)
    assert refused(lambda: give(office, again, one)) == "others_approve"


def test_who_alone_holds_the_key_waits_two_days_and_the_person_is_told(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER, approved=False)
    letters.tell_of_key_request(
        office.session, lan.person_id, "http://localhost", ring=office.ring, now=real_now()
    )
    office.session.flush()
    assert kinds(office.session) == ["key_request", "key_waits"]
    almost = timedelta(hours=47, minutes=59)
    assert refused(lambda: give(office, lan, office.founder, almost)) == "key_too_early"
    give(office, lan, office.founder, timedelta(hours=48, minutes=1))
    assert office.opens(lan)


def test_whose_password_was_set_anew_is_told_by_letter_whoever_gives_the_key(
    office: Office,
) -> None:
    office.join("lead", Role.LEAD)
    lan = office.join("lan", Role.HANDLER)
    anew = reset(office, lan, office.founder)
    letters.tell_of_key_request(
        office.session, anew.person_id, "http://localhost", ring=office.ring, now=real_now()
    )
    office.session.flush()
    assert kinds(office.session) == ["key_request", "key_waits"]


def test_a_removal_is_told_to_who_is_gone_and_to_who_manages_people(office: Office) -> None:
    lan, admin = office.join("lan", Role.HANDLER), office.join("admin", Role.ADMINISTRATOR)
    leaving.remove_member(office.act(), lan.person_id)
    letters.tell_of_removal(office.act(), lan.person_id, "http://localhost")
    office.session.flush()
    assert admin
    assert kinds(office.session) == ["member_removed"] * 2


@pytest.mark.parametrize("error", [None, "smtp-450", "unreachable"])
def test_a_link_is_shown_only_while_no_letter_goes_out(
    client: Browser, office: Office, monkeypatch: pytest.MonkeyPatch, error: str | None
) -> None:
    """One recipient that is not taken is no reason: anybody can bring that about."""
    now = real_now()
    run = JobRun(job="drain", started_at=now, finished_at=now, due=0, done=0, failed=0)
    monkeypatch.setattr(post, "last_runs", lambda _session: {"drain": run})
    if error:
        office.session.add(
            Outbox(
                kind="invitation", channel="email", sealed=b"x", next_at=now, at=now, error=error
            )
        )
    office.session.commit()
    client.sign_in("director@example.org")
    answer = client.send("/staff/people", name="Lan", email="lan@example.org", role="handler")
    shown = read_page(answer)
    assert shown.all("div", data_sent="")
    assert bool(shown.all("output", id="link")) is (error == "unreachable")
    assert ("/staff/invitation/" in answer.get_data(as_text=True)) is (error == "unreachable")


def test_nobody_drains_the_outbox_so_the_link_is_shown(client: Browser, office: Office) -> None:
    client.sign_in("director@example.org")
    answer = client.send("/staff/people", name="Lan", email="lan@example.org", role="handler")
    assert read_page(answer).all("output", id="link")


def test_the_exact_way_under_a_colleagues_name_is_shut(browse, office: Office) -> None:
    """Reset a handler, use the shown link, approve one's own request: another holder is asked."""
    office.join("lead", Role.LEAD)
    lan = office.join("lan", Role.HANDLER)
    director, thief = browse(), browse()
    director.sign_in("director@example.org")
    sent = read_page(director.send(f"/staff/people/{lan.person_id}/reset"))
    link = "".join(sent.one("output", id="link").itertext())
    another = "violin-garden-thirty-copper-rain"
    thief.send(link.removeprefix("http://localhost"), password=another, again=another)
    words = "".join(thief.page("/staff/account").one("strong", id="fingerprint").itertext())
    listed = director.page("/staff/keys")
    assert not [a for a in listed.all("a") if "approve" in a.get("href")]
    asked = office.session.scalars(select(KeyRequest.id).where(KeyRequest.state == "waiting")).one()
    refusal = read_page(director.send(f"/staff/keys/{asked}/approve", words=words))
    assert "words" in refusal.errors
    assert thief.get("/staff/cases").status_code == 403
    lead = browse()
    lead.sign_in("lead@example.org")
    page = lead.page(f"/staff/keys/{asked}/approve")
    assert words not in page.html
    assert not page.fields().get("words")


def _gone(office: Office, whom: Admitted) -> None:
    leaving.remove_member(office.act(), whom.person_id)


def _refuse(office: Office) -> None:
    for asked in queries.waiting_requests(office.session, office.id):
        keys.refuse(office.act(), asked.id)


# What one director can do by themselves to make an account theirs, or to be alone. An administrator
# whom they invited is theirs too, and so is whom that one invites or sends a new password.
ACTS = (
    "reset-one", "reset-two", "remove-one", "remove-two", "refuse", "invite-admin", "admin-invites",
    "admin-resets", "give",
)  # fmt: skip


def _sensible(acts: tuple[str, ...]) -> bool:
    """Nothing is done through an administrator who is not there yet, or is never asked anything."""
    through = [acts.index(act) for act in acts if act.startswith("admin-")]
    if "invite-admin" not in acts:
        return not through
    return bool(through) and acts.index("invite-admin") < min(through)


@pytest.mark.parametrize("first", [act for act in ACTS[:-1] if not act.startswith("admin-")])
def test_no_order_of_acts_of_one_person_makes_them_two_or_alone(office: Office, first: str) -> None:
    people = {"one": office.join("one", Role.LEAD), "two": office.join("two", Role.HANDLER)}
    office.session.commit()
    founder, now, before = office.founder.person_id, real_now() + LATER, real_now()
    tried = 0
    for rest in itertools.permutations([act for act in ACTS if act != first], 2):
        acts = (first, *rest)
        if not _sensible(acts):
            continue
        tried += 1
        step, held = office.session.begin_nested(), dict(people)
        for act in acts:
            _try(office, held, act)
        assert quorum.others(office.session, Permission.CASE_FOUR_EYES, founder, now), acts
        made = select(KeyRequest.person_id).where(
            KeyRequest.state == "approved", KeyRequest.decided_at > before
        )
        for person in office.session.scalars(made):
            assert quorum.one_hand(office.session, founder, person, now), acts
        step.rollback()
        office.session.expire_all()
    assert tried > 5


def _try(office: Office, held: dict[str, Admitted], act: str) -> None:
    what, _, who = act.partition("-")
    try:
        with office.session.begin_nested():
            if what == "reset":
                held[who] = reset(office, held[who], office.founder)
            elif what == "remove":
                _gone(office, held[who])
            elif what == "refuse":
                _refuse(office)
            elif act == "invite-admin":
                held["admin"] = _come(office, "admin", Role.ADMINISTRATOR, office.founder)
            elif act == "admin-invites":
                held["puppet"] = _come(office, "puppet", Role.LEAD, held["admin"])
            elif act == "admin-resets":
                held["one"] = reset(office, held["one"], held["admin"])
            else:
                for one in held.values():
                    for _ in queries.waiting_requests(office.session, office.id, one.person_id):
                        give(office, one, office.founder, LATER)
            office.session.flush()
    except Refused:
        office.session.expire_all()


def _come(office: Office, name: str, role: Role, by: Admitted) -> Admitted:
    return office.accept(office.invite(name, role, by))


def test_who_was_invited_through_an_own_administrator_gets_the_key_from_another(
    office: Office,
) -> None:
    lead = office.join("lead", Role.LEAD)
    admin = _come(office, "admin", Role.ADMINISTRATOR, office.founder)
    deeper = _come(office, "deeper", Role.ADMINISTRATOR, admin)
    for by in (admin, deeper, reset(office, admin, deeper)):
        name = f"puppet-{by.private.hex()[:8]}"
        puppet = _come(office, name, Role.LEAD, by)
        do = partial(give, office, puppet, office.founder, LATER)
        assert refused(do) == "own_request"
    give(office, puppet, lead)
    assert not quorum.one_hand(
        office.session, office.founder.person_id, puppet.person_id, real_now()
    )


def test_who_is_alone_waits_two_days_for_whom_their_administrator_invited(office: Office) -> None:
    admin = _come(office, "admin", Role.ADMINISTRATOR, office.founder)
    puppet = _come(office, "puppet", Role.LEAD, admin)
    assert refused(lambda: give(office, puppet, office.founder)) == "key_too_early"
    give(office, puppet, office.founder, LATER)
    when = real_now() + LATER
    director, made = office.founder.person_id, puppet.person_id
    assert quorum.one_hand(office.session, director, made, when)
    assert not quorum.others(office.session, Permission.CASE_FOUR_EYES, director, when)
    assert not quorum.one_hand(office.session, director, made, when + quorum.COUNTS)


def test_two_whom_one_person_let_in_alone_are_one_person(office: Office) -> None:
    puppets = [_come(office, name, Role.LEAD, office.founder) for name in ("first", "second")]
    for one in puppets:
        give(office, one, office.founder, LATER)
    first, second = (one.person_id for one in puppets)
    assert quorum.one_hand(office.session, first, second, real_now() + LATER)


def test_an_offer_of_a_new_password_that_nobody_used_makes_nobody_anybodys(office: Office) -> None:
    lead = office.join("lead", Role.LEAD)
    invitations.offer_reset(office.act(), lead.person_id)
    lan = office.join("lan", Role.HANDLER, approved=False)
    assert refused(lambda: give(office, lan, office.founder, LATER)) == "own_request"


def test_the_two_days_begin_when_the_account_was_made(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER, approved=False)
    later = real_now() - keys.ALONE_WAITS - timedelta(minutes=1)
    office.session.execute(update(KeyRequest.__table__).values(created_at=later))
    office.session.expire_all()
    give(office, lan, office.founder)
    assert office.opens(lan)
