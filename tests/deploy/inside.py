"""Runs the steps of the page inside the machine of `machine.sh`, and says what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.deploy.page import steps  # run by path

STEPS = (*range(1, 9), 11, 12)
KINDS = ("web", "worker", "cron")
ASK = "curl -s -k --resolve help.example.org:443:127.0.0.1 https://help.example.org"
PLAIN = (
    "curl -s -o /dev/null -w '%{http_code} %{redirect_url}' -H 'Host: help.example.org' "
    "http://127.0.0.1/en/"
)
PORTS = "ss -Hltn | awk '{print $4}' | sed 's/.*://' | sort -nu"
PATIENCE = 120  # seconds until it gives up; nothing is measured by it
DATABASE = "psql -h /var/run/postgresql -At -d grievance"
RUNS = (
    f"{DATABASE} -U grievance_worker -c 'SELECT job, done, failed FROM job_run'"
    " | grep -E 'backup|drill'"
)
QUEUE = "redis-cli -s /run/redis/redis-server.sock ping"
BLOB = "/var/lib/grievance/files/ab/cd"
PROBES = {
    "web is app": f"{DATABASE} -U grievance_app -c 'SELECT current_user'",
    "web is not owner": f"{DATABASE} -U grievance_owner -c 'SELECT 1'",
    "web has no queue": QUEUE,
    "web has not the worker's keys": "ls /etc/grievance/keys/worker",
    "worker is worker": f"{DATABASE} -U grievance_worker -c 'SELECT current_user'",
    "worker is not app": f"{DATABASE} -U grievance_app -c 'SELECT 1'",
    "worker has not the web's keys": "ls /etc/grievance/keys/web",
    "worker reads no file": f"cat {BLOB}/blob",
    "worker deletes files": f"rm {BLOB}/blob",
    "cron has the queue": QUEUE,
    "cron has no database": f"{DATABASE} -U grievance_worker -c 'SELECT 1'",
    "cron has no files": "ls /var/lib/grievance",
    **{f"{one} reads no settings": "cat /etc/grievance/cron.env" for one in KINDS},
}
KEEP = (
    "from grievance.storage import FolderBlobs; from pathlib import Path;"
    "FolderBlobs(Path('/var/lib/grievance/files')).put('abcd' + '0' * 28, b'sealed')"
)
AS_WEB = (
    f'cd /opt/grievance && umask 077 && .venv/bin/python -c "{KEEP}" && mv {BLOB}/* {BLOB}/blob'
)


def shell(command: str, user: str = "") -> tuple[int, str]:
    """Run it as this user; exit status and what it said."""
    who = ["runuser", "-u", user, "--"] if user else []
    words = [*who, "bash", "-c", command]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


def tell(**what: object) -> None:
    """For the test."""
    sys.stdout.write(json.dumps(what) + "\n")


def main() -> None:
    """All of it; the first command that fails ends it."""
    (version,) = os.listdir("/usr/lib/postgresql")
    # as its package does when it is installed
    shell(f"pg_createcluster {version} main && pg_ctlcluster {version} main start")
    ran = [heading for heading in steps() if int(heading.partition(".")[0]) in STEPS]
    for heading in ran:
        code, said = shell(f"set -euo pipefail\n{steps()[heading]}")
        if code:
            tell(failed=heading, said=said[-3000:])
            return
    shell(AS_WEB, "grievance-web")
    tell(
        ran=ran,
        health=answered(),
        probes={what: shell(told, f"grievance-{what.split()[0]}") for what, told in PROBES.items()},
        environments={one: environment(one) for one in KINDS},
        headers=shell(f"{ASK}/en/ -D - -o /dev/null")[1],
        plain=shell(PLAIN)[1],
        ports=shell(PORTS)[1].split(),
        backups=os.listdir("/var/backups/grievance"),
        runs=sorted(shell(RUNS, "grievance-worker")[1].split()),
        logs={one.name: one.read_text() for one in Path("/run/standin").glob("*.log")},
    )


def answered() -> dict[str, object]:
    """What `/healthz` says through the proxy, once the bell was heard."""
    pause, enough = threading.Event(), threading.Event()
    threading.Timer(PATIENCE, enough.set).start()
    found: dict[str, object] = {}
    while not enough.is_set() and not found.get("queue"):
        code, said = shell(f"{ASK}/healthz")
        found = json.loads(said) if code == 0 and said.startswith("{") else {"said": said}
        pause.wait(0.3)
    return found


def environment(kind: str) -> dict[str, str]:
    """The settings that the process was given, and its user."""
    number = Path(f"/run/standin/grievance-{kind}").read_text()
    given = Path(f"/proc/{number}/environ").read_bytes().decode().split("\0")
    user = str(Path(f"/proc/{number}").owner())
    ours = dict(one.split("=", 1) for one in given if one.startswith("GRIEVANCE_"))
    return {"user": user, **ours}


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # a timer may still run
