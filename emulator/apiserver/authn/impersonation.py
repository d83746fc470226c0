"""Acting as somebody else: the Impersonate-* headers, and who may send them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.names import GroupResource
from emulator.apiserver.apimachinery.users import ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED, UserInfo
from emulator.apiserver.authz.interface import Attributes, Authorizer
from emulator.apiserver.authz.rbac import denial

Headers = Sequence[tuple[bytes, bytes]]
_EXTRA = b"impersonate-extra-"
_ACCOUNT = "system:serviceaccount:"


def impersonate(user: UserInfo, headers: Headers, authorizer: Authorizer) -> UserInfo:
    """The user to act as: the given one when no header asks for another. Raises StatusError: 400, 403, 500."""
    if not any(name.startswith(b"impersonate-") for name, _ in headers):
        return user
    name = _values(headers, b"impersonate-user")
    groups = _values(headers, b"impersonate-group")
    uid = _values(headers, b"impersonate-uid")
    extra = _extras(headers)
    if not name:
        if groups or extra or uid:
            text = f"requested {{{_requested(groups, extra, uid)}}} without impersonating a user"
            raise StatusError(500, "InternalError", f"Internal error occurred: {text}", {"causes": [{"message": text}]})
        return user
    target = name[0]
    _check(user, authorizer, "", "users", target)
    if target.startswith(_ACCOUNT) and target.count(":") == 3:
        namespace, account = target.split(":")[2:]
        if not groups:
            groups = ["system:serviceaccounts", f"system:serviceaccounts:{namespace}"]
        del account
    for group in _values(headers, b"impersonate-group"):
        _check(user, authorizer, "", "groups", group)
    for key, values in extra.items():
        for value in values:
            _check(user, authorizer, "authentication.k8s.io", "userextras", value, key)
    for value in uid:
        _check(user, authorizer, "authentication.k8s.io", "uids", value)
    anonymous = target == ANONYMOUS
    if not anonymous and AUTHENTICATED not in groups and UNAUTHENTICATED not in groups:
        groups.append(AUTHENTICATED)
    if anonymous and not groups:
        groups.append(UNAUTHENTICATED)
    return UserInfo(target, uid[0] if uid else "", tuple(groups), {key: tuple(values) for key, values in extra.items()})


def _requested(groups: list[str], extra: dict[str, list[str]], uid: list[str]) -> str:
    return " ".join([f"Groups:{groups}", f"Extra:{extra}", f"UID:{uid}"])


def _values(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


def _extras(headers: Headers) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in headers:
        if key.startswith(_EXTRA):
            found.setdefault(unquote(key[len(_EXTRA) :].decode("latin-1")), []).append(value.decode("latin-1"))
    return found


def _check(user: UserInfo, authorizer: Authorizer, group: str, resource: str, name: str, subresource: str = "") -> None:
    attributes = Attributes(user, "impersonate", group, "v1", resource, subresource, "", name)
    namespace = ""
    if resource == "users" and name.startswith(_ACCOUNT) and name.count(":") == 3:
        namespace, account = name.split(":")[2:]
        attributes = Attributes(user, "impersonate", "", "v1", "serviceaccounts", "", namespace, account)
    decision = authorizer.authorize(attributes)
    if decision.allowed:
        return
    where = GroupResource(attributes.group, attributes.resource)
    raise errors.forbidden(where, attributes.name, denial(attributes, decision.reason))
