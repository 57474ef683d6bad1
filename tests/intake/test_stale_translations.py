"""A translation of words that we corrected since is not what a worker reads."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from flask import Flask
from sqlalchemy.orm import Session

from grievance.cases.messages import Written
from grievance.cases.operations import correcting, handling
from grievance.cases.operations.correcting import Corrected
from grievance.cases.operations.handling import Translating
from tests.intake.remedy_kit import read, visit, way, words
from tests.intake.test_copy_page import save

OLD, NEW = "Mang phiếu lương đến vào tháng ba.", "Mang phiếu lương đến vào tháng năm."


def test_a_worker_is_not_told_in_their_language_what_we_took_back(
    app: Flask, session: Session
) -> None:
    filed = way(app, session).accept()
    message = handling.tell_worker(filed.act, words("Bring the pay slip in March."))
    translated = Translating(str(message.id), Written(OLD, "vi", uuid4()))
    handling.translate(filed.act, translated)
    session.commit()
    visitor = visit(app, session, filed.filed.code, "vi")
    assert OLD in read(visitor, language="vi").main
    filed.at += timedelta(minutes=1)
    again = Written("Bring the pay slip in May.", "en", uuid4())
    correcting.correct(filed.act, Corrected("message", message.id, again, "The month"))
    session.commit()
    page = read(visitor, language="vi").main
    assert OLD not in page
    assert "Bring the pay slip in May." in page
    made = save(visitor, "vi")
    assert OLD not in made.read("copy.html").decode()
    assert '"stale": true' in made.read("copy.json").decode()
    filed.at += timedelta(minutes=1)
    handling.translate(filed.act, Translating(str(message.id), Written(NEW, "vi", uuid4())))
    session.commit()
    page = read(visitor, language="vi").main
    assert NEW in page
    assert OLD not in page
