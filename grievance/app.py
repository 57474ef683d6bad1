"""The application: settings, keys and extensions, then every room in import order."""

from __future__ import annotations

import os
import threading
from importlib import import_module

from flask import Flask
from psycopg.errors import UndefinedTable
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError
from werkzeug.middleware.proxy_fix import ProxyFix

from grievance import demo as demonstration
from grievance import storage
from grievance.accounts import audit, peppers
from grievance.cases.site import Site
from grievance.clock import real_now
from grievance.demo.mark import DemoMismatch, check_mark
from grievance.extensions import act_as, db
from grievance.settings import Settings, SettingsError, WebSettings, read
from grievance.shipped import shipped
from grievance.storage.watch import Watch
from grievance.vault.keyring import KeyRing, KeyRingError
from grievance.vault.keys import hkdf
from grievance.vault.labels import Derive
from grievance.vault.shares import Shares
from grievance.vault.slots import PLACES, HashSlots, SlowLane

ROOMS = (
    "web", "accounts", "portal", "intake", "desk", "interpreting", "partners", "partner_desk",
    "console", "reports",
)  # fmt: skip
LIMITS = (
    "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000"
)


class NoDatabase(Exception):
    """The database cannot be reached, or has no tables; the message says which."""


# Why a web process does not start, each with a sentence for whoever starts it.
REFUSALS = (SettingsError, KeyRingError, DemoMismatch, NoDatabase)


def engine_options(url: str, ring: KeyRing) -> dict[str, object]:
    """How this process talks to PostgreSQL: parameters are never in an error, waits are bounded."""
    given = make_url(url).query.get("options", "")
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_size": 4,
        "max_overflow": 4,
        "pool_recycle": 1800,
        "execution_options": audit.vouching(ring),
        "connect_args": {"options": f"{given} {LIMITS}".strip(), "connect_timeout": 5},
    }


def _site(ring: KeyRing, settings: Settings) -> Site:
    store = storage.blobs(settings.storage, settings.bucket)
    return Site(ring, store, settings.public_url, settings.backup_days)


def create_app(settings: Settings | None = None) -> Flask:
    """The application of one web process; refuses to start when a setting or key is missing."""
    settings = settings or read(WebSettings, os.environ)
    app = Flask(
        __name__,
        template_folder=str(shipped("templates")),
        static_folder="web/static",
        static_url_path="/static",
    )
    ring = KeyRing.load(settings.keyring, "web")
    places = threading.Semaphore(PLACES)
    app.config.update(
        SETTINGS=settings,
        KEY_RING=ring,
        SECURE=settings.secure,
        LANGUAGES=settings.languages,
        FORM_KEY=hkdf(ring.server_key, Derive.FORM_TOKEN),
        PAGING_KEY=ring.paging_key,
        SITE=_site(ring, settings),
        HASH_SLOTS=HashSlots(),
        LANE_PLACES=places,
        UPLOAD_SHARES=Shares(),
        RECEIPT_LANE=SlowLane(places=places),
        STORE_WATCH=Watch(),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url, ring),
    )
    if isinstance(settings, WebSettings) and settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    db.init_app(app)
    _check_belongings(app, ring, demo=settings.demo)
    storage.begin(app.config["SITE"].blobs)
    for room in ROOMS:
        import_module(f"grievance.{room}").init_app(app)
    if settings.demo:
        demonstration.init_app(app)
    return app


def _check_belongings(app: Flask, ring: KeyRing, *, demo: bool) -> None:
    """KeyRingError or DemoMismatch when the database, the keys and the setting are not one set;
    NoDatabase when there is none to ask."""
    with app.app_context():
        act_as("cli:start")
        try:
            peppers.agree(db.session(), ring, real_now())
            check_mark(db.session(), demo)
        except OperationalError as away:
            said = str(away.orig).partition("\n")[0]
            raise NoDatabase(f"the database cannot be reached: {said}") from None
        except ProgrammingError as error:
            if not isinstance(error.orig, UndefinedTable):
                raise
            raise NoDatabase("the database has no tables yet: run `flask migrate` first") from None
        finally:
            db.session.remove()
            db.engine.dispose()
