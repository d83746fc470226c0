"""What the plane asks of an object store: an endpoint URL, and credentials for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

BUCKETS = ("default", "deploy-models", "logs")  # beside the models bucket, as the platform's sandbox has them


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who may talk to the store."""

    name: str
    access_key_id: str
    secret_access_key: str


class ObjectStore(Protocol):
    """An S3 endpoint. Everything else speaks to it as any S3 client does."""

    @property
    def endpoint_url(self) -> str:
        """Where it listens."""
        ...

    @property
    def region(self) -> str:
        """The region that requests are signed for."""
        ...

    @property
    def admin(self) -> Identity:
        """Who may do everything."""
        ...

    def start(self) -> None:
        """Start it, without waiting. Raises OSError when its port is taken."""
        ...

    def wait_ready(self) -> None:
        """Return once it answers. Raises OSError when it does not come up."""
        ...

    def stop(self) -> None:
        """End it."""
        ...
