"""Servers of our own for these tests, and programs that run `grievance.embedded` by themselves."""

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grievance.embedded.postgres import Postgres

PACKAGE = Path(__file__).parents[2] / "grievance"
# Only the folder of the package, not its __init__: the servers must not need the product.
ALONE = f"""
import sys, types
package = types.ModuleType("grievance")
package.__path__ = [{str(PACKAGE)!r}]
sys.modules["grievance"] = package
from pathlib import Path
"""

Program = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, for making one is what takes long."""
    home = tmp_path_factory.mktemp("cluster") / "var"
    postgres = Postgres(home, durable=False)
    postgres.start()
    postgres.stop()
    return home / "postgres"


@pytest.fixture
def made(home: Path, cluster: Path) -> Iterator[None]:
    """Lends the cluster to the instance of this test."""
    home.mkdir(mode=0o700)
    cluster.rename(home / "postgres")
    yield
    (home / "postgres").rename(cluster)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    postgres = Postgres(tmp_path_factory.mktemp("shared") / "var", durable=False)
    postgres.start()
    yield postgres
    postgres.stop()


@pytest.fixture
def postgres(home: Path) -> Iterator[Postgres]:
    postgres = Postgres(home, durable=False)
    yield postgres
    postgres.stop()


@pytest.fixture
def source() -> Callable[[str, Path], str]:
    """Python text for a process of its own, `HOME` replaced by the given folder."""
    return lambda text, home: ALONE + textwrap.dedent(text).replace("HOME", repr(str(home)))


@pytest.fixture
def program(source: Callable[[str, Path], str]) -> Iterator[Program]:
    """Starts such a text."""
    started: list[subprocess.Popen[str]] = []

    def begin(text: str, home: Path, **more: object) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-c", source(text, home)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **more,
        )
        started.append(child)
        return child

    yield begin
    for child in started:
        child.terminate()
        child.communicate(timeout=30)
