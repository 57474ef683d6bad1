"""Two web hosts and two workers behind nginx, over one database, one queue and one store of files:
people file while one host and one worker are killed in the middle.

The store is a folder, or the bucket that GRIEVANCE_STORAGE and GRIEVANCE_S3_… name.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path
from random import SystemRandom
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image
from sqlalchemy import func, select

from bench.filing import hashes_a_second, with_numbers
from bench.house import House, free_port
from bench.load import HERE, Answer, Browser, Request
from bench.table import Floor, Line, percentile
from grievance.cases.models import Case, Receipt
from grievance.embedded.process import start
from grievance.embedded.valkey import Valkey

PEOPLE, FEW, CLIENTS = 1000, 200, 16
OPENED, PHOTOS = 50, 20  # of the numbers; of people with a file
FILE = re.compile(r'"(/en/case/files/[0-9a-f-]{36})"')
TRIES = 20
AGAIN = (0, 502, 503, 504)  # no answer, the proxy's, "busy, come again"
PATIENCE = 60  # seconds until a host has to answer
PROXY = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log crit; worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/bodies; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream hosts {{ {servers} }}
  server {{
    listen {here}:{port};
    location / {{ proxy_pass http://hosts; proxy_set_header Host $http_host; }}
  }}
}}
"""


def runs_here() -> bool:
    """Whether there is an nginx."""
    return _nginx() is not None


def measure(house: House) -> list[Line]:
    """File with one host, with two, and with two of which one is killed in the middle."""
    floor = hashes_a_second(house)
    with ExitStack() as stack:
        valkey = Valkey(house.place.folder)
        start(valkey, house.place.folder / "valkey.log")
        stack.callback(valkey.stop)
        workers = [stack.enter_context(_process(house, valkey, "worker")) for _ in range(2)]
        stack.enter_context(_process(house, valkey, "cron"))
        ports = [free_port(), free_port()]
        hosts = [stack.enter_context(_host(house, port)) for port in ports]
        one = _filed(house, stack.enter_context(_proxy(house.place.folder / "one", ports[:1])), FEW)
        door = stack.enter_context(_proxy(house.place.folder / "two", ports))
        two = _filed(house, door, FEW)
        photos = _photos(house, *ports)
        killed = _filed(house, door, PEOPLE, victims=[hosts[0], workers[0]])
        numbers = [code for part in (one, two, killed) for code in part.numbers]
        chosen = SystemRandom().sample(numbers, OPENED)
        shut = sum(not _case(house, ports[1], code)[0] for code in chosen)
    return [
        Line("filing, 1 host, 1 process", one.rate, "/s", "", Floor(floor, "hashes on all cores")),
        Line("filing, 2 hosts", two.rate, "/s", "", Floor(floor, "hashes on all cores")),
        Line("filing, 2 hosts, one killed in the middle", killed.rate, "/s"),
        Line("the same, slowest of all", killed.slowest, "s"),
        Line(f"filings lost of {PEOPLE + 2 * FEW}", one.lost + two.lost + killed.lost, "", "= 0"),
        Line(f"numbers that the other host did not open, of {OPENED}", shut, "", "= 0"),
        *photos,
        Line("filings that made two cases", one.twice + two.twice + killed.twice, "", "= 0"),
        Line("people who pressed again, one killed", killed.again, ""),
    ]


class Round:
    """What became of so many filings."""

    def __init__(
        self, answers: Sequence[Answer], seconds: float, cases: int, kept: int, numbers: list[str]
    ) -> None:
        self.numbers = numbers
        answered = sum(one.status == 303 and "sent" in one.headers["Location"] for one in answers)
        self.rate = len(answers) / seconds
        self.slowest = percentile([one.seconds for one in answers], 1.0)
        self.lost = max(len(answers) - min(cases, kept), len(answers) - answered)
        self.twice = max(0, cases - len(answers))
        self.again = sum(one.busy > 0 for one in answers)


def _filed(
    house: House, port: int, people: int, victims: Sequence[subprocess.Popen[bytes]] = ()
) -> Round:
    before = _count(house, Case), _count(house, Receipt)
    people_with = with_numbers(house, people)
    sender = Sender(port)
    killing = threading.Thread(target=_kill_when, args=(sender, victims))
    killing.start()
    answers, seconds = sender.all(asked for asked, _code in people_with)
    killing.join()
    cases, kept = _count(house, Case) - before[0], _count(house, Receipt) - before[1]
    return Round(answers, seconds, cases, kept, [code for _asked, code in people_with])


def _case(house: House, port: int, code: str) -> tuple[str, dict[str, str]]:
    """The page behind a number, empty when it does not open, and what the browser holds then."""
    sender, visit = Sender(port), {"visit": "bench"}
    back = sender.persist(house.form("/en/return", visit, code=code))
    given = SimpleCookie()
    for line in back.headers.get_all("Set-Cookie") or ():
        given.load(line)
    cookies = visit | {name: one.value for name, one in given.items()}
    page = sender.persist(Request("/en/case", cookies))
    return (page.body.decode() if (back.status, page.status) == (303, 200) else ""), cookies


def _photos(house: House, here: int, there: int) -> list[Line]:
    """Some send a photo to one host, the rest to the other, and open it there."""
    kept, fetched, lost = [], [], 0
    photo = drawn()
    for asked, code in with_numbers(house, PHOTOS):
        sent = replace(house.form("/en/file/files", dict(asked.cookies)), file=photo)
        kept.append(Sender(here).persist(sent).seconds)
        Sender(there).persist(asked)
        page, cookies = _case(house, there, code)
        found = FILE.search(page)
        got = Sender(there).persist(Request(found[1], cookies)) if found else None
        lost += got is None or got.status != 200 or not got.body.startswith(b"\x89PNG")
        fetched.append(got.seconds if got else 0.0)
    return [
        Line("a photo cleaned and kept, median", median(kept) * 1000, "ms"),
        Line("the same opened at the other host, median", median(fetched) * 1000, "ms"),
        Line(f"photos that did not open, of {PHOTOS}", lost, "", "= 0"),
    ]


def drawn() -> bytes:
    """A picture of about the size that a phone sends."""
    made = io.BytesIO()
    Image.effect_noise((1200, 900), 60).save(made, "PNG")
    return made.getvalue()


class Sender:
    """People who press again when no good answer came, as the page tells them."""

    def __init__(self, port: int) -> None:
        self.browser, self.answered = Browser(port), 0

    def persist(self, asked: Request) -> Answer:
        """The last answer; `busy` is how often it was asked again."""
        began = time.perf_counter()
        answer, again = self.browser.send(asked), 0
        while again < TRIES and answer.status in AGAIN:
            time.sleep(float(answer.headers.get("Retry-After", 1)))
            answer, again = self.browser.send(asked), again + 1
        self.answered += 1
        return replace(answer, seconds=time.perf_counter() - began, busy=again)

    def all(self, asked: Iterable[Request]) -> tuple[list[Answer], float]:
        """The answers to all, so many at once, and the seconds they took."""
        began = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as threads:
            answers = list(threads.map(self.persist, asked))
        return answers, time.perf_counter() - began


def _kill_when(sender: Sender, victims: Sequence[subprocess.Popen[bytes]]) -> None:
    while victims and sender.answered < PEOPLE // 2:
        time.sleep(0.02)
    for victim in victims:
        os.killpg(victim.pid, signal.SIGKILL)


def _count(house: House, table: type[Case] | type[Receipt]) -> int:
    found = house.session.scalar(select(func.count()).select_from(table)) or 0
    house.session.rollback()
    return found


@contextmanager
def _running(
    words: Sequence[str], env: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as told:
        child = subprocess.Popen(
            words,
            env={"PATH": os.environ["PATH"], **env},
            stdout=told,
            stderr=told,
            start_new_session=True,
        )
    try:
        yield child
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
        child.wait(PATIENCE)


@contextmanager
def _process(house: House, valkey: Valkey, kind: str) -> Iterator[subprocess.Popen[bytes]]:
    env = replace(house.place, redis_url=valkey.url()).environment(kind)
    flask = str(Path(sys.executable).with_name("flask"))
    with _running([flask, kind], env, house.place.folder / f"{kind}.log") as child:
        yield child


@contextmanager
def _host(house: House, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A web host: gunicorn with one process, for two hosts share this machine's cores."""
    env = {**house.place.environment("web"), "WEB_CONCURRENCY": "1"}
    words = ["-m", "gunicorn", "wsgi:app", "--bind", f"{HERE}:{port}", "--worker-class", "gthread"]
    words += ["--threads", "8", "--log-level", "warning", "--no-control-socket"]
    log = house.place.folder / f"host-{port}.log"
    with _running([sys.executable, *words], env, log) as child:
        _answers(port)
        yield child


@contextmanager
def _proxy(folder: Path, ports: Sequence[int]) -> Iterator[int]:
    folder.mkdir()
    port = free_port()
    servers = " ".join(f"server {HERE}:{one} max_fails=1 fail_timeout=5s;" for one in ports)
    told = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    told.write_text(user + PROXY.format(folder=folder, servers=servers, here=HERE, port=port))
    words = [str(_nginx()), "-p", str(folder), "-c", str(told)]
    with _running(words, {}, folder / "said.log"):
        _answers(port)
        yield port


def _answers(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(f"http://{HERE}:{port}/healthz", timeout=10):
                return
        except (URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
