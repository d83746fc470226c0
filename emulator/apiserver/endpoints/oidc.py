"""OpenID discovery for ServiceAccount tokens: the issuer's configuration and its keys."""

from __future__ import annotations

from collections.abc import Callable

import orjson

from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.authn.service_accounts import ISSUER, ServiceAccountTokens
from emulator.apiserver.endpoints.request import Request

JSON = b"application/json"
JWK_SET = b"application/jwk-set+json"
CACHE = ((b"cache-control", b"public, max-age=3600"),)


class OidcDocuments:
    """``/.well-known/openid-configuration`` and ``/openid/v1/jwks``."""

    def __init__(self, tokens: ServiceAccountTokens, address: Callable[[], str]) -> None:
        self._tokens = tokens
        self._address = address

    async def answer(self, request: Request) -> bool:
        """Answer the request if it is for one of the two."""
        path = request.path.rstrip("/")
        if path == "/.well-known/openid-configuration":
            document = {
                "issuer": ISSUER,
                "jwks_uri": f"{self._address() or ISSUER}/openid/v1/jwks",
                "response_types_supported": ["id_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
            await request.answer(200, orjson.dumps(document), JSON, CACHE)
            return True
        if path != "/openid/v1/jwks":
            return False
        accept = request.header(b"accept") or "*/*"
        if not any(
            part.split(";")[0].strip() in ("*/*", "application/*", JWK_SET.decode()) for part in accept.split(",")
        ):
            text = f"406: Not Acceptable\n\nAvailable representations: {JWK_SET.decode()}"
            raise StatusError(406, "NotAcceptable", text, {})
        await request.answer(200, orjson.dumps({"keys": [self._tokens.signing.document()]}), JWK_SET, CACHE)
        return True
