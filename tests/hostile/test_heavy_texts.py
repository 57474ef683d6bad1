"""Texts made to be slow: refused by their weight before anything works on them, shown again where
they can be, and never a 500."""

from __future__ import annotations

import io
import sys
import unicodedata
from typing import Any
from urllib.parse import unquote_plus, urlencode

import pytest
from flask import Flask, request
from werkzeug.test import TestResponse

from grievance import model
from grievance.accounts import door
from grievance.intake import visits
from grievance.web.bodies import ADDRESS, HEAD, NAME, PARTS, STORY, TEXT
from grievance.web.uploads import uploaded
from tests.pages import Page, read_page

MARKS = "a" + "\u0300" * 32_000 + "\u0316" * 32_000  # 128 kB, quadratic to normalise
PARTED = "multipart/form-data; boundary=x"
HEADED = '--x\r\nContent-Disposition: form-data; name="a%d"'
LONG = "a" * (TEXT // 2)


@pytest.fixture(autouse=True)
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever normalises or hashes refuses a heavy text."""
    real = unicodedata.normalize

    def light(form: Any, text: str) -> str:
        assert len(text) <= NAME, "a heavy text was normalised"
        return real(form, text)

    def never(*_arguments: Any) -> Any:
        raise AssertionError("something was hashed")

    monkeypatch.setattr(unicodedata, "normalize", light)
    monkeypatch.setattr(door, "hash_slot", never)
    monkeypatch.setattr(visits, "root_of", never)


@pytest.fixture
def client(app: Flask) -> Any:
    return app.test_client()


def sent_with_a_token(client: Any, path: str, **written: str) -> TestResponse:
    page = read_page(client.get(path))
    return client.post(path, data={**page.fields(), **written})


def test_a_flood_of_marks_without_a_token_does_no_work(client: Any) -> None:
    for _ in range(6):
        answer = client.post("/staff/sign-in", data={"email": MARKS, "password": MARKS})
        assert answer.status_code == 422
    assert client.post("/en/return", data={"code": MARKS}).status_code == 200


@pytest.mark.parametrize(
    ("path", "field"),
    [("/staff/sign-in", "email"), ("/staff/sign-in", "password"), ("/en/return", "code")],
)
@pytest.mark.parametrize("text", [MARKS, LONG])
def test_it_does_none_with_a_token_either(client: Any, path: str, field: str, text: str) -> None:
    known = {"email": "a@example.org", "password": "words"} if "staff" in path else {}
    page = read_page(sent_with_a_token(client, path, **{**known, field: text}))
    assert "too long" in page.errors[field]
    shown = page.fields()[field]
    assert shown == ("" if field == "password" else text)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", PARTED])
def test_above_a_megabyte_the_page_says_that_it_could_not_keep_it(client: Any, kind: str) -> None:
    text = "a" * (TEXT + 1)
    parted = f"{HEADED % 1}\r\n\r\n{text}\r\n--x--\r\n"
    body = parted if kind == PARTED else f"code={text}"
    answer = client.post("/en/return", data=body.encode(), content_type=kind)
    page = read_page(answer)
    assert (page.status, page.name) == (413, "error")
    assert "could not keep what you wrote" in page.main


def test_many_texts_below_the_cap_are_one_body_above_it(client: Any) -> None:
    body = "".join(f"{HEADED % n}\r\n\r\n{'b' * STORY}\r\n" for n in range(5)) + "--x--\r\n"
    answer = client.post("/en/return", data=body.encode(), content_type=PARTED)
    assert answer.status_code == 413


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_more_fields_than_any_form_has_are_refused(client: Any, kind: str) -> None:
    data = {f"a{n}": "b" for n in range(PARTS + 1)}
    assert client.post("/en/return", data=data, content_type=kind).status_code == 413


def test_the_head_of_a_part_is_weighed_before_it_is_taken_apart(client: Any) -> None:
    head = b'Content-Disposition: form-data; name="a"' + b";a=b" * HEAD
    body = b"--x\r\n" + head + b"\r\n\r\nhello\r\n--x--\r\n"
    answer = client.post("/en/return", data=body, content_type=PARTED)
    assert answer.status_code == 413


def test_many_heads_are_weighed_together(client: Any) -> None:
    head = b'Content-Disposition: form-data; name="a"' + b";a=b" * 900
    body = b"".join(b"--x\r\n" + head + b"\r\n\r\nhello\r\n" for _ in range(100)) + b"--x--\r\n"
    answer = client.post("/en/return", data=body, content_type=PARTED)
    assert answer.status_code == 413


def test_a_name_of_a_file_is_cut_to_its_end(app: Flask) -> None:
    data = {"files": (io.BytesIO(b"x"), "a" * 3000 + ".pdf")}
    with app.test_request_context("/en/return", method="POST", data=data):
        (found,) = uploaded(request)
    assert found.name.endswith("a.pdf")
    assert len(found.name) == 250


@pytest.mark.parametrize("body", [b"code=\xff\xfe%FF&a", b"&" * 500, b"=%%%&=", b""])
def test_broken_bodies_are_an_empty_form(client: Any, body: bytes) -> None:
    answer = client.post("/en/return", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "text", ["a+b %41 100%", "ｶﾀ 😡", "\u1000\u103b\u103d", "a=b&c;d", "%", "%zz%4", '"\r\n"', ""]
)
def test_what_is_typed_arrives(app: Flask, text: str) -> None:
    data = {"code": text, "é": text}
    with app.test_request_context("/en/return", method="POST", data=data):
        assert request.form.to_dict() == data


def test_addresses_and_headers_have_a_cap(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    assert client.get("/en/mechanisms?words=" + "a" * ADDRESS).status_code == 414
    assert client.get("/en/" + "a" * ADDRESS * 2).status_code == 414
    for name in ("Cookie", "Accept-Language", "Authorization"):
        assert client.get("/en/", headers={name: "a" * (ADDRESS + 1)}).status_code == 431


def test_a_cookie_longer_than_ours_is_none(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    page: Page = read_page(client.get("/en/return", headers={"Cookie": "draft=" + "a" * 4000}))
    assert page.status == 200


def test_nothing_is_quadratic_in_flags() -> None:
    assert model.length_of("\U0001f1ef\U0001f1f5" * 20_000) == 20_000
    assert model.length_of("\U0001f1ef" * 5) == 3
    assert model.length_of("\u0600" + "\U0001f1ef" * 4) == 3 - 1


@pytest.mark.parametrize("kind", ["", '; filename="a.txt"'])
def test_a_part_without_a_name_is_no_field(client: Any, kind: str) -> None:
    named = '--x\r\nContent-Disposition: form-data; name="code"\r\n\r\n1\r\n'
    body = f"--x\r\nContent-Disposition: form-data{kind}\r\n\r\nhello\r\n{named}--x--\r\n"
    with client.application.test_request_context(
        "/", method="POST", data=body.encode(), content_type=PARTED
    ):
        assert list(request.form) == ["code"]
        assert list(request.files) == []


def parsed(app: Flask, body: bytes) -> dict[str, str]:
    kind = "application/x-www-form-urlencoded"
    with app.test_request_context("/", method="POST", data=body, content_type=kind):
        return request.form.to_dict()


@pytest.mark.parametrize("piece", ["a\r\n", "1\ufe0f\u20e3", "a \u0301&\n", "a@b.c ", "="])
def test_an_escape_costs_no_step_of_its_own(app: Flask, piece: str) -> None:
    """Letter and escape by turns cost ten times what plain letters do, when read one by one."""

    def steps(text: str) -> int:
        body = urlencode({"email": text}).encode()
        found = 0

        def count(*_arguments: Any) -> None:
            nonlocal found
            found += 1

        sys.setprofile(count)
        try:
            form = parsed(app, body)
        finally:
            sys.setprofile(None)
        assert form == {"email": text}
        return found

    parsed(app, b"email=a")
    assert steps(piece * 8_000) <= steps("a" * 8_000) + 50


@pytest.mark.parametrize(
    "sent", ["100%", "%", "%%41", "%4", "a=b=%3D=", "%=20", "=\r\n %\n=", "+%2B"]
)
def test_what_is_no_escape_stays_as_it_is(app: Flask, sent: str) -> None:
    assert parsed(app, b"email=" + sent.encode()) == {"email": unquote_plus(sent)}


def test_a_flood_of_broken_escapes_is_refused(client: Any) -> None:
    kind = "application/x-www-form-urlencoded"
    answer = client.post("/staff/sign-in", data=b"email=" + b"%" * TEXT, content_type=kind)
    assert answer.status_code == 413
    answer = client.post("/staff/sign-in", data=b"email=" + b"%" * PARTS, content_type=kind)
    assert answer.status_code == 413
