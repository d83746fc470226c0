"""TokenReview, SelfSubjectReview and TokenRequest (k8s.io/kubernetes/pkg/registry/authentication, .../serviceaccount)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from emulator.apiserver.apimachinery import errors, fields
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.fields import FieldError
from emulator.apiserver.apimachinery.names import GroupKind, GroupResource
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.users import UserInfo, user_object
from emulator.apiserver.authn.interface import Credentials
from emulator.apiserver.authn.service_accounts import AUDIENCE, Find, InvalidTokenError, ServiceAccountTokens
from emulator.apiserver.authn.union import Union
from emulator.apiserver.registry.strategy import Context

GROUP = "authentication.k8s.io"
DEFAULT_SECONDS = 3600
MIN_SECONDS = 600
MAX_SECONDS = 1 << 32
_BOUND = {"Pod": "pods", "Secret": "secrets", "Node": "nodes"}
Lookup = Callable[[], Union]


class TokenReviews:
    """Answers about tokens, and issues them."""

    def __init__(self, authenticator: Lookup, tokens: ServiceAccountTokens, find: Find) -> None:
        self._authenticator = authenticator
        self._tokens = tokens
        self._find = find

    def token(self, context: Context, obj: Object) -> Object:
        """TokenReview: whose token is that? Raises StatusError (400)."""
        spec = obj.get("spec") or {}
        token = spec.get("token") or ""
        if not token:
            raise errors.bad_request("token is required for TokenReview in authentication")
        wanted = spec.get("audiences") or [AUDIENCE]
        try:
            user, audiences = self._whose(token, wanted)
        except InvalidTokenError as error:
            why = f"[invalid bearer token, {error}]" if str(error) else "invalid bearer token"
            obj["status"] = {"user": {}, "error": why}
        else:
            obj["status"] = {"authenticated": True, "user": user_object(user), "audiences": audiences}
        return obj

    def _whose(self, token: str, wanted: list[str]) -> tuple[UserInfo, list[str]]:
        """The user of a token, and for which of the wanted audiences it is. Raises InvalidTokenError."""
        if token.count(".") == 2:
            return self._tokens.check(token, wanted)
        try:
            user = self._authenticator().authenticate(Credentials(f"Bearer {token}"))
        except StatusError:
            user = None
        if user is None or AUDIENCE not in wanted:  # tokens that know no audiences are for the API server alone
            raise InvalidTokenError
        return user, [AUDIENCE]

    def own(self, context: Context, obj: Object) -> Object:
        """SelfSubjectReview: who asks, as the server sees them."""
        obj.setdefault("metadata", {})["creationTimestamp"] = context.now
        obj["status"] = {"userInfo": user_object(context.user)}
        return obj

    def request(self, context: Context, obj: Object) -> Object:
        """TokenRequest: a token for the ServiceAccount in the path. Raises StatusError: 404, 409, 422."""
        _check_address(context, obj.get("metadata") or {})
        account = self._find("serviceaccounts", context.namespace, context.name)
        if account is None:
            raise errors.not_found(GroupResource("", "serviceaccounts"), context.name)
        spec = obj.setdefault("spec", {})
        seconds = spec.get("expirationSeconds")
        seconds = DEFAULT_SECONDS if seconds is None else seconds
        found: list[FieldError] = []
        if seconds < MIN_SECONDS:
            found.append(
                fields.invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes")
            )
        if seconds > MAX_SECONDS:
            text = "may not specify a duration larger than 2^32 seconds"
            found.append(fields.invalid("spec.expirationSeconds", seconds, text))
        if found:
            raise errors.invalid(GroupKind(GROUP, "TokenRequest"), "", found)
        audiences = spec.get("audiences") or [AUDIENCE]
        bound = self._bound(context, spec.get("boundObjectRef"))
        claims = self._tokens.claims(context.namespace, account, seconds, audiences, bound)
        expires = datetime.fromtimestamp(claims["exp"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        meta = obj.setdefault("metadata", {})
        meta.update({"name": context.name, "namespace": context.namespace, "creationTimestamp": context.now})
        meta["uid"] = account["metadata"]["uid"]
        spec["audiences"], spec["expirationSeconds"] = audiences, seconds
        spec.setdefault("boundObjectRef", None)
        obj["status"] = {"token": self._tokens.issue(claims), "expirationTimestamp": expires}
        return obj

    def _bound(self, context: Context, reference: Object | None) -> dict[str, Object]:
        """What a token is bound to, by the claim's name: the object referred to, and the node of a Pod."""
        if not reference:
            return {}
        kind, name = reference.get("kind") or "", reference.get("name") or ""
        group, _, version = str(reference.get("apiVersion") or "").rpartition("/")
        if kind not in _BOUND or group:
            raise errors.bad_request(f"cannot bind token to object of type {group}/{version}, Kind={kind}")
        found = self._find(_BOUND[kind], "" if kind == "Node" else context.namespace, name)
        if found is None:
            raise errors.not_found(GroupResource("", _BOUND[kind]), name)
        bound = {kind.lower(): {"name": name, "uid": found["metadata"]["uid"]}}
        if kind == "Pod":
            self._check_account(context, found)
            if node := found["spec"].get("nodeName"):
                there = self._find("nodes", "", node)
                bound["node"] = {"name": node, **({"uid": there["metadata"]["uid"]} if there is not None else {})}
        uid = found["metadata"]["uid"]
        if reference.get("uid") and reference["uid"] != uid:
            why = (
                f"the UID in the bound object reference ({reference['uid']}) does not match the UID in record. "
                "The object might have been deleted and then recreated"
            )
            raise errors.conflict(GroupResource("", kind), name, why)
        return bound

    def _check_account(self, context: Context, pod: Object) -> None:
        if pod["spec"].get("serviceAccountName", "") != context.name:
            text = f'cannot bind token for serviceaccount "{context.name}" to pod running with different serviceaccount name.'
            raise errors.bad_request(text)


def _check_address(context: Context, meta: Object) -> None:
    """The body may leave out name and namespace, but not differ from the path. Raises StatusError (422)."""
    for name, wanted in (("name", context.name), ("namespace", context.namespace)):
        if meta.get(name) and meta[name] != wanted:
            why = f"must match the service account {name} if specified"
            problem = fields.invalid(f"metadata.{name}", meta[name], why)
            raise errors.invalid(GroupKind(GROUP, "TokenRequest"), context.name, [problem])
