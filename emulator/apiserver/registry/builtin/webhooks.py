"""Webhook configurations (k8s.io/kubernetes/pkg/apis/admissionregistration/validation). Who is asked: admission/webhooks.py."""

from __future__ import annotations

from urllib.parse import urlsplit

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child, index
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.syntax import dns1123_subdomain
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.builtin.label_selectors import selector_errors

_SEGMENTS = "should be a domain with at least three segments separated by dots"
_VERSIONS = ("v1", "v1beta1")
_SIDE_EFFECTS = ["None", "NoneOnDryRun"]
_OPERATIONS = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"]


class WebhookStrategy(BuiltinStrategy):
    """ValidatingWebhookConfigurations and MutatingWebhookConfigurations."""

    counts_generations = True
    allow_unconditional_update = False

    def check(self, obj: Object) -> list[FieldError]:
        """Each webhook says where it is and what it wants to be asked."""
        found: list[FieldError] = []
        names: set[str] = set()
        for position, hook in enumerate(obj.get("webhooks") or ()):
            path = index("webhooks", position)
            name = hook.get("name") or ""
            found += _name_errors(name, child(path, "name"))
            found += _version_errors(hook.get("admissionReviewVersions") or [], child(path, "admissionReviewVersions"))
            if name in names:
                found.append(fields.duplicate(child(path, "name"), name))
            names.add(name)
            found += _hook_errors(hook, path)
        return found


def _name_errors(name: str, path: str) -> list[FieldError]:
    if not name:
        return [fields.required(path)]
    found = [fields.invalid(path, name, text) for text in dns1123_subdomain(name)]
    if not found and name.count(".") < 2:
        found.append(fields.invalid(path, name, _SEGMENTS))
    return found


def _version_errors(versions: list[str], path: str) -> list[FieldError]:
    known = ", ".join(_VERSIONS)
    if not versions:
        return [fields.required(path, f"must specify one of {known}")]
    if not any(version in _VERSIONS for version in versions):
        return [fields.invalid(path, versions, f"must include at least one of {known}")]
    return []


def _hook_errors(hook: Object, path: str) -> list[FieldError]:
    found: list[FieldError] = []
    for position, rule in enumerate(hook.get("rules") or ()):
        found += rule_errors(rule, index(child(path, "rules"), position))
    for name, values in (("failurePolicy", ["Fail", "Ignore"]), ("matchPolicy", ["Equivalent", "Exact"])):
        if hook.get(name) not in values:
            found.append(fields.not_supported(child(path, name), hook.get(name), values))
    effects = hook.get("sideEffects")
    if effects is None:
        text = f"must specify one of {', '.join(_SIDE_EFFECTS)}"
        found.append(fields.required(child(path, "sideEffects"), text))
    elif effects not in _SIDE_EFFECTS:
        found.append(fields.not_supported(child(path, "sideEffects"), effects, _SIDE_EFFECTS))
    seconds = hook.get("timeoutSeconds")
    if seconds is not None and not 1 <= seconds <= 30:
        text = "the timeout value must be between 1 and 30 seconds"
        found.append(fields.invalid(child(path, "timeoutSeconds"), seconds, text))
    for name in ("namespaceSelector", "objectSelector"):
        found += selector_errors(hook.get(name), child(path, name))
    where, client = child(path, "clientConfig"), hook["clientConfig"]
    if (client.get("url") is None) == (client.get("service") is None):
        found.append(fields.required(where, "exactly one of url or service is required"))
    elif client.get("url") is not None:
        found += [fields.invalid(child(where, "url"), client["url"], text) for text in url_errors(client["url"])]
    return found


def url_errors(url: str) -> list[str]:
    """What is wrong with a webhook's URL (k8s.io/apiserver/pkg/util/webhook)."""
    form = "; desired format: https://host[/path]"
    try:
        parts = urlsplit(url)
    except ValueError as error:
        return [f"url must be a valid URL: {error}{form}"]
    checks = (
        (parts.scheme != "https", f"'https' is the only allowed URL scheme{form}"),
        (not parts.netloc, f"host must be specified{form}"),
        ("@" in parts.netloc, "user information is not permitted in the URL"),
        (bool(parts.fragment), "fragments are not permitted in the URL"),
        (bool(parts.query), "query parameters are not permitted in the URL"),
    )
    return [text for wrong, text in checks if wrong]


def rule_errors(rule: Object, path: str) -> list[FieldError]:
    """What is wrong with the operations and resources of a rule."""
    found: list[FieldError] = []
    for name in ("operations", "apiGroups", "apiVersions", "resources"):
        values = rule.get(name) or []
        if not values:
            found.append(fields.required(child(path, name)))
        if len(values) > 1 and "*" in values and name != "resources":
            text = "if '*' is present, must not specify other " + (
                "operations" if name == "operations" else name.removeprefix("api").lower()
            )
            found.append(fields.invalid(child(path, name), values, text))
    for position, operation in enumerate(rule.get("operations") or ()):
        if operation not in _OPERATIONS:
            where = index(child(path, "operations"), position)
            found.append(fields.not_supported(where, operation, _OPERATIONS))
    scopes = ["*", "Cluster", "Namespaced"]
    if rule.get("scope") is not None and rule["scope"] not in scopes:
        found.append(fields.not_supported(child(path, "scope"), rule["scope"], scopes))
    return found
