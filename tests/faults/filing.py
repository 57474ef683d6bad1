"""Filing by the shortest way, many times: the pages are walked once and then gone again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.faults.robot import Fields, Robot, Step

SHORT: dict[str, str | list[str]] = {
    "language": "en", "phone": "own", "who": "own", "problem": "money", "issue": "wages-unpaid",
    "location": "japan", "goal": "money", "reach-by": "none", "reissue": "no", "know": "nobody",
}  # fmt: skip
CODE = re.compile(r'<output id="receipt"[^>]*>(.*?)</output>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Way:
    """The pages of a filing up to the number, and what was sent on each."""

    url: str
    steps: list[Step]


@dataclass
class Filer:
    """One person filing: a browser, a story, the code once it was shown."""

    robot: Robot
    story: str
    code: str = ""
    confirmed: bool = False
    tries: int = 0
    token: str = field(default="", repr=False)


def record(url: str, answers: Fields | None = None) -> Way:
    """Walk a filing up to the page with the number."""
    robot = Robot(url)
    robot.walk(
        "/en/file?route=full",
        {**SHORT, **(answers or {}), "what-happened": "STORY"},
        "file.receipt",
    )
    return Way(url, robot.steps)


def prepare(way: Way, story: str, changes: Mapping[str, str] | None = None) -> Filer:
    """Go the recorded way with another story, up to the number; nothing is sent yet."""
    robot = Robot(way.url)
    token = robot.get(way.steps[0].path).token
    for step in way.steps:
        sent = {n: story if v == "STORY" else v for n, v in step.sent.items()}
        sent.pop("shown", None)  # what the recorded page showed was another person's
        answer = robot.post(step.path, {**sent, "token": token, **(changes or {})})
        assert answer.status_code == 303, (step.path, answer.status_code, answer.get_data())
        if step is way.steps[0]:
            token = robot.follow(answer).token  # from here on the draft's own counts
    shown = robot.get("/en/file/receipt")
    return Filer(robot, story, code_on(shown.get_data()), token=token)


def code_on(html: str) -> str:
    """The digits on a page."""
    found = CODE.search(html)
    assert found, TAG.sub(" ", html)[-1500:]
    return re.sub(r"\D", "", TAG.sub("", found[1]))


def send(filer: Filer) -> int:
    """The last POST; confirmed when the page after it shows the number."""
    filer.tries += 1
    answer = filer.robot.post("/en/file/receipt", {"token": filer.token})
    if answer.status_code == 303:
        shown = filer.robot.get("/en/file/sent")
        if shown.status_code == 200:
            assert code_on(shown.get_data()) == filer.code
            filer.confirmed = True
    return answer.status_code


def come_back(url: str, code: str, network: str = "") -> tuple[Robot, str]:
    """Type a code; the case page."""
    robot = Robot(url, network)
    token = robot.get("/en/return").token
    answer = robot.follow(robot.post("/en/return", {"token": token, "code": code}))
    return robot, answer.get_data()
