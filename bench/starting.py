"""`flask up`: from an empty folder to `ready`, and once more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from bench.house import free_port
from bench.table import Floor, Line
from tests.servers import ROOT

LIMIT = 180.0
FLASK = Path(sys.executable).with_name("flask")


def measure(folder: Path) -> list[Line]:
    """Cold: databases, migrations, directory, demonstration. Warm: all of it is there."""
    cold, warm = _up(folder), _up(folder)
    bare = Floor(_help(), "flask --help")
    return [
        Line("cold flask up", cold, "s", "<= 40", bare, "< 45"),
        Line("warm flask up", warm, "s", "<= 6", bare, "< 6"),
    ]


def _help() -> float:
    """Seconds that the interpreter and our code need to begin at all."""
    began = time.monotonic()
    subprocess.run([str(FLASK), "directory", "--help"], cwd=ROOT, check=True, capture_output=True)
    return time.monotonic() - began


def _up(folder: Path) -> float:
    """Seconds until the line `ready`; it is stopped again."""
    given = {**os.environ, "GRIEVANCE_DATA": str(folder), "PORT": str(free_port())}
    began = time.monotonic()
    process = subprocess.Popen(
        [str(FLASK), "up"], cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("ready"):
                return time.monotonic() - began
        raise SystemExit(f"flask up ended with {process.wait()}")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(LIMIT)
