"""What a server is made of, as the platform writes it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from emulator.michelangelo.controllers.serving_objects import (
    config_name,
    http_route,
    model_config,
    models_of,
    server_of_config,
    server_of_triton,
    triton_deployment,
    triton_name,
    triton_service,
    with_models,
)

META = {"name": "srv", "namespace": "ns"}
names = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
entries = st.lists(
    st.fixed_dictionaries({"name": names, "storage_path": st.text(max_size=20)}),
    max_size=5,
    unique_by=lambda e: e["name"],
)


def test_triton_is_run_as_the_platform_runs_it():
    """Image, arguments, ports, labels, volumes and amounts; one replica unless more are asked for."""
    spec = {"initSpec": {"numInstances": 3, "resourceSpec": {"cpu": 2, "memory": "4Gi", "gpu": 1}}}
    made = triton_deployment({"metadata": META, "spec": spec})
    assert made["metadata"]["name"] == "triton-srv"
    assert made["spec"]["replicas"] == 3
    assert (
        made["spec"]["selector"]["matchLabels"]
        == made["spec"]["template"]["metadata"]["labels"]
        == {"app": "triton-srv"}
    )
    [container] = made["spec"]["template"]["spec"]["containers"]
    assert (container["name"], container["image"]) == ("triton", "nvcr.io/nvidia/tritonserver:23.04-py3")
    assert [port["containerPort"] for port in container["ports"]] == [8000, 8001, 8002]
    assert container["resources"]["limits"] == {"cpu": "2", "memory": "4Gi", "nvidia.com/gpu": "1"}
    assert container["resources"]["requests"] == container["resources"]["limits"]
    assert "--model-control-mode=explicit" in container["args"][0]
    volumes = made["spec"]["template"]["spec"]["volumes"]
    assert volumes[0]["hostPath"] == {"path": "/var/lib/michelangelo/models/srv", "type": "DirectoryOrCreate"}
    assert volumes[1]["configMap"] == {"name": "srv-model-config"}
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/mnt/models"], (
        "the ConfigMap is not mounted"
    )
    assert triton_deployment({"metadata": META})["spec"]["replicas"] == 1


def test_the_service_leads_to_triton():
    """Port 80 to HTTP, 8001 to gRPC."""
    made = triton_service({"metadata": META}, "http://127.0.0.1:1/ns/srv")
    assert made["metadata"]["name"] == "srv-inference-service"
    assert [(port["port"], port["targetPort"]) for port in made["spec"]["ports"]] == [(80, 8000), (8001, 8001)]
    assert made["metadata"]["annotations"] == {"emulator.michelangelo.api/url": "http://127.0.0.1:1/ns/srv"}


def test_the_route_leads_from_a_deployment_to_its_model():
    """A path of server and Deployment, rewritten to Triton's."""
    route = http_route({"metadata": {"name": "d", "namespace": "ns"}}, "srv", "m")
    [rule] = route["spec"]["rules"]
    assert route["spec"]["parentRefs"] == [{"name": "ma-gateway", "namespace": "ns"}]
    assert rule["matches"][0]["path"] == {"type": "PathPrefix", "value": "/srv/d"}
    assert rule["filters"][0]["urlRewrite"]["path"]["replacePrefixMatch"] == "/v2/models/m"
    assert rule["backendRefs"] == [{"name": "srv-inference-service", "port": 80}]
    assert route["metadata"]["labels"]["app.kubernetes.io/instance"] == "d"


def test_a_model_list_looks_like_the_platforms():
    """An array indented by two, under one key; empty it is []."""
    config = model_config("srv", "ns")
    assert "data" not in config
    filled = with_models(config, [{"name": "bert-cola-37", "storage_path": "s3://deploy-models/bert-cola-37/"}])
    assert filled["data"]["model-list.json"] == (
        '[\n  {\n    "name": "bert-cola-37",\n    "storage_path": "s3://deploy-models/bert-cola-37/"\n  }\n]'
    )
    assert with_models(filled, [])["data"]["model-list.json"] == "[]"


@given(entries)
def test_a_model_list_is_read_as_it_was_written(listed):
    """Written and read: the same entries."""
    assert models_of(with_models(model_config("srv", "ns"), listed)) == listed


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)))
def test_a_model_list_that_is_none_is_empty(value):
    """Whatever somebody writes there by hand, reading it raises nothing and finds no model."""
    for text in (json.dumps(value), "{", ""):
        assert models_of({"data": {"model-list.json": text}}) == []


@given(names)
def test_a_server_is_known_by_its_objects(name):
    """Names lead there and back."""
    assert server_of_config(config_name(name)) == name
    assert server_of_triton(triton_name(name)) == name
    assert server_of_config(name + "x") == ""
