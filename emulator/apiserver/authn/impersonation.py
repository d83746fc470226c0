"""Acting as somebody else: the Impersonate-* headers, and who may send them.

Two manners (KEP-5284). *Constrained*: one holds ``impersonate:MODE`` on the identity and ``impersonate-on:MODE:VERB`` on what
is done as it. *Legacy*: one holds ``impersonate`` on the identity and may then do all that it may. The manner that last worked
for somebody is tried first, and a refusal speaks of the one tried first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import unquote

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.fields import go_quote
from emulator.apiserver.apimachinery.names import GroupResource
from emulator.apiserver.apimachinery.users import ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED, UserInfo
from emulator.apiserver.authz.interface import Attributes, Authorizer
from emulator.apiserver.authz.rbac import denial

Headers = Sequence[tuple[bytes, bytes]]
AUTHENTICATION = "authentication.k8s.io"
REMEMBERED = 1024  # identities whose manner is remembered
_EXTRA = b"impersonate-extra-"
_ACCOUNT = "system:serviceaccount:"
_NODE = "system:node:"
_LEGACY = "legacy"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom the headers ask to be."""

    name: str
    uid: str = ""
    groups: list[str] = field(default_factory=list)
    extra: dict[str, list[str]] = field(default_factory=dict)

    @property
    def account(self) -> tuple[str, str] | None:
        """Namespace and name, when it is a ServiceAccount."""
        if not self.name.startswith(_ACCOUNT) or self.name.count(":") != 3:
            return None
        namespace, name = self.name.split(":")[2:]
        return namespace, name

    def user(self) -> UserInfo:
        """The user to act as, with the groups that come by themselves."""
        groups = list(self.groups)
        if self.account is not None and not groups:
            groups = ["system:serviceaccounts", f"system:serviceaccounts:{self.account[0]}"]
        if self.name == ANONYMOUS:
            groups = groups or [UNAUTHENTICATED]
        elif AUTHENTICATED not in groups and UNAUTHENTICATED not in groups:
            groups.append(AUTHENTICATED)
        return UserInfo(self.name, self.uid, tuple(groups), {key: tuple(values) for key, values in self.extra.items()})


def wanted_identity(headers: Headers) -> Wanted | None:
    """What the headers ask for; None when they ask for nothing. Raises StatusError (400)."""
    for name, _ in headers:
        if name[:12] == b"impersonate-":
            break
    else:
        return None
    names, uids = _values(headers, b"impersonate-user"), _values(headers, b"impersonate-uid")
    groups, extra = _values(headers, b"impersonate-group"), _extras(headers)
    if names and names[0]:
        return Wanted(names[0], uids[0] if uids else "", groups, extra)
    if not (groups or extra or uids):
        return None
    shown = Wanted("", uids[0] if uids else "", groups, extra)
    raise errors.bad_request(f"requested {_go(shown)} without impersonating a user name")


class Impersonation:
    """Decides who may act as whom."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer
        self._manners: dict[str, str] = {}

    def act(self, attributes: Attributes, wanted: Wanted) -> UserInfo:
        """The user to act as, for a request with these attributes. Raises StatusError (403)."""
        requester = attributes.user.name
        manners = dict(self._manners_for(wanted, attributes))
        known = self._manners.get(requester)
        order = sorted(manners, key=lambda manner: manner != known)
        refusal: StatusError | None = None
        for manner in order:
            try:
                manners[manner]()
            except StatusError as error:
                refusal = refusal or error
                continue
            if len(self._manners) >= REMEMBERED:
                self._manners.clear()
            self._manners[requester] = manner
            return wanted.user()
        assert refusal is not None, "there is always the legacy manner"
        raise refusal

    def _manners_for(self, wanted: Wanted, attributes: Attributes) -> Iterator[tuple[str, Callable[[], None]]]:
        plain = not (wanted.uid or wanted.groups or wanted.extra)
        if wanted.name.startswith(_NODE):
            if plain:
                yield "arbitrary-node", partial(self._as_node, wanted, attributes)
        elif wanted.account is not None:
            if plain:
                yield "serviceaccount", partial(self._as_account, wanted.account, attributes)
        else:
            yield "user-info", partial(self._as_person, wanted, attributes)
        yield _LEGACY, partial(self._legacy, wanted, attributes.user)

    def _as_node(self, wanted: Wanted, attributes: Attributes) -> None:
        self._on("arbitrary-node", attributes)
        node = wanted.name.removeprefix(_NODE)
        self._check(attributes.user, "impersonate:arbitrary-node", AUTHENTICATION, "nodes", node)

    def _as_account(self, account: tuple[str, str], attributes: Attributes) -> None:
        self._on("serviceaccount", attributes)
        namespace, name = account
        verb = "impersonate:serviceaccount"
        self._check(attributes.user, verb, AUTHENTICATION, "serviceaccounts", name, namespace=namespace)

    def _as_person(self, wanted: Wanted, attributes: Attributes) -> None:
        self._on("user-info", attributes)
        check = partial(self._check, attributes.user, "impersonate:user-info", AUTHENTICATION)
        check("users", wanted.name)
        self._check_rest(wanted, check, check)

    def _legacy(self, wanted: Wanted, user: UserInfo) -> None:
        check = partial(self._check, user, "impersonate", "")
        if wanted.account is not None:
            namespace, name = wanted.account
            check("serviceaccounts", name, namespace=namespace)
        else:
            check("users", wanted.name)
        self._check_rest(wanted, check, partial(self._check, user, "impersonate", AUTHENTICATION))

    def _check_rest(self, wanted: Wanted, groups: Callable[..., None], others: Callable[..., None]) -> None:
        for group in wanted.groups:
            groups("groups", group)
        for key, values in wanted.extra.items():
            for value in values:
                others("userextras", value, key)
        if wanted.uid:
            others("uids", wanted.uid)

    def _on(self, mode: str, attributes: Attributes) -> None:
        """Whether the request may be done as somebody else in this mode. Raises StatusError (403)."""
        asked = replace(attributes, verb=f"impersonate-on:{mode}:{attributes.verb}")
        self._decide(asked, GroupResource(asked.group, asked.resource), asked.name)

    def _check(
        self,
        user: UserInfo,
        verb: str,
        group: str,
        resource: str,
        name: str,
        subresource: str = "",
        namespace: str = "",
    ) -> None:
        asked = Attributes(user, verb, group, "v1", resource, subresource, namespace, name)
        self._decide(asked, GroupResource(group, resource), name)

    def _decide(self, asked: Attributes, resource: GroupResource, name: str) -> None:
        decision = self._authorizer.authorize(asked)
        if decision.allowed:
            return
        text = denial(asked, decision.reason)
        if not asked.is_resource:
            raise StatusError(403, "Forbidden", f"forbidden: {text}", {})
        raise errors.forbidden(resource, name, text)


def _values(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


def _extras(headers: Headers) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in headers:
        if key.startswith(_EXTRA):
            found.setdefault(unquote(key[len(_EXTRA) :].decode("latin-1")), []).append(value.decode("latin-1"))
    return found


def _go(wanted: Wanted) -> str:
    """A user as Go's %#v prints it."""
    groups = f"[]string{{{', '.join(map(go_quote, wanted.groups))}}}" if wanted.groups else "[]string(nil)"
    entries = (
        f"{go_quote(key)}:[]string{{{', '.join(map(go_quote, values))}}}"
        for key, values in sorted(wanted.extra.items())
    )
    extra = f"map[string][]string{{{', '.join(entries)}}}" if wanted.extra else "map[string][]string(nil)"
    return f'&user.DefaultInfo{{Name:"", UID:{go_quote(wanted.uid)}, Groups:{groups}, Extra:{extra}}}'
