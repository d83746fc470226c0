"""A control plane that exists: ``kubeconfig:PATH[#CONTEXT][,s3=URL][,rpc=HOST:PORT]``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance.driver.s3 import S3Endpoint
from conformance.targets.base import Endpoints


@dataclass(frozen=True, slots=True)
class KubeconfigTarget:
    """A vendor's or a user's own; S3 credentials come from the usual AWS variables."""

    name: str
    path: Path
    context: str = ""
    s3_url: str = ""
    rpc: str = ""

    @contextmanager
    def open(self) -> Iterator[Endpoints]:
        """Nothing is started and nothing is ended."""
        s3 = S3Endpoint.from_environment(self.s3_url) if self.s3_url else None
        yield Endpoints(self.path, self.context, s3, self.rpc or None)
