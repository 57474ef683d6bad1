"""Closing a case: with the worker's yes, or after documented tries to reach them, by two people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases import checks
from grievance.cases.act import Act
from grievance.cases.messages import Written
from grievance.cases.models import REACHED_BY, Attempt, Case, Feedback, FourEyes, Outcome
from grievance.cases.operations import foureyes, interpreting, telling
from grievance.cases.operations.feedback import keep_feedback, waits
from grievance.cases.operations.handling import answer
from grievance.cases.operations.referring import local_today
from grievance.cases.operations.remedying import items
from grievance.cases.state_words import OUTCOMES
from grievance.cases.verbs import Verb
from grievance.clock import to_the_hour
from grievance.deadlines import operations as clocks
from grievance.referrals.models import Referral
from grievance.referrals.states import LIVE
from grievance.refusals import Refused
from grievance.vault import values
from grievance.vault.labels import Label

# A case is closed without the worker's yes only after so many tries, first and last so far apart.
TRIES = 2
TRIES_OVER = timedelta(days=30)


@dataclass(frozen=True)
class SignOff:
    """The worker agrees that the case is closed: how content they are (1 to 5), whether anybody
    punished them, both None where they would rather not say, and words, which may be empty."""

    rating: int | None
    reprisal: bool | None
    written: Written = field(repr=False)


def sign_off(act: Act, said: SignOff) -> None:
    """The worker agrees that the case is closed. A repeat of the same form says nothing.

    Staff are told and close it, or answer first when the worker was punished. Refuses `rating`
    outside 1 to 5.
    """
    if act.session.get(Feedback, said.written.form_id):
        return
    act.check(Verb.SIGN_OFF)
    given = _keep(act, said)
    act.case.worker_acted_at = act.at
    if said.reprisal:
        waits(act, grave=True)
    act.start("answer")
    telling.staff_of_answer(act.session, act.site, act.case, act.now)
    act.move(Verb.SIGN_OFF, feedback=given.id, given_by=given.given_by)


def record_sign_off(act: Act, said: SignOff) -> None:
    """The worker agreed by telephone or in person; the words are those read back to them.

    Refuses `words` without them, and `rating` outside 1 to 5.
    """
    if act.session.get(Feedback, said.written.form_id):
        return
    act.check(Verb.RECORD_SIGN_OFF)
    if not said.written.text.strip():
        raise Refused("words")
    given = _keep(act, said)
    act.case.worker_acted_at = to_the_hour(act.now)
    if said.reprisal:
        waits(act, grave=True)
    act.start("next_step")
    telling.worker_of_news(act.session, act.site, act.opened, act.now, telling.HEARD)
    act.move(Verb.RECORD_SIGN_OFF, feedback=given.id, given_by=given.given_by)


def _keep(act: Act, said: SignOff) -> Feedback:
    if said.rating is not None and said.rating not in range(1, 6):
        raise Refused("rating")
    given = keep_feedback(act, "sign_off", said.written)
    given.rating, given.reprisal = said.rating, said.reprisal
    return given


@dataclass(frozen=True)
class Tried:
    """One try to reach a worker: which way, on which local day, and what was done."""

    way: str
    on: date
    note: str = field(repr=False)
    form_id: UUID = field(default_factory=uuid4)


def try_to_reach(act: Act, tried: Tried) -> None:
    """Document one try to reach the worker: we try again in thirty days. What the worker was
    promised to hear before that stays promised. After the end it is why somebody who did not say
    how they are is not looked for further, until the next time that they are asked.

    Refuses `way`, `on` for a day to come or before the report, `note` without one, which is kept
    among staff.
    """
    case, opened, session = act.case, act.opened, act.session
    if session.get(Attempt, tried.form_id):
        return
    act.check(Verb.TRY_TO_REACH)
    filed = local_today(session, case.filed_at)
    for code, holds in (
        ("way", tried.way in REACHED_BY),
        ("on", filed <= tried.on <= act.today),
        ("note", bool(tried.note.strip())),
    ):
        if not holds:
            raise Refused(code)
    note = opened.seal_text(Label.ATTEMPT_NOTE, tried.form_id, tried.note)
    row = Attempt(
        id=tried.form_id,
        case_id=case.id,
        way=tried.way,
        on=tried.on,
        person_id=act.actor.person,
        key_generation=case.key_generation,
        note=note,
        at=act.now,
    )
    session.add(row)
    if case.state == "closed":
        checks.go_on(session, case, act.now, act.hours.zone)
    elif case.state != "awaiting_worker":
        act.meet("follow_up")
        kind = "follow_up" if case.state == "remedy_monitored" else "next_step"
        again = max(tried.on + TRIES_OVER, act.today + timedelta(days=1))
        act.start_until(kind, again)
    act.move(Verb.TRY_TO_REACH, attempt=row.id, way=row.way, value=values.digest(note).hex())


def attempts(session: Session, case_id: UUID) -> list[Attempt]:
    """Every try to reach the worker, oldest first."""
    mine = select(Attempt).where(Attempt.case_id == case_id)
    return list(session.scalars(mine.order_by(Attempt.on, Attempt.at, Attempt.id)))


@dataclass(frozen=True)
class Ground:
    """What a case can be closed on: the worker's sign-off, or tries since the worker last did
    anything; `enough` of them. `open_bodies` still have it or were asked for consent."""

    feedback: Feedback | None
    tries: Sequence[Attempt]
    open_bodies: Sequence[str]

    @property
    def enough(self) -> bool:
        """Two tries, thirty days between the first and the last."""
        days = [one.on for one in self.tries]
        return len(days) >= TRIES and max(days) - min(days) >= TRIES_OVER

    @property
    def by(self) -> str:
        """`signed` by the worker, `recorded` by staff, by `attempts`, or nothing yet."""
        if self.feedback:
            return "signed" if self.feedback.given_by == "receipt" else "recorded"
        return "attempts" if self.enough else ""


def ground(session: Session, case: Case) -> Ground:
    """What this case could be closed on now."""
    mine = (Feedback.case_id == case.id, Feedback.kind == "sign_off", Feedback.state == "given")
    given = session.scalars(select(Feedback).where(*mine).order_by(Feedback.at.desc()).limit(1))
    since = local_today(session, case.worker_acted_at)
    tried = [one for one in attempts(session, case.id) if one.on >= since]
    live = tuple(state for state in LIVE if state != "silent")
    bodies = select(Referral.mechanism).where(Referral.case_id == case.id, Referral.state.in_(live))
    return Ground(given.first(), tried, list(session.scalars(bodies)))


@dataclass(frozen=True)
class Closing:
    """What came of it, and the last words to the worker."""

    result: str
    written: Written = field(repr=False)


def propose_close(act: Act, found: Closing) -> FourEyes:
    """The first of two people: nothing is closed and the worker is told nothing yet.

    Refuses `result` outside the list or against what is written down (`remedied` while something
    promised is not there, `unreachable` after a sign-off), `sign_off` without the worker's yes or
    enough tries, `open_bodies` while a body has the case or was asked about, and `worker_waits`
    while the worker waits for an answer.
    """
    act.check(Verb.PROPOSE_CLOSE)
    _closable(act.session, act.case, found.result)
    said = {"text": found.written.text, "language": found.written.language}
    asked = foureyes.ask(act, "close", {"result": found.result, **said})
    act.move(Verb.PROPOSE_CLOSE, proposal=asked.id)
    return asked


def _closable(session: Session, case: Case, result: str) -> Ground:
    on = ground(session, case)
    stand = {one.state for one in items(session, case.id)} - {"dropped", "claimed", "offered"}
    for code, holds in (
        ("result", result in OUTCOMES),
        ("remedied", result != "remedied" or stand == {"arrived"}),
        ("partly", result != "partly" or bool(stand & {"arrived", "part"})),
        ("sign_off", bool(on.by)),
        ("reached", result != "unreachable" or on.by == "attempts"),
        ("open_bodies", not on.open_bodies),
        ("worker_waits", not case.worker_waits),
    ):
        if not holds:
            raise Refused(code)
    return on


def close(act: Act) -> Outcome:
    """The second person says so too: the worker reads what came of it and how to open it again.

    Refuses as `foureyes.check_second` and `propose_close` do.
    """
    act.check(Verb.CLOSE)
    asked = foureyes.waiting(act)
    alone = foureyes.check_second(act, asked, "close")
    told = foureyes.content(act.opened, asked)
    on = _closable(act.session, act.case, told["result"])
    foureyes.decide(act, asked, "approved", alone=alone)
    message = answer(act, Verb.CLOSE, Written(told["text"], told["language"], asked.id))
    made = _outcome(act, asked, told["result"], on)
    act.session.add(made)
    act.case.closed_at = act.now
    clocks.stop(act.session, act.case.id, act.now)
    interpreting.end_all(act)
    checks.start(act.session, act.case, act.now, act.hours.zone)
    act.move(
        Verb.CLOSE,
        proposal=asked.id,
        message=message.id,
        alone=alone,
        outcome=made.result,
        by=made.by,
    )
    return made


def _outcome(act: Act, asked: FourEyes, result: str, on: Ground) -> Outcome:
    row = uuid4()
    return Outcome(
        id=row,
        case_id=act.case.id,
        proposal_id=asked.id,
        feedback_id=on.feedback.id if on.feedback else None,
        result=result,
        by=on.by,
        key_generation=act.case.key_generation,
        words=act.opened.seal_json(Label.OUTCOME_WORDS, row, {"alone": asked.alone}),
        at=act.now,
    )


def last_outcome(session: Session, case_id: UUID) -> Outcome | None:
    """How the case was closed last."""
    mine = select(Outcome).where(Outcome.case_id == case_id)
    return session.scalars(mine.order_by(Outcome.at.desc(), Outcome.id).limit(1)).first()
