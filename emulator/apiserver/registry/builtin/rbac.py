"""Roles and bindings: what they may say (k8s.io/kubernetes/pkg/apis/rbac/validation)."""

from __future__ import annotations

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, GoStruct, child, index
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.syntax import dns1123_subdomain, path_segment
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.strategy import Context

GROUP = "rbac.authorization.k8s.io"


class RoleStrategy(BuiltinStrategy):
    """Roles and ClusterRoles."""

    allow_create_on_update = True
    name_rule = staticmethod(path_segment)

    def __init__(self, *, namespaced: bool) -> None:
        super().__init__()
        self.namespaced = namespaced

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """Storage keeps no empty rules apart from missing ones."""
        super().prepare_for_create(context, obj)
        obj["rules"] = obj.get("rules") or None

    def prepare_for_update(self, context: Context, new: Object, old: Object) -> None:
        """The same for an update."""
        super().prepare_for_update(context, new, old)
        new["rules"] = new.get("rules") or None

    def check(self, obj: Object) -> list[FieldError]:
        """Each rule says what may be done to what."""
        found: list[FieldError] = []
        for position, rule in enumerate(obj.get("rules") or ()):
            found += _rule_errors(rule, index("rules", position), self.namespaced)
        return found


def _rule_errors(rule: Object, path: str, namespaced: bool) -> list[FieldError]:
    found: list[FieldError] = []
    if not rule.get("verbs"):
        found.append(fields.required(child(path, "verbs"), "verbs must contain at least one value"))
    if rule.get("nonResourceURLs"):
        where = child(path, "nonResourceURLs")
        if namespaced:
            text = "namespaced rules cannot apply to non-resource URLs"
            found.append(fields.invalid(where, rule["nonResourceURLs"], text))
        if rule.get("apiGroups") or rule.get("resources") or rule.get("resourceNames"):
            text = "rules cannot apply to both regular resources and non-resource URLs"
            found.append(fields.invalid(where, rule["nonResourceURLs"], text))
        return found
    if not rule.get("apiGroups"):
        found.append(fields.required(child(path, "apiGroups"), "resource rules must supply at least one api group"))
    if not rule.get("resources"):
        found.append(fields.required(child(path, "resources"), "resource rules must supply at least one resource"))
    return found


class BindingStrategy(BuiltinStrategy):
    """RoleBindings and ClusterRoleBindings: subjects may change, the role may not."""

    allow_create_on_update = True
    name_rule = staticmethod(path_segment)

    def __init__(self, *, namespaced: bool) -> None:
        super().__init__()
        self.namespaced = namespaced

    def check(self, obj: Object) -> list[FieldError]:
        """A role of the right kind, and well-formed subjects."""
        role = obj.get("roleRef") or {}
        found: list[FieldError] = []
        if role.get("apiGroup") != GROUP:
            found.append(fields.not_supported("roleRef.apiGroup", role.get("apiGroup"), [GROUP]))
        kinds = ["Role", "ClusterRole"] if self.namespaced else ["ClusterRole"]
        if role.get("kind") not in kinds:
            found.append(fields.not_supported("roleRef.kind", role.get("kind"), kinds))
        name = role.get("name") or ""
        if not name:
            found.append(fields.required("roleRef.name"))
        else:
            found += [fields.invalid("roleRef.name", name, text) for text in path_segment(name)]
        for position, subject in enumerate(obj.get("subjects") or ()):
            found += self._subject_errors(subject, index("subjects", position))
        return found

    def _subject_errors(self, subject: Object, path: str) -> list[FieldError]:
        found: list[FieldError] = []
        kind, name, group = subject.get("kind") or "", subject.get("name") or "", subject.get("apiGroup") or ""
        if not name:
            found.append(fields.required(child(path, "name")))
        if kind == "ServiceAccount":
            if name:
                found += [fields.invalid(child(path, "name"), name, text) for text in dns1123_subdomain(name)]
            if group:
                found.append(fields.not_supported(child(path, "apiGroup"), group, [""]))
            if not subject.get("namespace") and not self.namespaced:
                found.append(fields.required(child(path, "namespace")))
        elif kind in ("User", "Group"):
            if group != GROUP:
                found.append(fields.not_supported(child(path, "apiGroup"), group, [GROUP]))
        else:
            found.append(fields.not_supported(child(path, "kind"), kind, ["ServiceAccount", "User", "Group"]))
        return found

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """The role stays: otherwise a right could be swapped under a name that people trust."""
        role, before = new["roleRef"], old.get("roleRef") or {}
        if role == before:
            return []
        shown = GoStruct({"APIGroup": role["apiGroup"], "Kind": role["kind"], "Name": role["name"]})
        return [fields.invalid("roleRef", shown, "cannot change roleRef")]
