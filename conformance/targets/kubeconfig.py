"""A plane that runs already: somebody's cluster, somebody's object store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance.driver.errors import TargetError
from conformance.targets.interface import Doors, S3Door

SETTLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class KubeconfigTarget:
    """``kubeconfig:PATH[#CONTEXT][,s3=URL][,bucket=NAME][,rpc=HOST:PORT]``; S3 credentials come from the AWS variables."""

    path: Path
    context: str = ""
    s3_url: str = ""
    bucket: str = ""
    rpc: str = ""
    settle_seconds: float | None = None  # None: by how fast it answers

    @property
    def name(self) -> str:
        """As it was given; without credentials."""
        parts = [f"kubeconfig:{self.path}" + (f"#{self.context}" if self.context else "")]
        parts += [f"s3={self.s3_url}"] if self.s3_url else []
        parts += [f"bucket={self.bucket}"] if self.bucket else []
        parts += [f"rpc={self.rpc}"] if self.rpc else []
        parts += [f"settle={self.settle_seconds:g}"] if self.settle_seconds is not None else []
        return ",".join(parts)

    @contextmanager
    def open(self) -> Iterator[Doors]:
        """Nothing to start. Raises TargetError without a kubeconfig, ValueError when the store lacks a bucket or credentials."""
        if not self.path.is_file():
            raise TargetError(f"no kubeconfig at {self.path}")
        yield Doors(
            kubeconfig=self.path,
            context=self.context,
            s3=self._s3(),
            rpc=self.rpc,
            settle_seconds=SETTLE_SECONDS if self.settle_seconds is None else self.settle_seconds,
            settle_adapts=self.settle_seconds is None,
        )

    def _s3(self) -> S3Door | None:
        if not self.s3_url:
            return None
        bucket = self.bucket or os.environ.get("MODELS_BUCKET", "")
        if not bucket:
            raise ValueError("which bucket holds the models? give bucket=NAME after s3=URL, or set MODELS_BUCKET")
        access, secret = os.environ.get("AWS_ACCESS_KEY_ID", ""), os.environ.get("AWS_SECRET_ACCESS_KEY", "")
        if not access or not secret:
            raise ValueError("s3= needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        return S3Door(
            url=self.s3_url,
            bucket=bucket,
            access_key_id=access,
            secret_access_key=secret,
            session_token=os.environ.get("AWS_SESSION_TOKEN", ""),
            region=os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION") or "us-east-1",
        )
