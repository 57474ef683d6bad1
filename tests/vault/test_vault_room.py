"""The room itself: it knows no framework, no database and nothing else of the product."""

import ast
import sys
from pathlib import Path

from grievance import vault

ALLOWED = {"cryptography", "argon2", "pyotp", "webauthn", "grievance"}
FOLDER = Path(vault.__file__).parent


def test_the_vault_imports_its_four_libraries_and_itself_only():
    stdlib = sys.stdlib_module_names
    seen = 0
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module]
            for name in names:
                seen += 1
                assert name.split(".")[0] in ALLOWED | stdlib, f"{path.name}: {name}"
                if name.startswith("grievance"):
                    assert name.startswith("grievance.vault."), f"{path.name}: {name}"
    assert seen > 50


def test_security_clocks_and_randomness_are_the_real_ones():
    for path in FOLDER.glob("*.py"):
        text = path.read_text()
        assert "import random" not in text, path.name
        assert "datetime.now" not in text, path.name
