"""``/``: every path that the server answers, as kubectl's users see it with ``kubectl get --raw /``."""

from __future__ import annotations

from collections.abc import Iterable

from emulator.apiserver.endpoints.negotiation import JSON, Form
from emulator.apiserver.endpoints.presentation import render
from emulator.apiserver.endpoints.request import Request
from emulator.apiserver.registry.catalog import Catalog

_ALWAYS = ("/.well-known/openid-configuration", "/openapi/v2", "/openapi/v3", "/openid/v1/jwks", "/version")


class RootPaths:
    """Answers the path ``/``."""

    def __init__(self, catalog: Catalog, health_checks: Iterable[str]) -> None:
        self.catalog = catalog
        checks = tuple(health_checks)
        self._health = [path for probe in ("healthz", "livez", "readyz") for path in _probe(probe, checks)]

    async def answer(self, request: Request) -> bool:
        """Answer the request if it is for the root."""
        if request.path not in ("/", "/index.html") or request.method not in ("GET", "HEAD"):
            return False
        await request.answer(200, render({"paths": self._paths()}, Form(JSON, True), True))
        return True

    def _paths(self) -> list[str]:
        found = {"/api", "/apis", "/apis/", *_ALWAYS, *self._health}
        for resource in self.catalog.resources():
            if resource.group:
                found |= {f"/apis/{resource.group}", f"/apis/{resource.group}/{resource.version}"}
            else:
                found.add(f"/api/{resource.version}")
        return sorted(found)


def _probe(name: str, checks: Iterable[str]) -> list[str]:
    return [f"/{name}", *(f"/{name}/{check}" for check in checks)]
