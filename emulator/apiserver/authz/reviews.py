"""Access reviews: what may somebody do, asked over the API (k8s.io/kubernetes/pkg/registry/authorization)."""

from __future__ import annotations

from emulator.apiserver.apimachinery import errors, fields
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.names import GroupKind
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.users import UserInfo
from emulator.apiserver.authz.interface import Attributes, Authorizer
from emulator.apiserver.authz.rbac import RbacAuthorizer
from emulator.apiserver.registry.strategy import Context

GROUP = "authorization.k8s.io"


class AccessReviews:
    """Answers the four review kinds."""

    def __init__(self, authorizer: Authorizer, rbac: RbacAuthorizer) -> None:
        self.authorizer = authorizer
        self.rbac = rbac

    def subject(self, context: Context, obj: Object) -> Object:
        """SubjectAccessReview: may that user? Raises StatusError (422)."""
        self._validate("SubjectAccessReview", obj, subject=True)
        return self._answer(obj, _user(obj["spec"]))

    def local(self, context: Context, obj: Object) -> Object:
        """LocalSubjectAccessReview: the same in one namespace. Raises StatusError: 400, 422."""
        self._validate("LocalSubjectAccessReview", obj, subject=True)
        attributes = obj["spec"].get("resourceAttributes") or {}
        if attributes.get("namespace", "") != context.namespace:
            text = f"spec.resourceAttributes.namespace must match namespace: {attributes.get('namespace', '')} != {context.namespace}"
            raise errors.bad_request(text)
        obj.setdefault("metadata", {})["namespace"] = context.namespace
        return self._answer(obj, _user(obj["spec"]))

    def own(self, context: Context, obj: Object) -> Object:
        """SelfSubjectAccessReview: may I? Raises StatusError (422)."""
        self._validate("SelfSubjectAccessReview", obj, subject=False)
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
        obj["spec"] = {}
        obj["status"] = status
        return obj

    def _answer(self, obj: Object, user: UserInfo) -> Object:
        decision = self.authorizer.authorize(_attributes(obj["spec"], user))
        status: Object = {"allowed": decision.allowed}
        if decision.reason:
            status["reason"] = decision.reason
        obj["status"] = status
        return obj

    def _validate(self, kind: str, obj: Object, *, subject: bool) -> None:
        spec = obj.get("spec") or {}
        found: list[FieldError] = []
        resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
        if resource is not None and path is not None:
            text = "cannot be specified in combination with resourceAttributes"
            found.append(fields.invalid("spec.nonResourceAttributes", path, text))
        if resource is None and path is None:
            text = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
            found.append(fields.invalid("spec.resourceAttributes", resource, text))
        if subject and not spec.get("user") and not spec.get("groups"):
            found.append(fields.invalid("spec.user", "", "at least one of user or group must be specified"))
        if found:
            raise errors.invalid(GroupKind(GROUP, kind), "", found)


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
