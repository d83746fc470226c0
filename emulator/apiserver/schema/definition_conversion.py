"""How a definition converts between its versions: not at all, or by a webhook.

Source: validateCustomResourceConversion in apiextensions, k8s.io/apiserver/pkg/util/webhook/validation.go.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.metadata import dns1035_label
from emulator.apiserver.apimachinery.objects import Object

_STRATEGIES = ("None", "Webhook")
_REVIEW_VERSIONS = ("v1", "v1beta1")
_NOT_A_WEBHOOK = "should not be set when strategy is not set to Webhook"
_SEGMENT = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_MOST_PORTS = 65535


def validate_conversion(spec: Object) -> list[FieldError]:
    """Everything wrong with ``spec.conversion``."""
    conversion = spec.get("conversion")
    if not conversion:
        return []
    path = "spec.conversion"
    found: list[FieldError] = []
    strategy = conversion.get("strategy") or ""
    if strategy != "None" and spec.get("preserveUnknownFields"):
        detail = "must be None if spec.preserveUnknownFields is true"
        found.append(fields.invalid(f"{path}.strategy", strategy, detail))
    if not strategy:
        found.append(fields.required(f"{path}.strategy"))
    elif strategy not in _STRATEGIES:
        found.append(fields.not_supported(f"{path}.strategy", strategy, list(_STRATEGIES)))
    webhook = conversion.get("webhook") or {}
    client, versions = webhook.get("clientConfig"), webhook.get("conversionReviewVersions") or []
    if strategy == "Webhook":
        return found + _validate_client(client, path) + _validate_versions(versions, path)
    if client is not None:
        found.append(fields.forbidden(f"{path}.webhookClientConfig", _NOT_A_WEBHOOK))
    if versions:
        found.append(fields.forbidden(f"{path}.conversionReviewVersions", _NOT_A_WEBHOOK))
    return found


def _validate_client(client: Object | None, path: str) -> list[FieldError]:
    path = f"{path}.webhookClientConfig"
    if client is None:
        return [fields.required(path, "required when strategy is set to Webhook")]
    url, service = client.get("url"), client.get("service")
    if (url is None) == (service is None):
        return [fields.required(path, "exactly one of url or service is required")]
    return _validate_url(url, f"{path}.url") if url is not None else _validate_service(service or {}, f"{path}.service")


def _validate_url(url: str, path: str) -> list[FieldError]:
    form = "; desired format: https://host[/path]"
    parts = urlsplit(url)
    found: list[FieldError] = []
    if parts.scheme != "https":
        found.append(fields.invalid(path, parts.scheme, f"'https' is the only allowed URL scheme{form}"))
    if not parts.netloc:
        found.append(fields.invalid(path, parts.netloc, f"host must be specified{form}"))
    if parts.username is not None:
        found.append(fields.invalid(path, parts.username, "user information is not permitted in the URL"))
    if parts.fragment:
        found.append(fields.invalid(path, parts.fragment, "fragments are not permitted in the URL"))
    if parts.query:
        found.append(fields.invalid(path, parts.query, "query parameters are not permitted in the URL"))
    return found


def _validate_service(service: Object, path: str) -> list[FieldError]:
    found = [
        fields.required(f"{path}.{name}", f"service {name} is required")
        for name in ("name", "namespace")
        if not service.get(name)
    ]
    port = service.get("port")
    if port is not None and not 1 <= port <= _MOST_PORTS:
        detail = f"port is not valid: must be between 1 and {_MOST_PORTS}, inclusive"
        found.append(fields.invalid(f"{path}.port", port, detail))
    where = service.get("path")
    if where is None:
        return found
    return found + _validate_path(where, f"{path}.path")


def _validate_path(where: str, path: str) -> list[FieldError]:
    if where in ("", "/"):
        return []
    if not where.startswith("/"):
        return [fields.invalid(path, where, "must start with a '/'")]
    if where == "//":
        return [fields.invalid(path, where, "segment[0] may not be empty")]
    found: list[FieldError] = []
    for position, segment in enumerate(where[1:].removesuffix("/").split("/")):
        if not segment:
            found.append(fields.invalid(path, where, f"segment[{position}] may not be empty"))
        elif not _SEGMENT.fullmatch(segment):
            rule = (
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
                "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
                r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
            )
            found.append(fields.invalid(path, where, f"segment[{position}]: {rule}"))
    return found


def _validate_versions(versions: list[str], path: str) -> list[FieldError]:
    path = f"{path}.conversionReviewVersions"
    if not versions:
        return [fields.required(path)]
    found: list[FieldError] = []
    for position, version in enumerate(versions):
        if version in versions[:position]:
            found.append(fields.invalid(f"{path}[{position}]", version, "duplicate version"))
            continue
        found += [fields.invalid(f"{path}[{position}]", version, problem) for problem in dns1035_label(version)]
    if not set(versions) & set(_REVIEW_VERSIONS):
        detail = f"must include at least one of {', '.join(_REVIEW_VERSIONS)}"
        found.append(fields.invalid(path, versions, detail))
    return found
