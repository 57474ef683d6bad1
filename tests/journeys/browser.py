"""Finding a Chromium: GRIEVANCE_TEST_BROWSER, the PATH, Playwright's cache.

`python -m tests.journeys.browser` says so loudly when there is none: exit 70, or 1 under CI.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NO_BROWSER = 70


def find() -> str:
    """The path of a Chromium, or an empty string."""
    given = os.environ.get("GRIEVANCE_TEST_BROWSER", "")
    if given:
        return given if Path(given).exists() else ""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    cached = sorted(cache.glob("chromium-*/chrome-linux*/chrome"))
    return str(cached[-1]) if cached else ""


def main() -> int:
    """Say what will be used."""
    found = find()
    if found:
        return 0
    print("journeys: NOT RUN, no Chromium (GRIEVANCE_TEST_BROWSER, PATH, Playwright's cache)")  # noqa: T201
    return 1 if os.environ.get("CI") else NO_BROWSER


if __name__ == "__main__":
    sys.exit(main())
