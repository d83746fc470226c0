"""What expressions call ``authorizer``: whether the one who writes, or a service account, may do something else.

Source: k8s.io/apiserver/pkg/cel/library/authz.go. The methods are named as in CEL, which calls them by these names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from emulator.apiserver.apimachinery import syntax
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.users import UserInfo
from emulator.apiserver.authz.interface import Attributes, Authorizer
from emulator.apiserver.authz.interface import Decision as Answer
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.schema.cel.values import REQUEST_RESOURCE, CelError

AUTHORIZER = "authorizer"


def authorizer_scope(authorizer: Authorizer, context: Context) -> Object:
    """The variables that ask the authorizer about who writes."""
    value = AuthorizerValue(authorizer, context.user)
    resource = context.resource
    asked = ResourceCheck(value, resource.group, resource.plural, context.subresource, context.namespace, context.name)
    return {AUTHORIZER: value, REQUEST_RESOURCE: asked}


def without_authorizer(scope: Object) -> Object:
    """The scope of expressions that may not ask it."""
    return {name: value for name, value in scope.items() if name not in (AUTHORIZER, REQUEST_RESOURCE)}


@dataclass(frozen=True, slots=True)
class Decision:
    """An authorizer's answer; ours never fails to give one."""

    answer: Answer

    def allowed(self) -> bool:
        """Whether it is yes."""
        return self.answer.allowed

    def reason(self) -> str:
        """Why."""
        return self.answer.reason

    def errored(self) -> bool:
        """Whether there was trouble deciding."""
        return False

    def error(self) -> str:
        """What the trouble was."""
        return ""


@dataclass(frozen=True, slots=True)
class AuthorizerValue:
    """Whom to ask, and about whom."""

    authorizer: Authorizer
    user: UserInfo

    def path(self, path: str) -> PathCheck:
        """Begin to ask about a path that is no resource. Raises CelError."""
        if not path.strip():
            raise CelError("path must not be empty")
        return PathCheck(self, path)

    def group(self, group: str) -> GroupCheck:
        """Begin to ask about a resource of a group."""
        return GroupCheck(self, group)

    def serviceAccount(self, namespace: str, name: str) -> AuthorizerValue:  # noqa: N802 - CEL's name
        """Ask about a service account instead. Raises CelError."""
        if syntax.dns1123_subdomain(name):
            raise CelError("Invalid service account name")
        if syntax.dns1123_label(namespace):
            raise CelError("Invalid service account namespace")
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}")
        return replace(self, user=UserInfo(f"system:serviceaccount:{namespace}:{name}", "", groups))


@dataclass(frozen=True, slots=True)
class PathCheck:
    """A path that is to be asked about."""

    value: AuthorizerValue
    path: str

    def check(self, verb: str) -> Decision:
        """Ask."""
        asked = Attributes(self.value.user, verb, path=self.path, is_resource=False)
        return Decision(self.value.authorizer.authorize(asked))


@dataclass(frozen=True, slots=True)
class GroupCheck:
    """A group; the resource is still to be named."""

    value: AuthorizerValue
    of: str

    def resource(self, resource: str) -> ResourceCheck:
        """Name the resource. Raises CelError."""
        if not resource.strip():
            raise CelError("resource must not be empty")
        return ResourceCheck(self.value, self.of, resource)


@dataclass(frozen=True, slots=True)
class ResourceCheck:
    """A resource that is to be asked about, as narrowly as was said."""

    value: AuthorizerValue
    of: str
    plural: str
    part: str = ""
    place: str = ""
    named: str = ""

    def subresource(self, subresource: str) -> ResourceCheck:
        """Of this subresource."""
        return replace(self, part=subresource)

    def namespace(self, namespace: str) -> ResourceCheck:
        """In this namespace."""
        return replace(self, place=namespace)

    def name(self, name: str) -> ResourceCheck:
        """Of this object."""
        return replace(self, named=name)

    def fieldSelector(self, selector: str) -> ResourceCheck:  # noqa: N802 - CEL's name
        """Of selected objects: RBAC, the authorizer here, knows no selectors."""
        return self

    labelSelector = fieldSelector  # noqa: N815 - CEL's name

    def check(self, verb: str) -> Decision:
        """Ask."""
        asked = Attributes(self.value.user, verb, self.of, "*", self.plural, self.part, self.place, self.named)
        return Decision(self.value.authorizer.authorize(asked))
