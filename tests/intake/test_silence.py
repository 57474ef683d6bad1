"""A body that says nothing, as its worker reads it: since when it has the paper, that no answer
came, and who else can help."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from grievance.referrals.models import Referral
from tests.intake.remedy_kit import read, today, visit, way
from tests.pages import Page

pytestmark = pytest.mark.usefixtures("loaded")


def page_of(app: Flask, session: Session, **changed: object) -> Page:
    one = way(app, session).accept()
    row = session.get_one(Referral, one.hand_over().id)
    for name, value in changed.items():
        setattr(row, name, value)
    session.commit()
    return read(visit(app, session, one.filed.code))


LATE = {"next_chase": today() - timedelta(days=1)}
NOTED = {"state": "silent", "silence": 1, "next_chase": today() + timedelta(days=9)}


@pytest.mark.parametrize("so", [LATE, NOTED])
def test_no_answer_in_time_is_said_with_other_doors(
    app: Flask, session: Session, so: dict[str, object]
) -> None:
    page = page_of(app, session, **so)
    notice = page.one("div", data_silence="")
    assert "No answer came by" in "".join(notice.itertext())
    ways = [one.get("href") or "" for one in notice.iter("a")]
    assert [one for one in ways if "/mechanisms/" in one]
    assert not [one for one in ways if "jp-lsio" in one], "it has it already"


@pytest.mark.parametrize(
    "so",
    [
        {"next_chase": today() + timedelta(days=1)},
        LATE | {"state": "acknowledged", "acknowledged_on": today()},
        LATE | {"delivered_by": "worker_takes_it"},
    ],
)
def test_who_answered_or_has_time_is_not_called_silent(
    app: Flask, session: Session, so: dict[str, object]
) -> None:
    assert not page_of(app, session, **so).all("div", data_silence="")
