"""Where what is shipped beside the code lies: templates, catalogues, migrations, database roles.

In a checkout at the top, beside the package; installed from a wheel within it (`setup.cfg`,
`package_dir`).
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
BESIDE = PACKAGE.parent  # the checkout, or where packages are installed


def shipped(name: str) -> Path:
    """The folder of this name."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else BESIDE / name


def is_checkout() -> bool:
    """Whether this is the source itself, not an installed package."""
    return (BESIDE / "setup.cfg").is_file()
