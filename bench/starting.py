"""`flask up`: from an empty folder to `ready`, and once more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from bench.house import free_port
from bench.table import Line
from grievance.cli.places import ROOT

LIMIT = 180.0


def measure(folder: Path) -> list[Line]:
    """Cold: databases, migrations, directory, demonstration. Warm: all of it is there."""
    cold, warm = _up(folder), _up(folder)
    return [
        Line("cold flask up", cold, "s", "< 45"),
        Line("warm flask up", warm, "s", "< 6"),
    ]


def _up(folder: Path) -> float:
    """Seconds until the line `ready`; it is stopped again."""
    flask = Path(sys.executable).with_name("flask")
    given = {**os.environ, "GRIEVANCE_DATA": str(folder), "PORT": str(free_port())}
    began = time.monotonic()
    process = subprocess.Popen(
        [str(flask), "up"], cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True
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
