"""Stands in for kube-apiserver: its flags, and our API server without what a cluster's controllers do.

Like the real one it reads its certificates, keys and tokens from files, needs an etcd that answers, and fills neither namespaces nor
aggregated roles, empties no namespace and collects no garbage.
"""

from __future__ import annotations

import asyncio
import csv
import json
import re
import signal
import ssl
import sys
import urllib.request
from pathlib import Path

from contracts import bare_flags
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from emulator.apiserver.assembly import Assembly
from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.authn.service_accounts import SigningKey
from emulator.apiserver.authn.token_file import TokenFile
from emulator.apiserver.seams import Seams
from emulator.apiserver.server import HttpServer, bind

CUSTOM = re.compile(r"/apis/michelangelo\.api/v2/(?:namespaces/[^/]+/)?([^/]+)")


def main() -> None:
    flags = bare_flags.parse("kube-apiserver", bare_flags.APISERVER)
    if flags["advertise-address"].startswith("127.") and flags.get("endpoint-reconciler-type", "lease") != "none":
        sys.exit("Error: invalid advertise-address: may not be in the loopback range (127.0.0.0/8, ::1/128)")
    assert flags["authorization-mode"] == "RBAC"
    with urllib.request.urlopen(f"{flags['etcd-servers']}/health", timeout=5) as answer:
        assert answer.status == 200
    signing = serialization.load_pem_private_key(Path(flags["service-account-signing-key-file"]).read_bytes(), None)
    public = serialization.load_pem_public_key(Path(flags["service-account-key-file"]).read_bytes())
    assert public == signing.public_key()
    assert isinstance(signing, rsa.RSAPrivateKey)
    rows = csv.reader(Path(flags["token-auth-file"]).read_text().splitlines())
    assert all(len(row) < 4 or row[3] for row in rows), "an empty column is a group without a name"
    asyncio.run(serve(flags, signing))


class Initializing:
    """Puts off who first asks for a custom resource: the real one makes its storage then (ResilientWatchCacheInitialization)."""

    def __init__(self, application) -> None:
        self._application = application
        self._asked: set[str] = set()

    async def __call__(self, scope, receive, send) -> None:
        found = CUSTOM.match(scope.get("path", "")) if scope.get("method") == "GET" else None
        if found is None or found[1] in self._asked:
            await self._application(scope, receive, send)
            return
        self._asked.add(found[1])
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 429}
        status |= {
            "reason": "TooManyRequests",
            "message": "storage is (re)initializing",
            "details": {"retryAfterSeconds": 1},
        }
        headers = [(b"content-type", b"application/json"), (b"retry-after", b"1")]
        await send({"type": "http.response.start", "status": 429, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(status).encode()})


async def serve(flags: dict[str, str], signing: rsa.RSAPrivateKey) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(flags["tls-cert-file"], flags["tls-private-key-file"])
    context.load_verify_locations(flags["client-ca-file"])
    context.verify_mode = ssl.CERT_OPTIONAL
    users = dict(TokenFile.load(Path(flags["token-auth-file"])).users)
    assembly = Assembly(Seams(), Authority.create(), users, controllers=False)
    assembly.tokens.signing = SigningKey(signing)
    sock = bind(flags["bind-address"], int(flags["secure-port"]))
    server = HttpServer(Initializing(assembly.application), sock, context)
    await server.start()
    assembly.advertise(f"https://{flags['bind-address']}:{flags['secure-port']}")
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await server.stop()
