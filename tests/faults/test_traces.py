"""A canary through every form and every failure, then a search of everything that is kept."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

import pytest
import redis
from sqlalchemy import text

from grievance.embedded.valkey import Valkey
from grievance.vault.receipts import draw, grouped
from tests.faults.cases_seen import connected
from tests.faults.filing import SHORT, come_back
from tests.faults.machine import Machine
from tests.faults.robot import Robot
from tests.faults.staff import Desk
from tests.waiting import wait_for

TOLD = {
    **SHORT, "who": "helper", "helper-role": "friend", "helper-knows": "yes",
    "reach-by": "email", "told": "yes", "supplier": "yes", "nationality": "TV", "status": "none",
    "true-for-me": ["woman", "refugee"], "prefecture": "JP-31", "know": "all",
}  # fmt: skip
CODES = {"nationality": r"\yTV\y", "asylum": r"\yrefugee\y", "prefecture": r"\yJP-31\y"}


@dataclass
class Canary:
    """A word that exists nowhere else, everything else that must not be found, what was done."""

    word: str = field(default_factory=lambda: "zqx" + token_hex(6))
    secrets: dict[str, str] = field(default_factory=dict)
    before: dict[str, dict[str, int]] = field(default_factory=dict)

    def __call__(self, where: str) -> str:
        """The canary as it is typed in one place."""
        return f"{where} {self.word}"

    def hide(self, what: str, code: str) -> None:
        """Digits that must not be found either, however they are written."""
        digits = re.sub(r"\D", "", code)
        self.secrets[what] = digits
        self.secrets[f"{what} in groups"] = grouped(digits)

    @property
    def needles(self) -> dict[str, bytes]:
        """All of it in the shapes that something could be kept in."""
        made: dict[str, bytes] = {}
        for name, value in {"canary": self.word, **self.secrets}.items():
            plain = value.encode()
            made[name] = plain
            made[f"{name} in hex"] = plain.hex().encode()
            made[f"{name} in UTF-16"] = value.encode("utf-16-le")
            for shift in range(3):
                inner = base64.b64encode(b"\0" * shift + plain)
                made[f"{name} in base64 {shift}"] = inner[4 if shift else 0 : -4]
        return made

    def found_in(self, data: bytes) -> list[str]:
        """Which of them a piece of data shows."""
        low = data.lower()
        return [
            name
            for name, needle in self.needles.items()
            if needle in data or ("base64" not in name and needle.lower() in low)
        ]


def clear_counts(machine: Machine) -> dict[str, dict[str, int]]:
    """How many rows of each table show a code in clear that must be sealed."""
    made: dict[str, dict[str, int]] = {}
    with connected(machine) as connection:
        for table in tables(connection):
            made[table] = {
                name: int(
                    connection.execute(
                        text(f'SELECT count(*) FROM "{table}" t WHERE t::text ~ :code'),
                        {"code": code},
                    ).scalar_one()
                )
                for name, code in CODES.items()
            }
    return made


def tables(connection) -> list[str]:
    """Every table of ours."""
    asked = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    return list(connection.execute(text(asked)).scalars())


@pytest.fixture(scope="module")
def canary(machine: Machine) -> Canary:
    """The canary, after it has flown through everything."""
    made = Canary()
    made.before = clear_counts(machine)
    story, code = through_filing(machine, made)
    through_the_finder(machine, made)
    through_the_way_back(machine, made, code)
    through_failures(machine, made, code)
    through_the_desk(machine, made, story)
    return made


def through_filing(machine: Machine, canary: Canary) -> tuple[str, str]:
    """Every free text of a filing, a file, and a draft that is never sent."""
    words = {
        name: canary(name)
        for name in (
            "what-happened",
            "company",
            "company-own",
            "company-place",
            "buyer",
            "name",
            "name-own",
            "helper-name",
            "wants-words",
            "told-where",
            "told-result",
            "tell-too",
            "contact-when",
            "contact-never",
        )
    }
    mail = {"contact-email": f"{canary.word}@example.org"}
    robot = Robot(machine.url)
    robot.walk("/en/file?route=full", {**TOLD, **words, **mail}, "file.check")
    typed = {name for step in robot.steps for name in step.sent}
    assert set(words) - typed <= {"buyer"}, set(words) - typed
    page = robot.get("/en/file/files").page
    content = f"{canary.word} ".encode() * 400
    robot.send(page, {}, [("files", f"{canary.word}.txt", content)])
    shown = robot.walk("/en/file/check", SHORT, "file.receipt")
    assert canary.word in robot.get("/en/file/check").get_data()
    for number, output in enumerate(shown.all("output")):
        canary.hide(f"code {number}", "".join(output.itertext()))
    code = re.sub(r"\D", "", "".join(shown.one("output", id="receipt").itertext()))
    robot.get("/en/file/number.png")
    assert robot.send(robot.get("/en/file/receipt").page, {}).page.name == "file.sent"
    left = Robot(machine.url)
    abroad = {"location": "abroad", "country": "VN"}
    left.walk("/en/file?route=full", {**TOLD, **words, **mail, **abroad}, "file.receipt")
    assert words["buyer"] in left.get("/en/file/check").get_data()
    return words["what-happened"], code


def through_the_finder(machine: Machine, canary: Canary) -> None:
    """The guided finder, with whatever it lets one type."""
    robot = Robot(machine.url)
    told = {**TOLD, "location": "abroad", "country": "VN", "buyer": canary("buyer")}
    robot.walk("/en/help", told, "help.result")
    robot.get(f"/en/mechanisms?q={canary.word}")


def through_the_way_back(machine: Machine, canary: Canary, code: str) -> None:
    """Message, file, contact, a changed number."""
    robot, _page = come_back(machine.url, code)
    page = robot.get("/en/case").page
    file = ("files", f"{canary.word}-2.txt", canary("file").encode())
    answer = robot.send(page, {"message": canary("message")}, [file])
    assert canary("message") in answer.get_data()
    contact = robot.get("/en/case/contact")
    if contact.status_code == 200:
        sent = {
            "way": "email",
            "email": f"new-{canary.word}@example.org",
            "safe_when": canary("when"),
            "never_say": canary("never"),
        }
        robot.send(contact.page, sent)
        robot.send(
            robot.get("/en/case/contact").page, {**sent, "way": "phone", "phone": canary("x")}
        )


def through_failures(machine: Machine, canary: Canary, code: str) -> None:
    """Everything that goes wrong."""
    robot, _page = come_back(machine.url, code)
    case = robot.get("/en/case")
    sent = {**case.page.fields(), "message": canary("failed")}
    big = b"x" * (11 * 1024 * 1024)
    for name, content in (
        (f"{canary.word}.txt", big),
        (f"{canary.word}.exe", b"MZ\0\0" * 99),
        (f"{canary.word}.pdf", b"%PDF-1.7 " + canary.word.encode()),
    ):
        kept = robot.post("/en/case/message", sent, [("files", name, content)])
        assert kept.status_code == 422, (name, kept.status_code)
        assert canary("failed") in kept.get_data()
    assert robot.post("/en/case/message", {**sent, "token": "0" * 40}).status_code == 422
    assert robot.get(f"/en/{canary.word}").status_code == 404
    assert robot.get(f"/en/case/files/{canary.word}?name={canary.word}").status_code == 404
    assert robot.call("DELETE", f"/en/file?q={canary.word}").status_code == 405
    broken = b'--a\r\nContent-Disposition: form-data; name="' + canary.word.encode()
    for kind in ("multipart/form-data; boundary=a", "multipart/form-data", "application/json"):
        answer = robot.call("POST", "/en/case/message", broken, kind, {"User-Agent": canary.word})
        assert answer.status_code < 500, (kind, answer.status_code)
    agent = {"User-Agent": canary.word, "Referer": canary.word, "Accept-Language": canary.word}
    robot.call("GET", "/en/", headers=agent)
    robot.call("GET", "/en/", headers={"Cookie": f"draft={canary.word}; receipt={canary.word}"})
    wrong = draw()
    canary.hide("wrong code", wrong)
    token = robot.get("/en/return").token
    for typed in (wrong, wrong[:-1], canary.word, canary.word * 100):
        robot.post("/en/return", {"token": token, "code": typed})
    robot.post(
        "/staff/sign-in",
        {"token": token, "email": f"{canary.word}@example.org", "password": canary.word},
    )
    robot.post("/en/file?route=full", {"token": token, **{name: canary(name) for name in TOLD}})


def through_the_desk(machine: Machine, canary: Canary, story: str) -> None:
    """What staff type."""
    desk = Desk(machine, "handler")
    reference = desk.find(story)
    assert desk.do(reference, "acknowledge", message=canary("read")).status_code == 303
    assert desk.do(reference, "note", message=canary("note")).status_code == 303
    assert desk.do(reference, "translate", message=canary("translation")).status_code == 303
    assert desk.do(reference, "tell_worker", message=canary("told")).status_code == 303
    assert desk.do(reference, "ask_worker", message=canary("asked")).status_code == 303
    original = desk.do(reference, "open_original", reason=canary("reason"))
    assert original.status_code == 200
    page = desk.get(f"/staff/cases/{reference}").page
    refused = desk.press(page, "triage", severity="low", danger="yes", issue=canary("issue"))
    assert refused.status_code == 422
    lost = [b for b in page.all("button") if b.get("data-verb") == "ask_reissue"]
    if lost:
        assert desk.do(reference, "ask_reissue", check_made=canary("check")).status_code == 303


def files_of(machine: Machine) -> Iterator[Path]:
    """Every file of the instance: data folder with WAL, blobs, logs, letters, temporary files."""
    for root in (machine.data, machine.temp):
        yield from (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())


def without_address(path: Path) -> bytes:
    """The bytes of a file; a letter in the demonstration's mailbox without whom it is for."""
    data = path.read_bytes()
    return re.sub(rb"(?m)^To: .*$", b"", data) if path.suffix == ".eml" else data


def test_no_file_shows_it(machine: Machine, canary: Canary) -> None:
    with connected(machine) as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
    seen, shown = 0, []
    for path in files_of(machine):
        try:
            found = canary.found_in(without_address(path))
        except FileNotFoundError:
            continue
        seen += 1
        shown += [(str(path.relative_to(machine.data.parent)), name) for name in found]
    assert seen > 500
    assert any(path.parent.name == "pg_wal" for path in files_of(machine))
    assert any(path.suffix == ".log" for path in files_of(machine))
    assert shown == []


def test_no_column_of_any_table_shows_it(machine: Machine, canary: Canary) -> None:
    shown, rows = [], 0
    with connected(machine) as connection:
        for table in tables(connection):
            for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():
                rows += 1
                for column, value in row.items():
                    data = (
                        bytes(value)
                        if isinstance(value, bytes | memoryview)
                        else str(value).encode()
                    )
                    shown += [(table, column, name) for name in canary.found_in(data)]
    assert rows > 100
    assert shown == []


def test_nationality_asylum_and_place_stand_in_no_row(machine: Machine, canary: Canary) -> None:
    after = clear_counts(machine)
    grown = {
        (table, name)
        for table, counts in after.items()
        for name, number in counts.items()
        if number > canary.before[table][name]
    }
    assert grown <= {("tally", "nationality")}


def test_the_queue_does_not_hold_it(machine: Machine, canary: Canary) -> None:
    with redis.Redis.from_url(Valkey(machine.data).url()) as queue:
        keys = list(queue.scan_iter(count=1000))
        held = b"".join(key + (queue.dump(key) or b"") for key in keys)
    assert keys
    assert canary.found_in(held) == []


def test_no_process_shows_it_and_health_neither(machine: Machine, canary: Canary) -> None:
    for pid, said in machine.processes().items():
        try:
            held = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        assert canary.found_in(held + said.encode()) == [], said
    assert canary.found_in(str(machine.read("/healthz")).encode()) == []


def test_the_search_would_have_found_it(machine: Machine, canary: Canary) -> None:
    trap = machine.temp / "trap"
    trap.write_bytes(b"\0" + canary.word.upper().encode() + b"\0")
    try:
        hits = [
            path
            for path in files_of(machine)
            if path == trap and canary.found_in(path.read_bytes())
        ]
    finally:
        os.unlink(trap)
    assert hits == [trap]
    encoded = base64.b64encode(b"a" + canary.word.encode() + b"bc")
    assert canary.found_in(encoded)
    assert canary.found_in(canary.secrets["code 0 in groups"].encode())


def test_letters_show_nothing_and_still_leave(machine: Machine, canary: Canary) -> None:
    address = f"{canary.word}@example.org"

    def news() -> list[dict[str, str]]:
        return [one for one in machine.read("/demo/mail.json") if canary.word in one["to"]]

    wait_for(news, 15)
    for letter in machine.read("/demo/mail.json"):
        assert canary.word not in letter["subject"] + letter["text"] + letter["html"], address
