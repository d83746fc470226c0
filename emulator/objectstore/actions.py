"""Which S3 action an HTTP request is, on which resource (AWS, Service Authorization Reference, "Actions for Amazon S3")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote


class Asked(NamedTuple):
    """An action on a resource. ``key`` is empty for buckets, ``bucket`` for the whole account."""

    action: str
    bucket: str
    key: str

    @property
    def resource(self) -> str:
        """The ARN that policies name."""
        if not self.bucket:
            return "*"
        return f"arn:aws:s3:::{self.bucket}/{self.key}" if self.key else f"arn:aws:s3:::{self.bucket}"


_BUCKET_VIEWS = {"location": "GetBucketLocation", "versioning": "GetBucketVersioning", "versions": "ListBucketVersions"}
_BUCKET_VIEWS |= {"uploads": "ListBucketMultipartUploads", "policy": "GetBucketPolicy", "acl": "GetBucketAcl"}
_BUCKET_VIEWS |= {"tagging": "GetBucketTagging", "cors": "GetBucketCORS", "lifecycle": "GetLifecycleConfiguration"}
_OBJECT_PARTS = {"tagging": "Tagging", "acl": "Acl", "retention": "Retention", "legal-hold": "LegalHold"}


def asked(method: str, path: str, query: Mapping[str, str], copy_source: str = "") -> list[Asked]:
    """What a request needs to be allowed; a copy needs to read its source as well. ``DeleteObjects`` is asked per key."""
    bucket, _, key = path.lstrip("/").partition("/")
    if not bucket:
        return [Asked("s3:ListAllMyBuckets", "", "")]
    if not key:
        return [Asked(f"s3:{_of_bucket(method, query)}", bucket, "")]
    needed = [Asked(f"s3:{_of_object(method, query)}", bucket, key)]
    if copy_source:
        source, _, from_key = unquote(copy_source).lstrip("/").partition("/")
        needed.append(Asked("s3:GetObject", source, from_key.partition("?versionId=")[0]))
    return needed


def _of_bucket(method: str, query: Mapping[str, str]) -> str:
    part = next((name for name in _BUCKET_VIEWS if name in query), "")
    if method in ("GET", "HEAD"):
        return _BUCKET_VIEWS.get(part, "ListBucket")
    if method == "PUT":
        return _BUCKET_VIEWS[part].replace("Get", "Put", 1) if part else "CreateBucket"
    if method == "DELETE":
        return _BUCKET_VIEWS[part].replace("Get", "Delete", 1) if part else "DeleteBucket"
    return "PutObject"  # a browser's form upload


def _of_object(method: str, query: Mapping[str, str]) -> str:
    part = next((_OBJECT_PARTS[name] for name in _OBJECT_PARTS if name in query), "")
    version = "Version" if "versionId" in query else ""
    if method in ("GET", "HEAD"):
        return "ListMultipartUploadParts" if "uploadId" in query else f"GetObject{version}{part}"
    if method == "DELETE":
        return "AbortMultipartUpload" if "uploadId" in query else f"DeleteObject{version}{part}"
    return f"PutObject{version if part else ''}{part}"
