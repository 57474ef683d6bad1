"""What the last step of a filing asks of the database: little, and the same for every office."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from grievance.notifications.models import Outbox
from tests.cast import found_operator, member
from tests.desk.looking import counted
from tests.intake.filing_kit import Robot

# Four of them pay for promises: the dated note of the filing; a look for a letter that waits, so
# that nobody fills a mailbox by filing; and the count and row of the draft's next secret, so that
# a copied cookie reads no number.
# Danger stands on the lists of staff and goes by letter, too: two more.
LAST_STEP = 23
WAGES = {"problem": "money", "issue": "wages-unpaid", "location": "japan", "language": "vi"}
HURT = {**WAGES, "problem": "treatment", "issue": "violence", "hurt": "yes"}


@pytest.fixture
def operator(app, session, loaded):
    """An operator that may be filed with; its director is told of every new case."""
    return found_operator(session, app.config["KEY_RING"])


def last_step(robot: Robot) -> list[str]:
    """The statements of sending, without the page that follows."""
    fields = robot.go("file.receipt").fields()
    with counted() as seen:
        answer = robot.client.post("/en/file/receipt", data=fields)
    assert answer.headers["Location"].endswith("/en/file/sent")
    return seen


@pytest.mark.parametrize("told", [WAGES, HURT])
def test_the_last_step_writes_every_row_once(client, operator, told):
    seen = last_step(Robot(client, told))
    written = [" ".join(one.split()[:3]) for one in seen if one.startswith(("INSERT", "UPDATE"))]
    assert len(written) == len(set(written)), written
    assert len(seen) == LAST_STEP + 2 * (told is HURT), seen


def test_the_last_step_is_the_same_however_many_are_told(client, operator, session):
    few = last_step(Robot(client, WAGES))
    waits = again(client)
    for name in ("Tanaka Ken", "Mori Emi", "Ito Jun"):
        member(session, operator, name=name)
    session.execute(update(Outbox).values(state="cancelled", sealed=None))
    session.commit()
    assert again(client) == few
    assert again(client) == waits  # the letters of the one before wait for everybody


def again(client: FlaskClient) -> list[str]:
    """The statements of one more filing."""
    client.delete_cookie("draft")
    return last_step(Robot(client, WAGES))
