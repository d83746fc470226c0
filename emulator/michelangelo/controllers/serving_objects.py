"""What serves models: a Triton Deployment, its Service, the ConfigMap with the model list, and routes."""

from __future__ import annotations

import json
from typing import Any

from emulator.michelangelo.client import Object

IMAGE = "nvcr.io/nvidia/tritonserver:23.04-py3"
MODEL_LIST = "model-list.json"
ARGUMENTS = (
    "tritonserver --model-store=/mnt/models --grpc-port=8001 --http-port=8000 --allow-grpc=true --allow-http=true "
    "--allow-metrics=true --metrics-port=8002 --model-control-mode=explicit --strict-model-config=false "
    "--exit-on-error=true --log-error=true --log-warning=true --log-verbose=0"
)


def triton_name(server: str) -> str:
    """The Deployment's name."""
    return f"triton-{server}"


def service_name(server: str) -> str:
    """The Service's name."""
    return f"{server}-inference-service"


def config_name(server: str) -> str:
    """The ConfigMap's name."""
    return f"{server}-model-config"


def server_of_config(name: str) -> str:
    """The InferenceServer whose ConfigMap has this name; empty when it is nobody's."""
    found, mark, rest = name.rpartition("-model-config")
    return found if mark and not rest else ""


def server_of_triton(name: str) -> str:
    """The InferenceServer whose Deployment has this name; empty when it is nobody's."""
    return name.removeprefix("triton-") if name.startswith("triton-") else ""


def route_name(deployment: str) -> str:
    """The HTTPRoute's name."""
    return f"{deployment}-httproute"


def triton_deployment(server: Object) -> Object:
    """The Deployment that runs Triton for an InferenceServer."""
    name, namespace = server["metadata"]["name"], server["metadata"]["namespace"]
    initial = (server.get("spec") or {}).get("initSpec") or {}
    given = initial.get("resourceSpec") or {}
    asked = {"cpu": given.get("cpu"), "memory": given.get("memory"), "nvidia.com/gpu": given.get("gpu")}
    amounts = {key: str(value) for key, value in asked.items() if value}
    labels = {"app": triton_name(name)}
    host_path = {"path": f"/var/lib/michelangelo/models/{name}", "type": "DirectoryOrCreate"}
    container = {
        "name": "triton",
        "image": IMAGE,
        "command": ["sh", "-c"],
        "args": [ARGUMENTS],
        "ports": [{"containerPort": port} for port in (8000, 8001, 8002)],
        "resources": {"requests": amounts, "limits": amounts},
        "volumeMounts": [{"name": "models", "mountPath": "/mnt/models"}],
    }
    volumes: list[Any] = [
        {"name": "models", "hostPath": host_path},
        {"name": "model-config", "configMap": {"name": config_name(name)}},
    ]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": triton_name(name), "namespace": namespace, "labels": labels},
        "spec": {
            "replicas": initial.get("numInstances") or 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container], "volumes": volumes}},
        },
    }


def triton_state(deployment: Object) -> str:
    """What Triton's Deployment has come to, as the last word of a server's state: CREATING, SERVING or FAILED."""
    status = deployment.get("status") or {}
    conditions = {item["type"]: item for item in status.get("conditions") or ()}
    wanted, ready = deployment["spec"].get("replicas", 1), status.get("readyReplicas") or 0
    if conditions.get("Available", {}).get("status") == "True" and ready >= wanted > 0:
        return "SERVING"
    if conditions.get("Progressing", {}).get("reason") == "ProgressDeadlineExceeded":
        return "FAILED"
    return "CREATING"


def triton_service(server: Object, url: str) -> Object:
    """The Service in front of it; an annotation says where the emulated Triton answers."""
    name, namespace = server["metadata"]["name"], server["metadata"]["namespace"]
    meta: Object = {"name": service_name(name), "namespace": namespace}
    if url:
        meta["annotations"] = {"emulator.michelangelo.api/url": url}
    ports = [{"name": "http", "port": 80, "targetPort": 8000}, {"name": "grpc", "port": 8001, "targetPort": 8001}]
    spec = {"type": "ClusterIP", "selector": {"app": triton_name(name)}, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}


def model_config(server: str, namespace: str) -> Object:
    """The ConfigMap with the list of models, empty at first."""
    labels = {
        "app.kubernetes.io/component": "model-config",
        "app.kubernetes.io/part-of": "michelangelo",
        "michelangelo.ai/inference-server": server,
    }
    meta = {"name": config_name(server), "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}


def models_of(config: Object | None) -> list[Object]:
    """The entries of a ConfigMap's model list; a list that cannot be read is empty."""
    text = ((config or {}).get("data") or {}).get(MODEL_LIST) or "[]"
    try:
        entries = json.loads(text)
    except json.JSONDecodeError:
        return []
    if not isinstance(entries, list):
        return []
    return [entry for entry in entries if isinstance(entry, dict) and entry.get("name")]


def with_models(config: Object, entries: list[Object]) -> Object:
    """The ConfigMap with another model list."""
    return {**config, "data": {**(config.get("data") or {}), MODEL_LIST: json.dumps(entries, indent=2)}}


def http_route(deployment: Object, server: str, model: str) -> Object:
    """The route from a Deployment's path to its model."""
    name, namespace = deployment["metadata"]["name"], deployment["metadata"]["namespace"]
    rule = {
        "matches": [{"path": {"type": "PathPrefix", "value": f"/{server}/{name}"}}],
        "filters": [
            {
                "type": "URLRewrite",
                "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": f"/v2/models/{model}"}},
            }
        ],
        "backendRefs": [{"name": service_name(server), "port": 80}],
    }
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {
            "name": route_name(name),
            "namespace": namespace,
            "labels": {
                "app.kubernetes.io/name": "michelangelo-deployment",
                "app.kubernetes.io/component": "traffic-routing",
                "app.kubernetes.io/instance": name,
                "michelangelo.ai/deployment": name,
            },
            "annotations": {"michelangelo.ai/deployment": name, "michelangelo.ai/inference-server": server},
        },
        "spec": {"parentRefs": [{"name": "ma-gateway", "namespace": namespace}], "rules": [rule]},
    }
