"""A database whose letters are really committed, keys of both processes, a mail server."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.orm import Session

from grievance.notifications import messages, outbox
from grievance.notifications.channels import Channel, channel_for
from grievance.notifications.drain import Post
from grievance.notifications.models import Outbox
from grievance.vault import keyring
from grievance.vault.keyring import KeyRing
from tests.conftest import TEMPLATE
from tests.notifications.post_office import SENDER, PostOffice, free_port, row_of
from tests.servers import Server

DATABASE = "grievance_letters"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    handler = PostOffice()
    server = Controller(handler, hostname="127.0.0.1", port=free_port())
    server.start()
    handler.url = f"smtp://127.0.0.1:{server.port}"
    yield handler
    server.stop()


@pytest.fixture(scope="session")
def letters_database(server: Server) -> Server:
    """A migrated database for these tests alone: a drain commits for each letter."""
    server.ensure_database(DATABASE, template=TEMPLATE)
    return server


@pytest.fixture
def database(letters_database: Server) -> str:
    """The worker's address of it, with the tables of this room empty."""
    owner = create_engine(letters_database.url("owner", DATABASE), poolclass=NullPool)
    with owner.begin() as connection:
        connection.execute(text("delete from outbox"))
        connection.execute(text("delete from job_run"))
    return letters_database.url("worker", DATABASE)


@pytest.fixture
def opener(database) -> Iterator[Callable[[], Session]]:
    """Opens sessions of the worker; all are closed at the end."""
    engine = create_engine(database, poolclass=NullPool, hide_parameters=True)
    opened: list[Session] = []

    def open_one(actor: str = "job:test") -> Session:
        session = Session(engine)
        session.info["actor"] = actor
        opened.append(session)
        return session

    yield open_one
    for session in opened:
        session.close()


@pytest.fixture
def post_session(opener) -> Session:
    return opener()


@pytest.fixture(scope="session")
def rings(tmp_path_factory) -> Path:
    """A folder with a key ring for the web and one for the worker."""
    folder = tmp_path_factory.mktemp("rings")
    keyring.create(folder / "whole")
    for kind in ("web", "worker"):
        keyring.split(folder / "whole", kind, folder / kind)
    return folder


@pytest.fixture(scope="session")
def web_ring(rings) -> KeyRing:
    return KeyRing.load(rings / "web", "web")


@pytest.fixture(scope="session")
def worker_ring(rings) -> KeyRing:
    return KeyRing.load(rings / "worker", "worker")


@pytest.fixture
def channel(office) -> Channel:
    return channel_for(office.url, SENDER, timeout=60)


@pytest.fixture
def post(worker_ring, channel) -> Post:
    return Post(worker_ring.notifier, {"email": channel})


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 20, 10, 32, 7, tzinfo=UTC)


@pytest.fixture
def put(post_session, web_ring, now):
    """Put letters to these addresses into the outbox, committed; answers their rows."""

    def put_all(*addresses: str, kind=messages.worker_news, at=now, case=None) -> list[Outbox]:
        ids = [
            outbox.enqueue(
                post_session,
                web_ring.notifier_public,
                kind(address, "en", "https://desk.example", case or uuid4()),
                at,
            )
            for address in addresses
        ]
        post_session.commit()
        return [row_of(post_session, each) for each in ids]

    return put_all


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 that nobody trusts yet; answers its file and a TLS context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return path, context


def only_the_right_password(_server, _session, _envelope, _mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"desk", b"p@ss word"), handled=False)


@pytest.fixture
def guarded(certificate):
    """A mail server that wants STARTTLS and a password."""
    handler = PostOffice()
    server = Controller(
        handler,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=certificate[1],
        require_starttls=True,
        auth_required=True,
        auth_exclude_mechanism=["LOGIN"],
        authenticator=only_the_right_password,
    )
    server.start()
    handler.url = f"127.0.0.1:{server.port}"
    yield handler
    server.stop()
