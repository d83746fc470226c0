"""Speaks to an object store, and records what was said."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from conformance.driver.history import Exchange, History
from conformance.errors import HarnessError


@dataclass(frozen=True, slots=True)
class S3Endpoint:
    """An object store, and keys for it."""

    url: str
    bucket: str
    access_key_id: str
    secret_access_key: str
    region: str

    @classmethod
    def from_environment(cls, url: str) -> S3Endpoint:
        """An endpoint whose credentials come from the usual variables, never from the command line."""
        read = os.environ.get
        return cls(
            url,
            read("MODELS_BUCKET", "michelangelo-models"),
            read("AWS_ACCESS_KEY_ID", ""),
            read("AWS_SECRET_ACCESS_KEY", ""),
            read("AWS_DEFAULT_REGION", "us-east-1"),
        )


class ObjectStore:
    """One identity at one object store."""

    def __init__(self, endpoint: S3Endpoint, history: History, began: float) -> None:
        self.endpoint = endpoint
        self._history = history
        self._began = began
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint.url,
            aws_access_key_id=endpoint.access_key_id or None,
            aws_secret_access_key=endpoint.secret_access_key or None,
            region_name=endpoint.region,
            config=Config(retries={"max_attempts": 2}, connect_timeout=5, read_timeout=30),
        )

    def put(self, key: str, data: bytes) -> int:
        """Write an object; the answer's code."""
        return self._do("PUT", key, lambda: self._client.put_object(Bucket=self.endpoint.bucket, Key=key, Body=data))[0]

    def get(self, key: str) -> tuple[int, str]:
        """Read an object: the code and the bytes' SHA-256."""
        code, answer = self._do("GET", key, lambda: self._client.get_object(Bucket=self.endpoint.bucket, Key=key))
        return code, hashlib.sha256(answer["Body"].read()).hexdigest() if answer else ""

    def delete(self, key: str) -> int:
        """Delete an object; the answer's code."""
        return self._do("DELETE", key, lambda: self._client.delete_object(Bucket=self.endpoint.bucket, Key=key))[0]

    def _do(self, method: str, key: str, call: Any) -> tuple[int, Any]:
        asked = time.monotonic() - self._began
        answer: Any = None
        try:
            answer = call()
            code = answer["ResponseMetadata"]["HTTPStatusCode"]
        except ClientError as error:
            code = error.response["ResponseMetadata"]["HTTPStatusCode"]
        except BotoCoreError as error:
            raise HarnessError(f"no answer from {self.endpoint.url}: {error}") from None
        answered = time.monotonic() - self._began
        path = f"/{self.endpoint.bucket}/{key}"
        self._history.append(Exchange("s3", "harness", method, path, None, code, None, asked, answered))
        return code, answer
