"""One identity at an object store, and what it uploads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class StoreError(Exception):
    """The store refused, or does not answer; says which."""


@dataclass(frozen=True, slots=True)
class StoreAccess:
    """An object store, and the keys of one identity at it."""

    endpoint_url: str
    bucket: str
    region: str
    access_key_id: str
    secret_access_key: str
    session_token: str = ""

    def upload(self, prefix: str, files: Iterable[tuple[str, bytes | Path]]) -> str:
        """Put files (name, and bytes or where they are) beneath a prefix; the prefix's URI. Raises StoreError, OSError."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            client = self._client()
            for name, content in files:
                if isinstance(content, Path):
                    client.upload_file(str(content), self.bucket, f"{prefix}/{name}")
                else:
                    client.put_object(Bucket=self.bucket, Key=f"{prefix}/{name}", Body=content)
        except (ClientError, BotoCoreError, Boto3Error, ValueError) as error:  # ValueError: an endpoint that is no URL
            raise StoreError(str(error)) from None
        return f"s3://{self.bucket}/{prefix}"

    def _client(self) -> Any:
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            aws_session_token=self.session_token or None,
            config=Config(retries={"max_attempts": 2}, connect_timeout=5),
        )
