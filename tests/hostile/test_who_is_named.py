"""The host that a sender names is no address of ours: it stands in no answer."""

from __future__ import annotations

import shlex
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser
from werkzeug.middleware.proxy_fix import ProxyFix

from grievance.cli import instance
from grievance.cli.places import Place
from tests.servers import ROOT

EVIL = "evil.example"


@pytest.fixture
def client(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Behind a proxy that is trusted, so that the header it forwards counts."""
    monkeypatch.setattr(app, "wsgi_app", ProxyFix(app.wsgi_app, x_host=1))
    return app.test_client()


def pages(app: Flask) -> list[str]:
    """Every address without arguments of its own, and how a person may mistype it."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    plain = [
        str(rule.rule).replace("<language:lang>", "vi")
        for rule in rules
        if rule.arguments <= {"lang"}
    ]
    return [*plain, *(f"{path}/" for path in plain), *(path.rstrip("/") or "/" for path in plain)]


def test_no_answer_names_the_host_of_the_request(app: Flask, client: Any) -> None:
    found = pages(app)
    assert "/vi" in found
    for path in found:
        answer = client.get(path, headers={"Host": EVIL, "X-Forwarded-Host": EVIL})
        assert EVIL not in answer.get_data(as_text=True), path
        assert EVIL not in str(answer.headers), path


@pytest.mark.parametrize("path", ["//evil.example/vi", "/vi//evil.example", "//evil.example//vi/"])
def test_no_path_leads_to_another_host(client: Any, path: str) -> None:
    answer = client.get(path, base_url="http://localhost")
    assert not answer.headers.get("Location", "/x").startswith(("//", "http"))


def test_a_path_without_its_slash_is_the_page(client: Any) -> None:
    assert client.get("/vi", headers={"Host": EVIL}).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["_external=1", "_scheme=x", "_anchor=x", "_method=PUT", "endpoint=x", "lang=vi", "a=1&a=2&b="],
)
def test_a_query_is_no_order_to_the_router(client: Any, query: str) -> None:
    """A language that has its first screens only leads on to another one, with the query."""
    answer = client.get(f"/km/mechanisms?{query}", headers={"Host": EVIL, "X-Forwarded-Host": EVIL})
    assert answer.status_code == 302
    assert EVIL not in str(answer.headers)
    assert answer.headers["Location"].endswith(f"/mechanisms?{query}")
    assert answer.headers["Location"].startswith("/")


@pytest.mark.parametrize("host", ["a..example", "a" * 64 + ".example", "." * 200])
@pytest.mark.parametrize("path", ["/", "/vi/", "/staff", "/nowhere", "/vi/?" + "q" * 9000])
def test_a_host_that_is_no_name_is_refused_in_words(client: Any, host: str, path: str) -> None:
    """It was a failure of ours, without a page."""
    answer = client.get(path, headers={"Host": host, "X-Forwarded-Host": host})
    assert answer.status_code in (400, 414)
    assert "<h1" in answer.get_data(as_text=True)


def served(tmp_path: Path) -> dict[str, list[str]]:
    """What follows `gunicorn` in each line of ours that serves."""
    unit = (ROOT / "deploy" / "grievance-web.service").read_text()
    line = next(one for one in unit.splitlines() if one.startswith("ExecStart="))
    containers = yaml.safe_load((ROOT / "compose.yaml").read_text())
    place = Place(tmp_path, lambda role: f"postgresql://{role}@/x", "redis://localhost")
    with socket.create_server(("127.0.0.1", 0)) as door:
        (web, *_others) = instance._processes(place, [door])
    lines = [shlex.split(line), containers["services"]["web"]["command"], list(web._launch.argv)]
    names = ("unit", "containers", "up")
    return {
        name: words[words.index("wsgi:app") + 1 :] for name, words in zip(names, lines, strict=True)
    }


@pytest.mark.parametrize("name", ["unit", "containers", "up"])
def test_no_header_says_where_links_lead(tmp_path: Path, name: str) -> None:
    """gunicorn would take SCRIPT_NAME from its proxy, which may pass on what a sender wrote."""
    words = served(tmp_path)[name]
    config = Config()
    for option, value in vars(config.parser().parse_args(words)).items():
        if option != "args" and value is not None:
            config.set(option, value)
    sent = b"GET / HTTP/1.1\r\nHost: a\r\nSCRIPT_NAME: //evil.example\r\n\r\n"
    request = next(RequestParser(config, iter([sent]), ("127.0.0.1", 1)))
    assert [one for one in request.headers if EVIL in one[1]] == []
