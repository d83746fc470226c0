"""Who a Pod is in the object store: its ServiceAccount's annotation says, else it is a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from emulator.node.cluster import Cluster
from emulator.node.environment import ConfigError

Object = dict[str, Any]
ANNOTATION = "michelangelo.api/s3-identity"
DEFAULT = "task"


class Keys(NamedTuple):
    """An identity's credentials."""

    access_key_id: str
    secret_access_key: str
    session_token: str = ""


@dataclass(frozen=True, slots=True)
class StoreAccess:
    """The object store, as containers reach it."""

    endpoint_url: str
    region: str
    bucket: str
    keys: Mapping[str, Keys]  # by identity

    def variables(self, identity: str) -> dict[str, str]:
        """What the SDKs read. Raises ConfigError, which lists the identities that there are."""
        if identity not in self.keys:
            known = ", ".join(sorted(self.keys))
            raise ConfigError(f"unknown S3 identity {identity!r} in {ANNOTATION}: known are {known}")
        keys = self.keys[identity]
        found = {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
            "AWS_DEFAULT_REGION": self.region,
            "MODELS_BUCKET": self.bucket,
        }
        return found | ({"AWS_SESSION_TOKEN": keys.session_token} if keys.session_token else {})


async def of_pod(pod: Object, cluster: Cluster) -> str:
    """The identity of a Pod."""
    name = pod["spec"].get("serviceAccountName") or "default"
    account = await cluster.find("serviceaccounts", pod["metadata"]["namespace"], name)
    annotations = ((account or {}).get("metadata") or {}).get("annotations") or {}
    return str(annotations.get(ANNOTATION, DEFAULT))
