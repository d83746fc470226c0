"""The flags of etcd, kube-apiserver and kube-controller-manager (Kubernetes 1.30 to 1.36), and the files that they name."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from emulator.apiserver.apimachinery.users import AUTHENTICATED, UserInfo
from emulator.apiserver.authn.certificates import Authority

ISSUER = "https://kubernetes.default.svc"
SERVICES = "10.96.0.0/16"
CONTROLLERS = (
    "namespace-controller",
    "garbage-collector-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "root-ca-certificate-publisher-controller",
    "clusterrole-aggregation-controller",
    "certificatesigningrequest-signing-controller",
    "certificatesigningrequest-approving-controller",
)
"""What a cluster does by itself without nodes. Those of workloads stay off: the layer stands in for them."""


@dataclass(frozen=True, slots=True)
class Files:
    """Keys, certificates and tokens of one control plane, in a folder of its own."""

    folder: Path

    def path(self, name: str) -> Path:
        """A file of the folder."""
        return self.folder / name

    def write(self, authority: Authority, hosts: list[str], users: Mapping[str, UserInfo]) -> rsa.RSAPrivateKey:
        """Write what the servers read; for the owner's eyes alone. *users*: by token. The key signs ServiceAccounts' tokens."""
        certificate, key = authority.serving(hosts)
        self._write("serving.crt", certificate)
        self._write("serving.key", key)
        self._write("ca.crt", authority.certificate_pem)
        self._write("ca.key", _pem(authority.key))
        accounts = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._write("service-accounts.key", _pem(accounts))
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        self._write("service-accounts.pub", accounts.public_key().public_bytes(encoding, form))
        self.path("tokens.csv").touch(mode=0o600)
        with self.path("tokens.csv").open("w", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            for token, user in users.items():
                groups = [group for group in user.groups if group != AUTHENTICATED]  # the API server adds it
                named = (",".join(groups),) if groups else ()  # a column that is empty would be a group without a name
                rows.writerow((token, user.name, user.uid, *named))
        return accounts

    def _write(self, name: str, data: bytes) -> None:
        self.path(name).touch(mode=0o600)
        self.path(name).write_bytes(data)


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())


def etcd(files: Files, client_port: int, peer_port: int, known: Iterable[str]) -> list[str]:
    """What etcd is given: one member on this machine, that need not survive it."""
    client, peer = f"http://127.0.0.1:{client_port}", f"http://127.0.0.1:{peer_port}"
    words = [
        f"--data-dir={files.path('etcd')}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
    ]
    return [*words, "--unsafe-no-fsync"] if "unsafe-no-fsync" in known else words


def apiserver(files: Files, etcd_port: int, host: str, port: int) -> list[str]:
    """What kube-apiserver is given.

    It stands on the loopback interface, which no Endpoints object may name: since 1.36 such an address is refused at start unless
    nobody reconciles endpoints, and without an address a machine that has no default route has none to offer.
    """
    return [
        f"--etcd-servers=http://127.0.0.1:{etcd_port}",
        f"--bind-address={host}",
        f"--secure-port={port}",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        f"--cert-dir={files.folder}",
        f"--tls-cert-file={files.path('serving.crt')}",
        f"--tls-private-key-file={files.path('serving.key')}",
        f"--client-ca-file={files.path('ca.crt')}",
        f"--token-auth-file={files.path('tokens.csv')}",
        "--authorization-mode=RBAC",
        f"--service-account-issuer={ISSUER}",
        f"--service-account-key-file={files.path('service-accounts.pub')}",
        f"--service-account-signing-key-file={files.path('service-accounts.key')}",
        f"--service-cluster-ip-range={SERVICES}",
        "--allow-privileged=true",
    ]


def controller_manager(files: Files, kubeconfig: Path) -> list[str]:
    """What kube-controller-manager is given."""
    return [
        f"--kubeconfig={kubeconfig}",
        f"--controllers={','.join(CONTROLLERS)}",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        "--secure-port=0",
        f"--root-ca-file={files.path('ca.crt')}",
        f"--service-account-private-key-file={files.path('service-accounts.key')}",
        f"--cluster-signing-cert-file={files.path('ca.crt')}",
        f"--cluster-signing-key-file={files.path('ca.key')}",
    ]
