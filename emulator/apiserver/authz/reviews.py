"""Access reviews: what may somebody do, asked over the API (k8s.io/kubernetes/pkg/registry/authorization)."""

from __future__ import annotations

from collections.abc import Callable

from emulator.apiserver.apimachinery import errors, fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.names import GroupKind
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.users import UserInfo
from emulator.apiserver.authz.interface import Attributes, Authorizer
from emulator.apiserver.authz.rbac import RbacAuthorizer
from emulator.apiserver.registry.before import match_namespace
from emulator.apiserver.registry.builtin.label_selectors import operator_errors, requirement_errors
from emulator.apiserver.registry.strategy import Context

GROUP = "authorization.k8s.io"


class AccessReviews:
    """Answers the four review kinds."""

    def __init__(self, authorizer: Authorizer, rbac: RbacAuthorizer) -> None:
        self.authorizer = authorizer
        self.rbac = rbac

    def subject(self, context: Context, obj: Object) -> Object:
        """SubjectAccessReview: may that user? Raises StatusError (422)."""
        _refuse([*_problems(obj, subject=True), *_metadata_problems(obj)])
        return self._answer(obj, _user(obj["spec"]))

    def local(self, context: Context, obj: Object) -> Object:
        """LocalSubjectAccessReview: the same in one namespace. Raises StatusError (422)."""
        match_namespace(context, context.resource, obj.setdefault("metadata", {}))
        found = [*_problems(obj, subject=True), *_metadata_problems(obj, " except for namespace", "namespace")]
        spec = obj.get("spec") or {}
        resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
        if resource is not None and resource.get("namespace", "") != context.namespace:
            given = resource.get("namespace", "")
            found.append(fields.invalid("spec.resourceAttributes.namespace", given, "must match metadata.namespace"))
        if path is not None:
            found.append(
                fields.invalid("spec.nonResourceAttributes", _shown(path), "disallowed on this kind of request")
            )
        _refuse(found)
        return self._answer(obj, _user(obj["spec"]))

    def own(self, context: Context, obj: Object) -> Object:
        """SelfSubjectAccessReview: may I? Raises StatusError (422)."""
        _refuse([*_problems(obj, subject=False), *_metadata_problems(obj)])
        return self._answer(obj, context.user)

    def rules(self, context: Context, obj: Object) -> Object:
        """SelfSubjectRulesReview: what may I in a namespace? Raises StatusError (400)."""
        namespace = obj["spec"].get("namespace") or ""
        if not namespace:
            raise errors.bad_request("no namespace on request")
        grants, problems = self.rbac.grants(context.user, namespace)
        resource_rules: list[Object] = []
        url_rules: list[Object] = []
        for grant in grants:
            for rule in grant.rules:
                if rule.get("nonResourceURLs"):
                    url_rules.append({"verbs": rule["verbs"], "nonResourceURLs": rule["nonResourceURLs"]})
                else:
                    kept = {
                        name: rule[name]
                        for name in ("verbs", "apiGroups", "resources", "resourceNames")
                        if rule.get(name)
                    }
                    resource_rules.append(kept)
        status: Object = {"resourceRules": resource_rules, "nonResourceRules": url_rules, "incomplete": False}
        if problems:
            status["incomplete"] = True
            status["evaluationError"] = ", ".join(problems)
        answer = {key: obj[key] for key in ("apiVersion", "kind")}
        return {**answer, "metadata": {}, "spec": {}, "status": status}

    def _answer(self, obj: Object, user: UserInfo) -> Object:
        decision = self.authorizer.authorize(_attributes(obj["spec"], user))
        status: Object = {"allowed": decision.allowed}
        if decision.reason:
            status["reason"] = decision.reason
        obj["status"] = status
        return obj


def _problems(obj: Object, *, subject: bool) -> list[FieldError]:
    """What is wrong with a review's spec (k8s.io/kubernetes/pkg/apis/authorization/validation)."""
    spec = obj.get("spec") or {}
    found: list[FieldError] = []
    resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if resource is not None and path is not None:
        text = "cannot be specified in combination with resourceAttributes"
        found.append(fields.invalid("spec.nonResourceAttributes", _shown(path), text))
    if resource is None and path is None:
        text = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        found.append(fields.invalid("spec.resourceAttributes", resource, text))
    if subject and not spec.get("user") and not spec.get("groups"):
        found.append(fields.invalid("spec.user", "", "at least one of user or group must be specified"))
    for name, check in (("fieldSelector", _field_problems), ("labelSelector", _label_problems)):
        found += _selector_problems((resource or {}).get(name), f"spec.resourceAttributes.{name}", check)
    return found


def _selector_problems(
    selector: Object | None, path: str, check: Callable[[Object, str], list[FieldError]]
) -> list[FieldError]:
    """A selector is given as text or as requirements; operators of newer clients are none of our business."""
    if selector is None:
        return []
    found: list[FieldError] = []
    raw, requirements = selector.get("rawSelector") or "", selector.get("requirements") or []
    if raw and requirements:
        found.append(fields.invalid(f"{path}.rawSelector", raw, "may not specified at the same time as requirements"))
    if not raw and not requirements:
        text = f"when {path} is specified, requirements or rawSelector is required"
        found.append(fields.required(f"{path}.requirements", text))
    for position, requirement in enumerate(requirements):
        found += check(requirement, fields.index(f"{path}.requirements", position))
    return found


def _field_problems(requirement: Object, path: str) -> list[FieldError]:
    found = [] if requirement.get("key") else [fields.required(f"{path}.key", "must be specified")]
    return found + operator_errors(requirement, path, newer=True)


def _label_problems(requirement: Object, path: str) -> list[FieldError]:
    return requirement_errors(requirement, path, newer=True)


def _metadata_problems(obj: Object, but: str = "", *allowed: str) -> list[FieldError]:
    """A review has no metadata of its own."""
    meta = obj.get("metadata") or {}
    if all(not value or name in ("managedFields", *allowed) for name, value in meta.items()):
        return []
    shown = fields.GoStruct(sorted(meta.items(), key=lambda item: item[0] == "managedFields"))
    return [fields.invalid("metadata", shown, f"must be empty{but}")]


def _shown(path: Object) -> fields.GoStruct:
    return fields.GoStruct({"Path": path.get("path", ""), "Verb": path.get("verb", "")})


def _refuse(found: list[FieldError]) -> None:
    """Raises StatusError (422), which names the group alone, as the real server's does."""
    if found:
        raise errors.invalid(GroupKind(GROUP, ""), "", found)


def _user(spec: Object) -> UserInfo:
    extra = {key.lower(): tuple(values) for key, values in (spec.get("extra") or {}).items()}
    return UserInfo(spec.get("user") or "", spec.get("uid") or "", tuple(spec.get("groups") or ()), extra)


def _attributes(spec: Object, user: UserInfo) -> Attributes:
    resource = spec.get("resourceAttributes")
    if resource is None:
        path = spec["nonResourceAttributes"]
        return Attributes(user, path.get("verb") or "", path=path.get("path") or "", is_resource=False)
    return Attributes(
        user,
        resource.get("verb") or "",
        resource.get("group") or "",
        resource.get("version") or "",
        resource.get("resource") or "",
        resource.get("subresource") or "",
        resource.get("namespace") or "",
        resource.get("name") or "",
    )
