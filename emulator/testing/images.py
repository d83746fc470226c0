"""The images that the containers start, each with its digest where it is somebody else's. The same ones are in docker-compose.yml."""

from __future__ import annotations

from dataclasses import dataclass

from emulator import __version__

MICHELANGELO = f"michelangelo-emulator:{__version__}"
"""Ours: `docker compose build` makes it."""
K3S = "rancher/k3s:v1.36.2-k3s1@sha256:6a47cea22c4b834d4ba72c89d291696b79ebe406251f90b446e4dff03513dd87"


@dataclass(frozen=True, slots=True)
class StoreImage:
    """An S3 store: how it is started on port 9000, by which variables it learns its keys, where it says that it is ready."""

    image: str
    command: list[str]
    key_id: str
    secret: str
    ready_path: str


SEAWEEDFS = StoreImage(
    "chrislusf/seaweedfs:4.48@sha256:4e61d15fd35994cb1e43e1e553dff106794841fd9a99ade2fc8c8bfce4d7872d",
    ["mini", "-dir=/data", "-s3.port=9000"],
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "/healthz",
)
RUSTFS = StoreImage(
    "rustfs/rustfs:1.0.0@sha256:8cc9801755448b71a786705ce76692c77e14936cccd87cf2fc31842e58f4d1ff",
    ["/data"],
    "RUSTFS_ACCESS_KEY",
    "RUSTFS_SECRET_KEY",
    "/health",
)
MINIO = StoreImage(
    "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z@sha256:14cea493d9a34af32f524e538b8346cf79f3321eff8e708c1e2960462bd8936e",
    ["server", "/data"],
    "MINIO_ROOT_USER",
    "MINIO_ROOT_PASSWORD",
    "/minio/health/live",
)
