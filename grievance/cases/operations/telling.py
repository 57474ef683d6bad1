"""Who is told that there is news: staff by role, the worker when an address was given.

What staff are told stands on their lists, from which one letter a day is made (`cases.digests`);
danger has a letter of its own, at once. A letter holds nothing of the case; its row is stamped to
the hour by the outbox.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.accounts.partners import addressees, partner_people
from grievance.accounts.queries import Addressee, staff_by_role, staff_to_notify
from grievance.accounts.roles import Permission, Role
from grievance.cases import calls, notices, queries, records
from grievance.cases.deputies import seeing_to
from grievance.cases.models import Case
from grievance.cases.opening import OpenCase
from grievance.cases.operations import addressing
from grievance.cases.operations.moving import Acting
from grievance.cases.site import Site
from grievance.deadlines.ladders import RUNGS
from grievance.notifications import messages, outbox, proof
from grievance.notifications.addresses import AddressBox
from grievance.referrals import laid

Letter = Callable[..., messages.Message]
Staff = Mapping[Role, Sequence[Addressee]]
HEARD = ""  # news of what the worker told us themselves: nobody calls them about it
ROLES = {"leads": Role.LEAD, "directors": Role.DIRECTOR}


def staff(session: Session) -> Staff:
    """Everybody who works on cases, by role: who escalates many reads them once."""
    return staff_by_role(session, Permission.CASE_WORK)


@dataclass(frozen=True)
class Post:
    """From where, about which case and when somebody is told; `urgent` at once, by letter. Who did
    it (`by`) hears nothing new."""

    site: Site
    case: Case
    now: datetime
    urgent: bool = False
    by: UUID | None = None


@dataclass(frozen=True)
class Late:
    """Which clock ran out, and the rung of its ladder that is told."""

    clock: str
    rung: int


def _staff(session: Session, post: Post, kind: str) -> None:
    """Who has the case, and their deputy while they are away; everybody while nobody has it, or who
    has it left, holds no key, or is away without a deputy."""
    people = _may_know(session, post.case, staff_to_notify(session, Permission.CASE_WORK))
    sees = seeing_to(session, post.case, post.now)
    has = [one for one in people if one.person_id in sees]
    _tell(session, post, kind, has or people)


def _may_know(session: Session, case: Case, people: Sequence[Addressee]) -> list[Addressee]:
    """Without those who have a conflict of interest in the case."""
    out = queries.recused(session, case.id)
    return [one for one in people if one.person_id not in out]


def _tell(session: Session, post: Post, kind: str, people: Collection[Addressee]) -> None:
    """Put it on the lists of these people; where somebody may be in danger by letter as well."""
    told = notices.Told(post.now, post.urgent)
    others = [one for one in people if one.person_id != post.by]
    notices.note(session, post.case.id, kind, [one.person_id for one in others], told)
    if post.urgent:
        _send(session, post, messages.danger, others)


def _send(session: Session, post: Post, letter: Letter, people: Iterable[Addressee]) -> None:
    url, case = post.site.public_url, post.case.id
    written = [
        letter(AddressBox(to.person_id, to.address_box), to.language, url, case=case)
        for to in people
    ]
    outbox.enqueue_all(session, post.site.ring.notifier_public, written, post.now)


def staff_of_new_case(session: Session, site: Site, case: Case, now: datetime) -> None:
    """Tell everybody who works on cases; in danger with the letter that goes first."""
    kind = "danger" if case.danger else "new_case"
    # nobody can have declared a conflict of interest in it yet
    people = staff_to_notify(session, Permission.CASE_WORK)
    _tell(session, Post(site, case, now, case.danger), kind, people)


def staff_of_answer(
    session: Session, site: Site, case: Case, now: datetime, by: UUID | None = None
) -> None:
    """Tell the handler of the case, or everybody while nobody has it; not who wrote it down."""
    _staff(session, Post(site, case, now, case.danger, by), "worker_answered")


def staff_of_body(session: Session, site: Site, case: Case, now: datetime) -> None:
    """Tell who has the case, or everybody while nobody has, that there is news over a reply link:
    the body wrote, or the link was closed after wrong codes."""
    _staff(session, Post(site, case, now, case.danger), "body_news")


def staff_of_passage(session: Session, site: Site, case: Case, now: datetime) -> None:
    """Tell who has the case, or everybody while nobody has, that an interpreter handed a passage in
    or gave it back."""
    _staff(session, Post(site, case, now, case.danger), "passage_back")


def interpreter_of_passage(act: Acting, site: Site, person: UUID) -> None:
    """Tell an interpreter that something waits for them, and of which case not even they read it;
    where somebody may be in danger at once, in a letter that does not say that."""
    told = notices.Told(act.now, act.case.danger)
    notices.note(act.session, act.case.id, "passage_given", [person], told)
    if act.case.danger:
        may = staff_to_notify(act.session, Permission.PASSAGE_TRANSLATE)
        people = [one for one in may if one.person_id == person]
        _send(act.session, Post(site, act.case, act.now), messages.passage_waits, people)


def interpreters_of_end(act: Acting, people: Collection[UUID]) -> None:
    """Tell interpreters that passages they had are not theirs any more: taken back, not wanted by
    the worker, or of a case that is over. Who had not been told of them yet hears of neither."""
    new = notices.forget_untold(act.session, act.case.id, "passage_given", people)
    told = notices.Told(act.now)
    notices.note(act.session, act.case.id, "passage_gone", set(people) - new, told)


def staff_of_return(
    session: Session, site: Site, case: Case, now: datetime, by: UUID | None = None
) -> None:
    """Tell who has the case, or everybody while nobody has, that it was over and goes on; not a
    colleague who opened it again."""
    _staff(session, Post(site, case, now, case.danger, by), "came_back")


def staff_of_freed(
    session: Session, site: Site, case: Case, now: datetime, by: UUID | None = None
) -> None:
    """Tell everybody who works on cases, but who did it, that nobody has this one any more."""
    _staff(session, Post(site, case, now, case.danger, by), "freed")


def staff_of_danger(
    session: Session, site: Site, case: Case, now: datetime, by: UUID | None
) -> None:
    """Tell who has the case, or everybody while nobody has, that somebody may be in danger in it;
    not who found it."""
    _staff(session, Post(site, case, now, urgent=True, by=by), "danger")


def staff_of_assigned(session: Session, site: Site, case: Case, now: datetime) -> None:
    """Tell who was given the case by somebody else."""
    _staff(session, Post(site, case, now, case.danger), "assigned")


def staff_of_limit(session: Session, site: Site, case: Case, now: datetime) -> None:
    """Tell who has the case, or everybody while nobody has, that a day of the law comes near."""
    _staff(session, Post(site, case, now), "limit_near")


def staff_of_proposal(act: Acting, site: Site, decides: Permission) -> None:
    """Tell those who may decide what who acts proposed."""
    people = _may_know(act.session, act.case, staff_to_notify(act.session, decides))
    post = Post(site, act.case, act.now, by=act.actor.person)
    _tell(act.session, post, "second_asked", people)


def staff_of_conflict(
    session: Session, site: Site, case: Case, person: UUID, now: datetime
) -> None:
    """Tell somebody and the directors what was declared, or done, about a conflict of interest of
    theirs: who did it hears nothing new, and may be one of them."""
    by_role = staff_by_role(session, Permission.CASE_WORK)
    meant = {one.person_id: one for people in by_role.values() for one in people}
    told = {one.person_id: one for one in by_role.get(Role.DIRECTOR, ())}
    if person in meant:
        told[person] = meant[person]
    _send(session, Post(site, case, now), messages.conflict, told.values())


def staff_of_escalation(act: Acting, site: Site, late: Late, among: Staff | None = None) -> None:
    """Tell the people of a rung that the case is overdue; `among` are the staff, once read.

    Where nobody stands on it those above are told, and where nobody does, everybody who works on
    cases: an escalation never reaches nobody.
    """
    session, case = act.session, act.case
    all_staff = staff(session) if among is None else among
    out = queries.recused(session, case.id)
    may_know = {
        role: [one for one in people if one.person_id not in out]
        for role, people in all_staff.items()
    }
    everybody = [one for people in may_know.values() for one in people]
    told: Sequence[Addressee] = ()
    sees = seeing_to(session, case, act.now) if late.rung == 1 else set()
    for whom in RUNGS[late.rung - 1 :]:
        told = told or _on(whom, sees, may_know, everybody)
    post = Post(site, case, act.now, late.clock == "danger")
    _tell(session, post, "escalated", told or everybody)


def _on(
    whom: str, sees: Collection[UUID], may_know: Staff, everybody: Sequence[Addressee]
) -> Sequence[Addressee]:
    if whom in ROLES:
        return may_know.get(ROLES[whom], ())
    return [one for one in everybody if one.person_id in sees] or everybody


def partner_of_news(act: Acting, site: Site, organisation: UUID, named: Collection[UUID]) -> None:
    """Tell the people of a body that something waits on their desk, and not what; of a company
    only those who were named."""
    people = partner_people(act.session, organisation, named)
    _send(act.session, Post(site, act.case, act.now), messages.partner_news, people)


def partner_of_stop(act: Acting, site: Site, referrals: Collection[UUID]) -> None:
    """Tell who may have something of these that they may use it no further: who has it on their
    desk, which says which; and in words of its own who opened it and has no desk for it any more.
    Nobody else: who was named, left without opening it and did not come back to it."""
    session, post = act.session, Post(site, act.case, act.now)
    there: set[UUID] = set()
    for organisation, named in laid.desks_of(session, referrals).items():
        people = partner_people(session, organisation, named)
        _send(session, post, messages.partner_stop, people)
        there |= {one.person_id for one in people}
    gone = queries.openers(session, act.case.id, referrals) - there
    _send(session, post, messages.former_stop, addressees(session, gone))


def worker_of_news(
    session: Session, site: Site, opened: OpenCase, now: datetime, kind: str = "message"
) -> bool:
    """Make a call due, about this kind of news, if the worker wants to be called; not for what was
    `HEARD` of them. Send the neutral letter if they confirmed an e-mail address; whether one was
    sent. To an address that is not confirmed yet goes the one letter with its code, once; to one
    that a backup brought back nothing, and nobody is called there."""
    if addressing.may_be_old(session, opened.case.id):
        return False
    contact = records.read(session, opened, "identity").get("contact") or {}
    address, case = addressing.address_of(contact), opened.case
    if calls.wanted(contact) and kind:
        calls.make(session, case, kind, now)
    if calls.wanted(contact):
        return False
    if not address or not contact.get(addressing.BOX):
        return addressing.ask(session, site, case, contact, now)
    letter = messages.worker_news(address, case.language, site.public_url)
    tag = proof.recipient(site.ring.address_hmac, address)
    outbox.post(session, site.ring.notifier_public, outbox.Letter(letter, tag), now)
    return True
