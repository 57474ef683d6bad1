"""The web server's own log: JSON lines like ours, without addresses, paths or bytes of requests."""

from __future__ import annotations

from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger

from grievance.web.logs import handler


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's logger without its texts: a bad request is quoted in them."""

    def setup(self, cfg: Config) -> None:
        """One handler, ours; nothing is logged of single requests."""
        super().setup(cfg)
        self.error_log.handlers = [handler()]
        self.error_log.propagate = False
        self.access_log.handlers = []

    def access(self, *_arguments: Any) -> None:
        """Requests are noted by the application, by route."""
