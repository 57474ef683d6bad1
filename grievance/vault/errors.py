"""The vault's errors. Their messages never hold content, keys, codes or addresses."""


class VaultError(Exception):
    """Base of every refusal of the vault; safe to log."""


class Tampered(VaultError):
    """A sealed thing did not open: altered, moved to another place, or the wrong key."""

    def __init__(self, what: str = "sealed value") -> None:
        super().__init__(f"{what} does not open at this place with this key")
