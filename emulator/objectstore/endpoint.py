"""``--object-store URL``: somebody's S3 endpoint, entered with the credentials of the environment. Whatever else is in it stays as it is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from emulator.objectstore.identities import ACTIONS, ADMIN
from emulator.objectstore.interface import Identity

DEFAULT_REGION = "us-east-1"
CONNECT_SECONDS = 5.0
ABSENT = ("404", "NoSuchBucket", "NotFound")
OURS_ALREADY = ("BucketAlreadyOwnedByYou", "BucketAlreadyExists")


class EndpointStore:
    """An S3 store that runs already. There is no API of IAM to mint users with: every identity is who the environment says."""

    whole = False

    def __init__(self, url: str, models_bucket: str, environment: Mapping[str, str] = os.environ) -> None:
        """Raises ValueError with a sentence when the URL is none, or credentials are missing."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(
                f"--object-store {url}: give moto, or an S3 endpoint as http://HOST:PORT or https://HOST[:PORT]"
            )
        if parts.username or parts.password:
            raise ValueError(
                "--object-store takes no credentials in its URL: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            )
        key, secret = environment.get("AWS_ACCESS_KEY_ID", ""), environment.get("AWS_SECRET_ACCESS_KEY", "")
        if not key or not secret:
            raise ValueError(f"--object-store {url} needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        session = environment.get("AWS_SESSION_TOKEN", "")
        self._url = url.rstrip("/")
        self._bucket = models_bucket
        self._region = environment.get("AWS_DEFAULT_REGION") or environment.get("AWS_REGION") or DEFAULT_REGION
        self.admin = Identity(ADMIN, key, secret, session)
        self.identities: Mapping[str, Identity] = {name: Identity(name, key, secret, session) for name in ACTIONS}

    @property
    def endpoint_url(self) -> str:
        """Where it listens, as it was given."""
        return self._url

    @property
    def region(self) -> str:
        """The region that requests are signed for: the environment's."""
        return self._region

    @property
    def note(self) -> str:
        """What differs from a store of the plane's own, in a sentence."""
        return f"every S3 identity is the one of AWS_ACCESS_KEY_ID: users and policies at {self._url} are not the plane's to make"

    def start(self) -> None:
        """Nothing to start."""

    def wait_ready(self) -> None:
        """Return once the models bucket is there, made if need be. Raises OSError with a sentence."""
        from botocore.exceptions import BotoCoreError, ClientError

        client = self.client()
        try:
            client.head_bucket(Bucket=self._bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ABSENT:
                raise OSError(f"bucket {self._bucket} at {self._url}: {_why(error)}") from None
            self._create(client)
        except BotoCoreError as error:
            raise OSError(f"no S3 at {self._url}: {error}") from None

    def _create(self, client: Any) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        place = {} if self._region == DEFAULT_REGION else {"LocationConstraint": self._region}
        try:
            client.create_bucket(Bucket=self._bucket, **({"CreateBucketConfiguration": place} if place else {}))
        except ClientError as error:
            if error.response["Error"]["Code"] not in OURS_ALREADY:
                raise OSError(
                    f"bucket {self._bucket} is not at {self._url} and cannot be made: {_why(error)}. "
                    "Make it, or name one that is there with --models-bucket"
                ) from None
        except BotoCoreError as error:
            raise OSError(f"no S3 at {self._url}: {error}") from None

    def client(self) -> Any:
        """A boto3 client."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self._url,
            region_name=self._region,
            aws_access_key_id=self.admin.access_key_id,
            aws_secret_access_key=self.admin.secret_access_key,
            aws_session_token=self.admin.session_token or None,
            config=Config(retries={"max_attempts": 3}, connect_timeout=CONNECT_SECONDS),
        )

    def stop(self) -> None:
        """It runs on, with what is in it."""

    def reset(self) -> int:
        """Refused. Raises ValueError."""
        raise ValueError(f"the store at {self._url} is not the plane's to empty")

    def save(self, archive: Path) -> int:
        """Refused. Raises ValueError."""
        raise ValueError(f"the store at {self._url} is in no snapshot")

    def load(self, archive: Path) -> int:
        """Refused. Raises ValueError."""
        raise ValueError(f"the store at {self._url} is not the plane's to replace")


def _why(error: Any) -> str:
    """What a store answered, in its words."""
    said = error.response["Error"]
    return f"{said.get('Code', '?')} {said.get('Message', '')}".strip()
