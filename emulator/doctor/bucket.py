"""The bucket as an S3 client sees it: whether it answers, and which keys it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

KEYS_AT_MOST = 50_000
TIMEOUT_SECONDS = 10


class StoreError(Exception):
    """The store refused or does not answer. ``code`` is S3's, or one of Unreachable and TLS."""

    def __init__(self, code: str, message: str, region: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.region = region  # where the store says that the bucket is


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a bucket; not ``complete`` when there are too many to look at."""

    names: frozenset[str]
    folders: frozenset[str]  # every prefix that a key is beneath, without its slash
    complete: bool

    def has(self, key: str) -> bool:
        """Whether there is an object of this key, or one beneath it."""
        plain = key.rstrip("/")
        return plain in self.folders or key in self.names or (not plain and bool(self.names))


@dataclass
class Bucket:
    """One bucket at one endpoint. Keys are of the environment unless given."""

    name: str
    endpoint: str = ""  # empty: AWS
    region: str = ""
    access_key_id: str = ""
    secret_access_key: str = ""
    session_token: str = ""
    trouble: StoreError | None = None  # known once ``reach`` was called
    _client: Any = None
    _keys: dict[str, Keys | StoreError] = field(default_factory=dict)

    @property
    def client(self) -> Any:
        """A boto3 client. Raises StoreError when what is configured makes no sense."""
        if self._client is None:
            import boto3
            from botocore.config import Config
            from botocore.exceptions import BotoCoreError

            times = {"connect_timeout": TIMEOUT_SECONDS, "read_timeout": TIMEOUT_SECONDS}
            try:
                self._client = boto3.client(
                    "s3",
                    endpoint_url=self.endpoint or None,
                    region_name=self.region or None,
                    aws_access_key_id=self.access_key_id or None,
                    aws_secret_access_key=self.secret_access_key or None,
                    aws_session_token=self.session_token or None,
                    config=Config(retries={"total_max_attempts": 1}, **times),
                )
            except (ValueError, BotoCoreError) as error:
                raise StoreError("Unreachable", str(error)) from None
        return self._client

    @property
    def flags(self) -> str:
        """The words of an ``aws`` command that name the endpoint."""
        return f" --endpoint-url {self.endpoint}" if self.endpoint else ""

    def reach(self) -> None:
        """Ask for the bucket; ``trouble`` says what is wrong with it."""
        try:
            self.ask("head_bucket", Bucket=self.name)
        except StoreError as error:
            self.trouble = error

    def ask(self, operation: str, **words: Any) -> Any:
        """Call an operation of S3. Raises StoreError."""
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, SSLError

        try:
            return getattr(self.client, operation)(**words)
        except ClientError as error:
            said = error.response
            headers = said.get("ResponseMetadata", {}).get("HTTPHeaders", {})
            code = str(said.get("Error", {}).get("Code", ""))
            region = said.get("Error", {}).get("Region") or headers.get("x-amz-bucket-region") or ""
            raise StoreError(code, str(error), str(region)) from None
        except SSLError as error:
            raise StoreError("TLS", str(error)) from None
        except (BotoCoreError, HTTPClientError, ValueError) as error:
            raise StoreError("Unreachable", str(error)) from None

    def keys(self, name: str = "") -> Keys:
        """The keys of this bucket, or of another at the same endpoint. Raises StoreError."""
        wanted = name or self.name
        if wanted not in self._keys:
            try:
                self._keys[wanted] = self._list(wanted)
            except StoreError as error:
                self._keys[wanted] = error
        found = self._keys[wanted]
        if isinstance(found, StoreError):
            raise found
        return found

    def _list(self, name: str) -> Keys:
        names: set[str] = set()
        token: dict[str, str] = {}
        while True:
            page = self.ask("list_objects_v2", Bucket=name, **token)
            names |= {item["Key"] for item in page.get("Contents", ())}
            if not page.get("IsTruncated") or len(names) >= KEYS_AT_MOST:
                break
            token = {"ContinuationToken": page["NextContinuationToken"]}
        folders: set[str] = set()
        for key in names:
            while "/" in key:
                key = key.rpartition("/")[0]
                if key in folders:
                    break
                folders.add(key)
        return Keys(frozenset(names), frozenset(folders), not page.get("IsTruncated"))

    def has(self, bucket: str, key: str) -> bool:
        """Whether a bucket has an object of this key, or one beneath it. Raises StoreError."""
        keys = self.keys(bucket)
        if keys.complete or keys.has(key):
            return keys.has(key)
        beneath = self.ask("list_objects_v2", Bucket=bucket, Prefix=f"{key.rstrip('/')}/", MaxKeys=1)
        exact = self.ask("list_objects_v2", Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents") or [{}]
        return bool(beneath.get("Contents")) or exact[0].get("Key") == key


def parts(uri: str) -> tuple[str, str, str]:
    """Scheme, bucket and key of a URI."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    return (scheme, bucket, key) if rest else ("", "", urlsplit(uri).path)
