"""A write as ``admission.k8s.io`` describes it: what webhooks are sent, and what policies call ``request``."""

from __future__ import annotations

from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.users import user_object
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.strategy import Context

_OPTIONS = {"CREATE": "CreateOptions", "UPDATE": "UpdateOptions", "DELETE": "DeleteOptions"}


def admission_request(resource: Resource, operation: str, context: Context, obj: Object | None) -> Object:
    """The request, seen as one to *resource* (the context's, or another version of it); without the objects."""
    own = context.resource
    options: Object = {"kind": _OPTIONS[operation], "apiVersion": "meta.k8s.io/v1"}
    if context.dry_run:
        options["dryRun"] = ["All"]
    request: Object = {
        "kind": _kind(resource, obj, context),
        "resource": {"group": resource.group, "version": resource.version, "resource": resource.plural},
        "requestKind": _kind(own, obj, context),
        "requestResource": {"group": own.group, "version": own.version, "resource": own.plural},
        "operation": operation,
        "userInfo": user_object(context.user),
        "dryRun": context.dry_run,
        "options": options,
    }
    if context.subresource:
        request["subResource"] = request["requestSubResource"] = context.subresource
    if context.name:
        request["name"] = context.name
    namespace = context.name if own.plural == "namespaces" and not own.group else context.namespace
    if namespace:
        request["namespace"] = namespace
    return request


def _kind(resource: Resource, obj: Object | None, context: Context) -> Object:
    """The kind of what is written: that of a subresource may be another than the object's."""
    group, version, kind = resource.group, resource.version, resource.kind
    if context.subresource and obj is not None and obj.get("kind") not in (None, kind):
        group, _, version = str(obj.get("apiVersion") or "").rpartition("/")
        kind = obj["kind"]
    return {"group": group, "version": version, "kind": kind}
