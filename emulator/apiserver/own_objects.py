"""What a Kubernetes API server writes about itself when it starts: how it is reached, what it trusts, how it shares its time.

Sources: k8s.io/kubernetes/pkg/controlplane (controllers ``kubernetesservice``, ``clusterauthenticationtrust``, ``defaultservicecidr``),
k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import orjson

from emulator import fixtures
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin.service import NETWORK

KUBERNETES = "kubernetes"
TRUST = "extension-apiserver-authentication"
_FLOW = "flowcontrol.apiserver.k8s.io/v1"
_HEADERS = {
    "requestheader-allowed-names": "[]",
    "requestheader-extra-headers-prefix": '["X-Remote-Extra-"]',
    "requestheader-group-headers": '["X-Remote-Group"]',
    "requestheader-uid-headers": '["X-Remote-Uid"]',
    "requestheader-username-headers": '["X-Remote-User"]',
}


def reached_at(address: str) -> Iterator[Object]:
    """The Service ``kubernetes`` and what stands behind it: *address* is the server's URL."""
    parts = urlsplit(address)
    host, port = parts.hostname or "127.0.0.1", parts.port or 443
    meta = {"name": KUBERNETES, "namespace": "default"}
    own = str(NETWORK[1])
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {**meta, "labels": {"component": "apiserver", "provider": KUBERNETES}},
        "spec": {
            "clusterIP": own,
            "clusterIPs": [own],
            "internalTrafficPolicy": "Cluster",
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": port}],
            "sessionAffinity": "None",
            "type": "ClusterIP",
        },
        "status": {"loadBalancer": {}},
    }
    ports = [{"name": "https", "port": port, "protocol": "TCP"}]
    yield {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {**meta, "labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}},
        "subsets": [{"addresses": [{"ip": host}], "ports": ports}],
    }
    yield {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {**meta, "labels": {"kubernetes.io/service-name": KUBERNETES}},
        "addressType": "IPv6" if ":" in host else "IPv4",
        "endpoints": [{"addresses": [host], "conditions": {"ready": True}}],
        "ports": ports,
    }
    yield {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "ServiceCIDR",
        "metadata": {"name": KUBERNETES, "finalizers": ["networking.k8s.io/service-cidr-finalizer"]},
        "spec": {"cidrs": [str(NETWORK)]},
    }


def trust(certificate: bytes) -> Object:
    """Which client certificates the server takes: controllers and extension servers read it from ``kube-system``."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": TRUST, "namespace": "kube-system"},
        "data": {
            "client-ca-file": certificate.decode(),
            **_HEADERS,
            "requestheader-client-ca-file": certificate.decode(),
        },
    }


def sharing(now: str) -> Iterator[Object]:
    """The FlowSchemas and PriorityLevelConfigurations of every cluster; nothing is queued by them here."""
    for obj in orjson.loads(fixtures.path("kubernetes", "flow.json").read_bytes()):
        obj["apiVersion"] = _FLOW
        obj["metadata"]["annotations"] = {"apf.kubernetes.io/autoupdate-spec": "true"}
        obj["metadata"]["generation"] = 1
        obj["status"] = {}
        if obj["kind"] == "FlowSchema":
            level = obj["spec"]["priorityLevelConfiguration"]["name"]
            text = f'This FlowSchema references the PriorityLevelConfiguration object named "{level}" and it exists'
            found = {
                "type": "Dangling",
                "status": "False",
                "reason": "Found",
                "message": text,
                "lastTransitionTime": now,
            }
            obj["status"] = {"conditions": [found]}
        yield obj
