"""Client certificates: CN is the user, O are the groups."""

from __future__ import annotations

import asyncio
import ssl

import httpx

from emulator.apiserver.assembly import Assembly
from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.seams import Seams
from emulator.apiserver.server import HttpServer, bind, tls_context

REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}


def who(authority: Authority, shown: tuple[bytes, bytes] | None, folder) -> tuple[int, dict]:
    """Asks a server of that authority who one is, showing a certificate (or none)."""

    async def ask() -> tuple[int, dict]:
        issued = Authority.create() if authority is None else authority
        assembly = Assembly(Seams(), issued, {})
        server = HttpServer(assembly.application, bind("127.0.0.1", 0), tls_context(issued, ["127.0.0.1"]))
        await server.start()
        context = ssl.create_default_context(cadata=issued.certificate_pem.decode())
        if shown is not None:
            path = folder / "client.pem"
            path.write_bytes(shown[0] + shown[1])
            context.load_cert_chain(path)
        try:
            async with httpx.AsyncClient(verify=context, trust_env=False) as client:
                url = f"https://127.0.0.1:{server.port}/apis/authentication.k8s.io/v1/selfsubjectreviews"
                answer = await client.post(url, json=REVIEW)
        finally:
            await server.stop()
        return answer.status_code, answer.json()

    return asyncio.run(ask())


def test_a_certificate_of_the_authority_names_its_user(tmp_path):
    """A certificate that the plane's authority signed authenticates its CN, in the groups of its O."""
    authority = Authority.create()
    code, answer = who(authority, authority.client("carol", ("crew", "ops")), tmp_path)
    assert code == 201
    assert answer["status"]["userInfo"]["username"] == "carol"
    assert answer["status"]["userInfo"]["groups"] == ["crew", "ops", "system:authenticated"]


def test_without_a_certificate_one_is_anonymous(tmp_path):
    """TLS without a client certificate is nobody in particular, who may not even ask."""
    code, answer = who(Authority.create(), None, tmp_path)
    assert (code, answer["reason"]) == (403, "Forbidden")
    assert 'User "system:anonymous"' in answer["message"]
