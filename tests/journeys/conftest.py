"""A whole instance, as `make run` starts it, and browsers in front of it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.journeys import browser as chromium
from tests.servers import ROOT

PHONE = {"width": 360, "height": 640}
DESKTOP = {"width": 1280, "height": 900}
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass(frozen=True)
class Instance:
    """A running demonstration: its address, accounts by role, receipts."""

    url: str
    facts: dict[str, Any]
    data: Path

    def account(self, role: str, nth: int = 0) -> dict[str, str]:
        """One of the demonstration's people."""
        found = [one for one in self.facts["accounts"] if one["role"] == role]
        return found[nth]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """`flask up` in a folder of its own, stopped at the end."""
    data, port = tmp_path_factory.mktemp("instance"), _free_port()
    mine = {k: v for k, v in os.environ.items() if not k.startswith("GRIEVANCE_")}
    running = subprocess.Popen(
        [str(Path(sys.executable).with_name("flask")), "up", "--port", str(port)],
        cwd=ROOT,
        env=mine | {"GRIEVANCE_DATA": str(data)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    lines = []
    for line in running.stdout:
        lines.append(line)
        if line.startswith("ready "):
            break
    else:
        logs = "\n".join(p.read_text()[-1500:] for p in (data / "log").glob("*.log"))
        pytest.fail(f"never ready: {lines}\n{logs}")
    yield Instance(f"http://127.0.0.1:{port}", json.loads((data / "demo.json").read_text()), data)
    running.send_signal(signal.SIGINT)
    assert running.wait(30) == 0
    running.stdout.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium.find(), args=list(FLAGS))
        yield opened
        opened.close()


Opener = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, instance: Instance) -> Iterator[Opener]:
    """Opens a browser window of its own: `open_page(size, javascript=False, language="vi")`."""
    contexts: list[BrowserContext] = []

    def _open(
        size: dict[str, int] = PHONE, *, javascript: bool = False, locale: str = "en"
    ) -> Page:
        context = browser.new_context(
            viewport=size, java_script_enabled=javascript, locale=locale, base_url=instance.url
        )
        context.route(re.compile("^https:"), lambda route: route.fulfill(body="elsewhere"))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        return page

    yield _open
    for context in contexts:
        context.close()
