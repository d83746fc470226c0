"""Approved CertificateSigningRequests of API clients get their certificate."""

from __future__ import annotations

from datetime import UTC, datetime

from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.authn.request_signer import signed
from emulator.michelangelo.client import KubeClient, Resource
from emulator.michelangelo.controllers.controller import Key, Verdict

REQUESTS = Resource("certificates.k8s.io", "v1", "certificatesigningrequests")


class Signing:
    """Reconciles CertificateSigningRequests."""

    def __init__(self, client: KubeClient, authority: Authority) -> None:
        self._client = client
        self._authority = authority

    async def reconcile(self, key: Key) -> Verdict | None:
        """One pass. Raises ApiError."""
        request = await self._client.find(REQUESTS, "", key.name)
        status = signed(self._authority, request, datetime.now(UTC)) if request is not None else None
        if status is not None:
            await self._client.update(REQUESTS, {**(request or {}), "status": status}, "status")
        return None
