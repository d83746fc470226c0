"""Paths that are no resources: discovery, OpenAPI, version, health, OIDC."""

from __future__ import annotations

import platform
from collections.abc import Awaitable, Callable
from typing import Any

from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.endpoints.negotiation import Form
from emulator.apiserver.endpoints.presentation import render
from emulator.apiserver.endpoints.request import Request
from emulator.apiserver.registry.catalog import Catalog

Answer = Callable[[Request], Awaitable[bool]]
PLAIN_TEXT = b"text/plain; charset=utf-8"
NO_SNIFF = ((b"x-content-type-options", b"nosniff"),)
HEALTH_CHECKS = (
    "ping",
    "log",
    "etcd",
    "poststarthook/start-apiextensions-controllers",
    "poststarthook/rbac/bootstrap-roles",
)
READY_CHECKS = (*HEALTH_CHECKS, "informer-sync", "shutdown")
VERSION = {
    "major": "1",
    "minor": "36",
    "emulationMajor": "1",
    "emulationMinor": "36",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "35",
    "gitVersion": "v1.36.0",
    "gitCommit": "0000000000000000000000000000000000000000",
    "gitTreeState": "clean",
    "buildDate": "2026-04-22T00:00:00Z",
    "goVersion": "go1.26.0",
    "compiler": "gc",
    "platform": f"linux/{'arm64' if platform.machine() in ('arm64', 'aarch64') else 'amd64'}",
}


class Documents:
    """Answers the paths that are no resources; rooms add theirs by prefix."""

    def __init__(self, catalog: Catalog, builtin_groups: frozenset[str]) -> None:
        self.catalog = catalog
        self._builtin_groups = builtin_groups
        self._answers: list[Answer] = [self._version, self._health]

    def add(self, answer: Answer) -> None:
        """Ask *answer* too: it says whether it answered."""
        self._answers.append(answer)

    def is_builtin_group(self, group: str) -> bool:
        """Whether Kubernetes itself serves the group."""
        return group in self._builtin_groups

    async def answer(self, request: Request) -> bool:
        """Answer the request, or say that nobody knows the path."""
        for answer in self._answers:
            if await answer(request):
                return True
        return False

    async def _version(self, request: Request) -> bool:
        if request.path.rstrip("/") != "/version":
            return False
        if request.method != "GET":
            raise StatusError(
                405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {}
            )
        await request.answer(200, render(VERSION, Form(), True))
        return True

    async def _health(self, request: Request) -> bool:
        _, _, rest = request.path.partition("/")
        what, _, check = rest.partition("/")
        if what not in ("healthz", "livez", "readyz"):
            return False
        checks = READY_CHECKS if what == "readyz" else HEALTH_CHECKS
        if check:
            if check not in checks:
                return False
            await request.answer(200, b"ok", PLAIN_TEXT, NO_SNIFF)
            return True
        body = self._report(what, checks, request) if "verbose" in request.query else b"ok"
        await request.answer(200, body, PLAIN_TEXT, NO_SNIFF)
        return True

    def _report(self, what: str, checks: tuple[str, ...], request: Request) -> bytes:
        excluded = request.query.get("exclude") or []
        lines = [f"[+]{name} {'excluded: ' if name in excluded else ''}ok" for name in checks]
        unknown = [name for name in excluded if name not in checks]
        if unknown:
            named = ", ".join(f'"{name}"' for name in unknown)
            lines.append(f"warn: some health checks cannot be excluded: no matches for {named}")
        lines.append(f"{what} check passed\n")
        return "\n".join(lines).encode()


def json_body(document: Any) -> bytes:
    """A document as compact JSON with a line end."""
    return render(document, Form(), False)
