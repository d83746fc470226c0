"""ServiceAccount tokens: JWTs that the API server signs and checks (k8s.io/kubernetes/pkg/serviceaccount)."""

from __future__ import annotations

import base64
import hashlib
import threading
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.fields import go_quote
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.apimachinery.users import AUTHENTICATED, UserInfo
from emulator.apiserver.authn.interface import Credentials
from emulator.apiserver.authn.union import bearer_token

ISSUER = "https://kubernetes.default.svc"
AUDIENCE = "https://kubernetes.default.svc"
USER_PREFIX = "system:serviceaccount:"
CACHED = 4096
LASTING_ISSUER = "kubernetes/serviceaccount"
_LASTING = "kubernetes.io/serviceaccount/"
LEEWAY_SECONDS = 60  # what is deleted still stands for so long
Find = Callable[[str, str, str], Object | None]
"""Looks up an object by resource in storage, namespace and name."""
_BOUND = {"pod": "pods", "secret": "secrets", "node": "nodes"}


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class InvalidTokenError(Exception):
    """A token that is not good, with the reason that a TokenReview gives (empty: it is none of ours)."""


class SigningKey:
    """An RSA key: a given one, or one that is made in the background: nobody waits for it before the first token."""

    def __init__(self, key: rsa.RSAPrivateKey | None = None) -> None:
        self._key = key
        self._thread = threading.Thread(target=self._make, daemon=True)
        self._thread.start()

    def _make(self) -> None:
        self._key = self._key or rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def key(self) -> rsa.RSAPrivateKey:
        """The private key."""
        self._thread.join()
        assert self._key is not None, "made by the thread"
        return self._key

    @property
    def id(self) -> str:
        """The key's name in tokens and in the JWKS."""
        encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        return _encode(hashlib.sha256(self.key.public_key().public_bytes(encoding, form)).digest())

    def document(self) -> Object:
        """The key as a JWK."""
        numbers = self.key.public_key().public_numbers()
        modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
        exponent = numbers.e.to_bytes(3, "big")
        return {
            "use": "sig",
            "kty": "RSA",
            "kid": self.id,
            "alg": "RS256",
            "n": _encode(modulus),
            "e": _encode(exponent),
        }


class ServiceAccountTokens:
    """Issues and checks tokens. A token is good while it has not expired and what it is bound to exists with its uid."""

    def __init__(self, find: Find, now: Callable[[], datetime], key: rsa.RSAPrivateKey | None = None) -> None:
        self._now = now
        self.signing = SigningKey(key)
        self._find = find
        self._claims: dict[str, Any] = {}

    def issue(self, claims: Object) -> str:
        """A signed token."""
        header = {"alg": "RS256", "kid": self.signing.id}
        text = f"{_encode(orjson.dumps(header))}.{_encode(orjson.dumps(claims))}"
        signature = self.signing.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{_encode(signature)}"

    def claims(
        self, namespace: str, account: Object, seconds: int, audiences: list[str], bound: dict[str, Object]
    ) -> Object:
        """The claims of a new token for an account."""
        now = int(self._now().timestamp())
        private: Object = {
            "namespace": namespace,
            "serviceaccount": {"name": account["metadata"]["name"], "uid": account["metadata"]["uid"]},
        }
        private.update(bound)
        return {
            "aud": audiences,
            "exp": now + seconds,
            "iat": now,
            "iss": ISSUER,
            "jti": str(uuid.uuid4()),
            "kubernetes.io": private,
            "nbf": now,
            "sub": f"{USER_PREFIX}{namespace}:{account['metadata']['name']}",
        }

    def lasting_claims(self, namespace: str, account: Object, secret: str) -> Object:
        """The claims of a token that a Secret carries: it is good while the Secret and the account are there."""
        name = account["metadata"]["name"]
        return {
            "iss": LASTING_ISSUER,
            f"{_LASTING}namespace": namespace,
            f"{_LASTING}secret.name": secret,
            f"{_LASTING}service-account.name": name,
            f"{_LASTING}service-account.uid": account["metadata"]["uid"],
            "sub": f"{USER_PREFIX}{namespace}:{name}",
        }

    def authenticate(self, credentials: Credentials) -> UserInfo | None:
        """The account that a token is for; None when the token is none of ours. Raises StatusError (401)."""
        token = bearer_token(credentials.authorization)
        if token is None or token.count(".") != 2:
            return None
        try:
            return self.check(token, [AUDIENCE])[0]
        except InvalidTokenError:
            raise errors.unauthorized() from None

    def check(self, token: str, audiences: list[str]) -> tuple[UserInfo, list[str]]:
        """The user of a good token, with which of *audiences* it is for. Raises InvalidTokenError."""
        claims = self._verified(token)
        if claims["iss"] == LASTING_ISSUER:
            return self._lasting_user(token, claims), [audience for audience in audiences if audience == AUDIENCE]
        held = claims.get("aud") or []
        common = [audience for audience in audiences if audience in held]
        if not common:
            raise InvalidTokenError(
                f"token audiences {_quoted(held)} is invalid for the target audiences {_quoted(audiences)}"
            )
        now = self._now().timestamp()
        if claims.get("exp", 0) < now:
            raise InvalidTokenError("service account token has expired")
        if claims.get("nbf", 0) > now + 5:
            raise InvalidTokenError("service account token is not valid yet")
        return self._user(claims), common

    def _verified(self, token: str) -> Any:
        """The claims of a token that we signed; checked once, then remembered. Raises InvalidTokenError."""
        known = self._claims.get(token)
        if known is not None:
            return known
        try:
            header, payload, signature = token.split(".")
            claims = orjson.loads(_decode(payload))
            if orjson.loads(_decode(header)).get("alg") != "RS256" or claims.get("iss") not in (ISSUER, LASTING_ISSUER):
                raise InvalidTokenError
            public = self.signing.key.public_key()
            public.verify(_decode(signature), f"{header}.{payload}".encode(), padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, InvalidSignature, AttributeError):
            raise InvalidTokenError from None
        if len(self._claims) >= CACHED:
            self._claims.clear()
        self._claims[token] = claims
        return claims

    def _user(self, claims: Any) -> UserInfo:
        """The account, while it and what the token is bound to are there. Raises InvalidTokenError."""
        private = claims.get("kubernetes.io") or {}
        namespace, account = private.get("namespace", ""), private.get("serviceaccount") or {}
        found = self._find("serviceaccounts", namespace, account.get("name", ""))
        if found is None:
            raise InvalidTokenError(f'serviceaccounts "{account.get("name", "")}" not found')
        if self._gone(found):
            raise InvalidTokenError("service account has been deleted")
        if found["metadata"].get("uid") != account.get("uid"):
            raise InvalidTokenError(
                f"service account UID ({found['metadata'].get('uid')}) does not match claim ({account.get('uid')})"
            )
        extra: dict[str, tuple[str, ...]] = {"authentication.kubernetes.io/credential-id": (f"JTI={claims['jti']}",)}
        for name, resource in _BOUND.items():
            bound = private.get(name)
            if bound is None:
                continue
            if name != "node" or "pod" not in private:  # the node of a bound Pod is told, and not checked
                there = self._find(resource, "" if name == "node" else namespace, bound.get("name", ""))
                self._check_bound(name, bound, there)
            if name != "secret":
                extra[f"authentication.kubernetes.io/{name}-name"] = (bound["name"],)
                if bound.get("uid"):
                    extra[f"authentication.kubernetes.io/{name}-uid"] = (bound["uid"],)
        return user_of(namespace, account["name"], account["uid"], extra)

    def _lasting_user(self, token: str, claims: Any) -> UserInfo:
        """The account of a Secret's token, while the Secret still carries it. Raises InvalidTokenError."""
        namespace, name, uid = (
            claims[_LASTING + field] for field in ("namespace", "service-account.name", "service-account.uid")
        )
        secret = self._find("secrets", namespace, claims[f"{_LASTING}secret.name"])
        carried = ((secret or {}).get("data") or {}).get("token") or ""
        if secret is None or self._gone(secret) or base64.b64decode(carried) != token.encode():
            raise InvalidTokenError("token has been invalidated")
        account = self._find("serviceaccounts", namespace, name)
        if account is None:
            raise InvalidTokenError(f'serviceaccounts "{name}" not found')
        if account["metadata"].get("uid") != uid:
            raise InvalidTokenError(
                f"serviceAccount UID ({account['metadata'].get('uid')}) does not match claim ({uid})"
            )
        return user_of(namespace, name, uid)

    def _check_bound(self, name: str, bound: Object, there: Object | None) -> None:
        if there is None or self._gone(there):
            raise InvalidTokenError("service account token has been invalidated")
        uid = there["metadata"].get("uid")
        if uid != bound.get("uid"):
            raise InvalidTokenError(
                f"{name} UID ({uid}) does not match service account {name} ref claim ({bound.get('uid')})"
            )

    def _gone(self, obj: Object) -> bool:
        """Whether an object has been on its way out for longer than the leeway."""
        deleted = obj["metadata"].get("deletionTimestamp")
        return bool(deleted) and datetime.fromisoformat(deleted).timestamp() < self._now().timestamp() - LEEWAY_SECONDS


def _quoted(items: list[str]) -> str:
    """Strings as Go's %q prints a slice of them."""
    return f"[{' '.join(go_quote(item) for item in items)}]"


def user_of(namespace: str, name: str, uid: str, extra: dict[str, tuple[str, ...]] | None = None) -> UserInfo:
    """The user that a ServiceAccount is."""
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", AUTHENTICATED)
    return UserInfo(f"{USER_PREFIX}{namespace}:{name}", uid, groups, extra or {})
