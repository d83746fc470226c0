"""What the plane asks of an object store: an endpoint URL, and credentials for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

BUCKETS = ("default", "deploy-models", "logs")  # beside the models bucket, as the platform's sandbox has them


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who may talk to the store."""

    name: str
    access_key_id: str
    secret_access_key: str
    session_token: str = ""


class ObjectStore(Protocol):
    """An S3 endpoint. Everything else speaks to it as any S3 client does."""

    whole: bool  # the plane's own from end to end: it may be emptied, saved, and has users and policies

    @property
    def note(self) -> str:
        """What people should know about it; mostly nothing."""
        ...

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

    @property
    def identities(self) -> Mapping[str, Identity]:
        """Who else may come in, by name: controller-manager, task, reader."""
        ...

    def client(self) -> Any:
        """A boto3 client of the administrator."""
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

    def reset(self) -> int:
        """Empty it: the buckets and policies that it started with are left. Raises OSError, ValueError where it cannot."""
        ...

    def save(self, archive: Path) -> int:
        """Add every object and policy to a zip archive; how many objects. Raises OSError, ValueError where it cannot."""
        ...

    def load(self, archive: Path) -> int:
        """Have exactly what a zip archive holds; how many objects. Raises OSError, ValueError."""
        ...
