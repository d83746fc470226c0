"""Token Secrets of ServiceAccounts are filled, and go with their account (k8s.io/kubernetes/pkg/controller/serviceaccount/tokens_controller.go)."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from emulator.apiserver.authn.account_secrets import abandoned, completed
from emulator.apiserver.authn.service_accounts import ServiceAccountTokens
from emulator.apiserver.registry.builtin.secret import ACCOUNT_NAME, ACCOUNT_TOKEN
from emulator.cluster.namespaces import ACCOUNTS
from emulator.michelangelo.client import ApiError, KubeClient, Resource
from emulator.michelangelo.controllers.controller import Key, Verdict

SECRETS = Resource("", "v1", "secrets")
SELECTION = {"fieldSelector": f"type={ACCOUNT_TOKEN}"}


class AccountSecrets:
    """Reconciles Secrets of that type. *key*: what the API server believes tokens by; *authority*: its CA (PEM)."""

    def __init__(self, client: KubeClient, key: rsa.RSAPrivateKey, authority: bytes) -> None:
        self._client = client
        self._authority = authority
        self._tokens = ServiceAccountTokens(lambda *_: None, lambda: datetime.now(UTC), key)

    async def reconcile(self, key: Key) -> Verdict | None:
        """One pass. Raises ApiError."""
        secret = await self._client.find(SECRETS, key.namespace, key.name)
        if secret is None or secret.get("type") != ACCOUNT_TOKEN or secret["metadata"].get("deletionTimestamp"):
            return None
        name = (secret["metadata"].get("annotations") or {}).get(ACCOUNT_NAME)
        account = await self._client.find(ACCOUNTS, key.namespace, name) if name else None
        if account is None or abandoned(secret, account):
            options = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": secret["metadata"]["uid"]}}
            try:
                await self._client.request("DELETE", SECRETS.path(key.namespace, key.name), options)
            except ApiError as error:
                if error.code != 404:
                    raise
            return None
        new = completed(secret, account, self._tokens, self._authority)
        if new != secret:
            await self._client.update(SECRETS, new)
        return None
