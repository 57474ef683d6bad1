"""A server that speaks S3, for tests: moto's, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import boto3
from moto.server import ThreadedMotoServer

from grievance.settings import Bucket

PREFIX = "sealed/files"
SECRET = "the secret of the bucket"


class Buckets:
    """The server; what it holds outlives its being away."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._server.start()
        self.port: int = self._server.get_host_and_port()[1]

    @property
    def reached(self) -> Bucket:
        """The settings that reach it."""
        return Bucket(f"http://127.0.0.1:{self.port}", "us-east-1", "key-of-the-bucket", SECRET)

    @property
    def environment(self) -> dict[str, str]:
        """The same as variables."""
        given = {
            "ENDPOINT": self.reached.endpoint,
            "REGION": self.reached.region,
            "KEY_ID": self.reached.key_id,
            "SECRET": self.reached.secret,
        }
        return {f"GRIEVANCE_S3_{name}": text for name, text in given.items()}

    @property
    def client(self) -> Any:
        """Another client's view of it."""
        return boto3.client(
            "s3",
            endpoint_url=self.reached.endpoint,
            region_name=self.reached.region,
            aws_access_key_id=self.reached.key_id,
            aws_secret_access_key=self.reached.secret,
        )

    def new(self) -> str:
        """The address of a new bucket."""
        name = f"bucket-{uuid4().hex}"
        self.client.create_bucket(Bucket=name)
        return f"s3://{name}/{PREFIX}"

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody answers at its port."""
        self.stop()
        try:
            yield
        finally:
            self._server = ThreadedMotoServer("127.0.0.1", self.port, verbose=False)
            self._server.start()

    def stop(self) -> None:
        """End it."""
        self._server.stop()
