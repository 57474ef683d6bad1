"""Prints what is installed as CycloneDX JSON, read from the locks: `make sbom`.

What only a bucket needs has the scope `optional`, what only tests need `excluded`. Standard library
only, nothing is asked elsewhere.
"""

import configparser
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {
    "requirements.txt": "required",
    "deploy/requirements-s3.txt": "optional",
    "tests/requirements.txt": "excluded",
}
PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)((?:.*\\\n)(?:\s+--hash=.*\n)+)", re.M)


def components(lock: str, scope: str) -> list[dict[str, object]]:
    """Every package of a lock, with the hashes of all its files."""
    found = []
    for name, version, rest in PACKAGE.findall((ROOT / lock).read_text(encoding="utf-8")):
        purl = f"pkg:pypi/{name.lower()}@{version}"
        hashes = [{"alg": "SHA-256", "content": one} for one in re.findall("sha256:(.{64})", rest)]
        found.append({"type": "library", "bom-ref": purl, "name": name, "version": version,
                      "scope": scope, "purl": purl, "hashes": hashes})  # fmt: skip
    return found


def main() -> None:
    """Write the list to stdout, the same for the same locks."""
    written = configparser.ConfigParser()
    written.read(ROOT / "setup.cfg")
    about = written["metadata"]
    product = {"type": "application", "bom-ref": "grievance", "name": about["name"],
               "version": about["version"],
               "licenses": [{"license": {"id": about["license"]}}]}  # fmt: skip
    listed = [one for lock, scope in LOCKS.items() for one in components(lock, scope)]
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
           "metadata": {"component": product}, "components": listed}  # fmt: skip
    json.dump(bom, sys.stdout, indent=1)


main()
