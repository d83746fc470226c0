"""An API server in the test's own process, asked over ASGI: every filter and handler, without a socket."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from emulator.apiserver.apimachinery.users import AUTHENTICATED, MASTERS, UserInfo
from emulator.apiserver.assembly import Assembly
from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.seams import Seams

RBAC = "/apis/rbac.authorization.k8s.io/v1"
AUTHENTICATION = "/apis/authentication.k8s.io/v1"
AUTHORIZATION = "/apis/authorization.k8s.io/v1"
AUTHORITY = Authority.create()


class FrontDoor:
    """A fresh server; ``admin-token`` is a cluster admin's, ``NAME-token`` that of a user with that name and no rights."""

    def __init__(self, *names: str) -> None:
        users = {f"{name}-token": UserInfo(name, "", ("team", AUTHENTICATED)) for name in names}
        users["admin-token"] = UserInfo("admin", "admin", (MASTERS, AUTHENTICATED))
        self._runner = asyncio.Runner()
        self.assembly = self._runner.run(self._assemble(users))
        transport = httpx.ASGITransport(self.assembly.application)
        self._client = httpx.AsyncClient(transport=transport, base_url="https://api")

    async def _assemble(self, users: dict[str, UserInfo]) -> Assembly:
        return Assembly(Seams(), AUTHORITY, users)

    def ask(self, method: str, path: str, body: Any = None, *, token: str = "admin-token", **headers: str):
        """Send a request and wait until the server's controllers have seen it."""

        async def send() -> httpx.Response:
            shown = {"Authorization": f"Bearer {token}"} if token else {}
            shown |= {name.replace("_", "-"): value for name, value in headers.items()}
            answer = await self._client.request(method, path, json=body, headers=shown)
            await asyncio.sleep(0)
            return answer

        return self._runner.run(send())

    def make(self, path: str, body: dict[str, Any], *, token: str = "admin-token") -> Any:
        """Create something that has to be created."""
        answer = self.ask("POST", path, body, token=token)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


def message(answer: httpx.Response, code: int) -> str:
    """The message of a Status with that code."""
    status = answer.json()
    assert answer.status_code == code, answer.text
    assert (status["kind"], status["code"]) == ("Status", code)
    return status["message"]
