"""Which writes a webhook asks about: rules, selectors (k8s.io/apiserver/pkg/admission/plugin/webhook/predicates)."""

from __future__ import annotations

from collections.abc import Callable

from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.selectors import label_selector_from_object
from emulator.apiserver.registry.strategy import Context

Labels = dict[str, str]
NamespaceLabels = Callable[[str], Labels]
"""The labels of a namespace, by its name."""


def asks(rule: Object, operation: str, context: Context, version: str) -> bool:
    """Whether a rule is about an operation on the context's resource, served in a version."""
    if not (_has(rule["operations"], operation) and _has(rule["apiGroups"], context.resource.group)):
        return False
    if not _has(rule["apiVersions"], version) or not _in_scope(rule.get("scope") or "*", context):
        return False
    plural, subresource = context.resource.plural, context.subresource
    for text in rule["resources"]:
        resource, _, part = text.partition("/")
        if resource in ("*", plural) and part in ("*", subresource):
            return True
    return False


def _has(values: list[str], value: str) -> bool:
    return "*" in values or value in values


def _in_scope(scope: str, context: Context) -> bool:
    return scope == "*" or (scope == "Namespaced") == context.resource.namespaced


def selects(hook: Object, context: Context, obj: Object | None, old: Object | None, labels: NamespaceLabels) -> bool:
    """Whether a hook's namespaceSelector and objectSelector are for a write of *obj* over *old*."""
    return _selects_namespace(hook, context, obj or old or {}, labels) and _selects_object(hook, obj, old)


def _selects_namespace(hook: Object, context: Context, obj: Object, labels: NamespaceLabels) -> bool:
    selector = hook.get("namespaceSelector")
    if not selector:
        return True
    if context.resource.plural == "namespaces" and not context.resource.group:
        return label_selector_from_object(selector).matches(metadata(obj).get("labels") or {})
    if not context.namespace:
        return True
    return label_selector_from_object(selector).matches(labels(context.namespace))


def _selects_object(hook: Object, obj: Object | None, old: Object | None) -> bool:
    selector = hook.get("objectSelector")
    if not selector:
        return True
    matches = label_selector_from_object(selector).matches
    return any(one is not None and matches(metadata(one).get("labels") or {}) for one in (obj, old))
