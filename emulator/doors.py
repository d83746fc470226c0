"""Where a running plane can be reached, as text, JSON, shell exports and environment variables."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

IDENTITIES = "s3-identities.json"

STRAYS = (
    "AWS_ENDPOINT_URL_S3",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_REGION",
)
"""Variables of somebody's shell that would lead S3 clients past a plane: to another endpoint, or there with other credentials."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Addresses and credentials of a running plane; ``rpc_address`` is empty while that door is closed."""

    kubeconfig: str
    kube_server: str
    s3_endpoint: str
    s3_access_key_id: str
    s3_secret_access_key: str
    s3_region: str
    models_bucket: str
    rpc_address: str
    rpc_closed_because: str
    triton_address: str
    dialect: str
    pid: int
    started_in_seconds: float
    folder: str = ""  # state and logs
    artifact_layout: str = ""
    timings: str = "fast"
    control: str = ""  # see emulator/control
    control_token: str = ""
    s3_identities: dict[str, dict[str, str]] = field(default_factory=dict)  # name -> access_key_id, secret_access_key
    s3_session_token: str = ""
    api: str = "memory"  # as --api
    object_store: str = "moto"  # as --object-store
    contexts: tuple[str, ...] = ("admin", "reader")  # of the kubeconfig
    notes: tuple[str, ...] = ()  # what people should know about this plane

    def environment(self) -> dict[str, str]:
        """The variables that kubectl, aws, ma and the SDK read."""
        variables = {
            "KUBECONFIG": self.kubeconfig,
            "MA_KUBE_SERVER": self.kube_server,
            "AWS_ENDPOINT_URL": self.s3_endpoint,
            "AWS_ACCESS_KEY_ID": self.s3_access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.s3_secret_access_key,
            "AWS_DEFAULT_REGION": self.s3_region,
            "MODELS_BUCKET": self.models_bucket,
            "MA_ARTIFACT_LAYOUT": self.artifact_layout,
            "MA_S3_IDENTITIES": str(Path(self.folder, IDENTITIES)),
            "MA_DIALECT": self.dialect,
            "MA_PLANE": self.folder,
            "MA_TRITON": self.triton_address,
            "MA_CONTROL": self.control,
            "MA_CONTROL_TOKEN": self.control_token,
        }
        if self.s3_session_token:
            variables["AWS_SESSION_TOKEN"] = self.s3_session_token
        if self.rpc_address:
            variables |= {"MACTL_ADDRESS": self.rpc_address, "MA_API_SERVER": self.rpc_address}
        return variables

    def around(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Somebody's environment, led to the plane."""
        kept = {name: value for name, value in variables.items() if name not in STRAYS}
        return {**kept, **self.environment()}

    def credentials(self, name: str) -> dict[str, str]:
        """The variables of one S3 identity. Raises ValueError, which lists the known ones."""
        identity = self.s3_identities.get(name)
        if identity is None:
            raise ValueError(f"unknown identity {name!r}: known are {', '.join(sorted(self.s3_identities))}")
        return {
            "AWS_ENDPOINT_URL": self.s3_endpoint,
            "AWS_ACCESS_KEY_ID": identity["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": identity["secret_access_key"],
            "AWS_DEFAULT_REGION": self.s3_region,
            "MODELS_BUCKET": self.models_bucket,
            **({"AWS_SESSION_TOKEN": self.s3_session_token} if self.s3_session_token else {}),
        }

    def needs_engine(self, feature: str, kind: str) -> None:
        """Raises ValueError when the API server is of another kind."""
        if self.api.partition(":")[0] != kind:
            raise ValueError(f"{feature} is not supported with --api {self.api}: it needs --api {kind}")

    def needs_own_store(self, feature: str) -> None:
        """Raises ValueError when the store is not the plane's own."""
        if self.object_store != "moto":
            raise ValueError(
                f"{feature} is not supported with --object-store {self.object_store}: it needs --object-store moto"
            )

    def identities(self) -> dict[str, dict[str, str]]:
        """Every S3 identity's variables, by its name: what ``MA_S3_IDENTITIES`` names a file of."""
        return {name: self.credentials(name) for name in self.s3_identities}

    def as_dict(self) -> dict[str, object]:
        """Every field, for ``--json``."""
        return asdict(self)

    def text(self) -> str:
        """What ``up`` prints: the doors, and three commands to try next."""
        rpc = self.rpc_address or f"closed: {self.rpc_closed_because}"
        lines = [
            f"Michelangelo control plane ready in {self.started_in_seconds:.2f} s (dialect: {self.dialect})",
            "",
            f"  Kubernetes API  {self.kube_server}",
            f"  kubeconfig      {self.kubeconfig}   (contexts: {', '.join(self.contexts)})",
            f"  S3              {self.s3_endpoint}   bucket {self.models_bucket}",
            f"  gRPC            {rpc}",
            f"  Triton          {self.triton_address}/NAMESPACE/SERVER/v2   (emulated)",
            f"  control         {self.control}/v1",
            *(f"  note            {note}" for note in self.notes),
            "",
            "Try next:",
            f"  export KUBECONFIG={shlex.quote(self.kubeconfig)}",
            "  kubectl get crd models.michelangelo.api",
            "  kubectl explain model.spec",
        ]
        return "\n".join(lines)


def dotenv(variables: Mapping[str, str]) -> str:
    """Variables as ``NAME=value`` lines: what GitHub's ``GITHUB_ENV`` and ``docker run --env-file`` read."""
    return "\n".join(f"{name}={value}" for name, value in variables.items())


def exports(variables: Mapping[str, str]) -> str:
    """Variables as lines for a shell's ``eval``."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())
