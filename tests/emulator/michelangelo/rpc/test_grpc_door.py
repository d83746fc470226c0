"""The gRPC door: its services, its manners, its refusals."""

from __future__ import annotations

import importlib
import json
import uuid

import grpc
import pytest
from google.protobuf import descriptor_pb2, json_format
from grpc_reflection.v1alpha import reflection_pb2

METADATA = (("rpc-caller", "test"), ("rpc-service", "ma-apiserver"), ("rpc-encoding", "proto"))
OFFLINE = {"inference_server": {"name": "s"}, "definition": {"type": "TARGET_TYPE_OFFLINE"}}  # controllers let it be
KINDS = {
    "cluster": ("Cluster", {"kubernetes": {"rest": {"host": "h"}}}, {"region": "x"}),
    "deployment": ("Deployment", OFFLINE, {"owner": {"name": "x"}}),
    "inference_server": ("InferenceServer", {"backend_type": "BACKEND_TYPE_DYNAMO"}, {"owner": {"name": "x"}}),
    "model_family": ("ModelFamily", {"name": "f"}, {"description": "x"}),
    "model": ("Model", {"deployable_artifact_uri": ["s3://b/k"]}, {"description": "x"}),
    "revision": ("Revision", {"source": "s"}, {"revision_id": "2"}),
}
TEAM = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
PROJECT = {"description": "d", "owner": {"owning_team": TEAM}, "tier": 3, "git_repo": "g", "root_dir": "/"}


class Caller:
    """Calls methods by name with JSON."""

    def __init__(self, address: str, metadata=METADATA, timeout: float | None = 20) -> None:
        self.channel = grpc.insecure_channel(address)
        self.metadata = metadata
        self.timeout = timeout

    def __call__(self, kind: str, verb: str, suffix: str = "", **request):
        entity = KINDS[kind][0] if kind in KINDS else kind.capitalize()
        requests = importlib.import_module(f"michelangelo.gen.api.v2.{kind}_svc_pb2")
        name = f"{verb}{entity}{suffix}"
        method = self.channel.unary_unary(
            f"/michelangelo.api.v2.{entity}Service/{name}",
            lambda message: message.SerializeToString(),
            getattr(requests, f"{name}Response").FromString,
        )
        message = json_format.ParseDict(request, getattr(requests, f"{name}Request")())
        return method(message, timeout=self.timeout, metadata=self.metadata)

    def refused(self, *words: str, **request) -> tuple[grpc.StatusCode, str]:
        """Code and words of a refusal."""
        with pytest.raises(grpc.RpcError) as refusal:
            self(*words, **request)
        return refusal.value.code(), refusal.value.details()


@pytest.fixture
def call(plane):
    caller = Caller(plane.doors["rpc_address"])
    yield caller
    caller.channel.close()


def obj(namespace: str, spec: dict, name: str = "x", **meta) -> dict:
    return {"metadata": {"namespace": namespace, "name": name, **meta}, "spec": spec}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_six_methods(call, plane, namespace, kind):
    """Created, read, updated, listed, deleted, deleted by label: each kind, and kubectl sees the same."""
    plural = f"{KINDS[kind][0].lower()}s.michelangelo.api"
    _, spec, change = KINDS[kind]
    made = getattr(call(kind, "Create", **{kind: obj(namespace, spec, labels={"a": "b"})}), kind)
    labels = dict(made.metadata.labels)
    assert labels["michelangelo/UpdateTimestamp"] == labels["michelangelo/SpecUpdateTimestamp"]
    [entry] = [item for item in made.metadata.managedFields if item.operation == "Update"]
    assert entry.manager == "michelangelo-apiserver", "create keeps managedFields"
    stored = json.loads(plane.kubectl("get", plural, "x", "-n", namespace, "-o", "json"))
    assert stored["metadata"]["uid"] == made.metadata.uid

    read = getattr(call(kind, "Get", namespace=namespace, name="x"), kind)
    assert not read.metadata.managedFields, "get leaves managedFields out"
    assert (read.type_meta.kind, read.type_meta.apiVersion) == (KINDS[kind][0], "michelangelo.api/v2")

    fresh = {"resourceVersion": read.metadata.resourceVersion, "labels": labels}
    same = getattr(call(kind, "Update", **{kind: obj(namespace, spec, **fresh)}), kind)
    assert same.metadata.labels["michelangelo/SpecUpdateTimestamp"] == labels["michelangelo/SpecUpdateTimestamp"]
    assert same.metadata.labels["michelangelo/UpdateTimestamp"] > labels["michelangelo/UpdateTimestamp"]
    fresh = {
        "resourceVersion": getattr(call(kind, "Get", namespace=namespace, name="x"), kind).metadata.resourceVersion
    }
    changed = getattr(call(kind, "Update", **{kind: obj(namespace, {**spec, **change}, **fresh)}), kind)
    assert "michelangelo/SpecUpdateTimestamp" in changed.metadata.labels
    assert "a" not in changed.metadata.labels, "an update replaces"

    listed = getattr(call(kind, "List", namespace=namespace), f"{kind}_list")
    assert [item.metadata.name for item in listed.items] == ["x"]
    empty = call(kind, "List", namespace=namespace, list_options={"labelSelector": "a=none"})
    assert empty.HasField(f"{kind}_list")
    call(kind, "Create", **{kind: obj(namespace, spec, "y", labels={"going": "yes"})})
    options = {"labelSelector": "going=yes"}
    call(kind, "Delete", "Collection", namespace=namespace, list_options=options)
    plane.kubectl("wait", f"{plural}/y", "-n", namespace, "--for=delete", "--timeout=20s")
    assert call.refused(kind, "Get", namespace=namespace, name="y")[0] == grpc.StatusCode.NOT_FOUND
    call(kind, "Delete", namespace=namespace, name="x")
    plane.kubectl("wait", f"{plural}/x", "-n", namespace, "--for=delete", "--timeout=20s")
    assert list(getattr(call(kind, "List", namespace=namespace), f"{kind}_list").items) == []


def test_refusals_are_the_platforms(call, namespace):
    """Kubernetes' refusals have the platform's codes, and its words around Kubernetes' own."""
    spec = {"description": "d"}
    about = f"API object. namespace: {namespace}, name: x: "
    code, text = call.refused("model", "Delete", namespace=namespace, name="x")
    assert (code, text) == (
        grpc.StatusCode.NOT_FOUND,
        f'failed to delete {about}models.michelangelo.api "x" not found',
    )
    call("model", "Create", model=obj(namespace, spec))
    assert call.refused("model", "Create", model=obj(namespace, spec))[0] == grpc.StatusCode.ALREADY_EXISTS
    code, text = call.refused("model", "Update", model=obj(namespace, spec))
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert text.endswith("must be specified for an update")
    code, text = call.refused("model", "Update", model=obj(namespace, spec, resourceVersion="1"))
    assert code == grpc.StatusCode.FAILED_PRECONDITION
    assert text.startswith(f"failed to update {about}")
    assert "the object has been modified; please apply your changes to the latest version and try again" in text
    code, text = call.refused("model", "Create", model=obj("no-such-namespace", spec))
    assert (code, text.endswith('namespaces "no-such-namespace" not found')) == (grpc.StatusCode.NOT_FOUND, True)
    code, _ = call.refused("model", "Create", model=obj(namespace, spec, "Not A Name"))
    assert code == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("dry_run", "said"),
    [
        (["Some"], "unsupported dry run strategy: Some. supported value: All"),
        (["All", "All"], "multiple dry run strategies are not supported"),
    ],
)
def test_dry_run_is_all_or_nothing(call, namespace, dry_run, said):
    """Only All is a dry-run strategy, once."""
    refusal = call.refused("model", "Create", model=obj(namespace, {}), create_options={"dryRun": dry_run})
    assert refusal == (grpc.StatusCode.INVALID_ARGUMENT, said)
    refusal = call.refused("model", "Delete", namespace=namespace, name="x", delete_options={"dryRun": dry_run})
    assert refusal == (grpc.StatusCode.INVALID_ARGUMENT, said)


def test_a_page_says_how_many_are_left_and_a_negative_limit_is_none(call, namespace):
    """A page's metadata is Kubernetes' own, with the count of what remains."""
    for name in "abc":
        call("model", "Create", model=obj(namespace, {}, name))
    page = call("model", "List", namespace=namespace, list_options={"limit": 1}).model_list
    assert (len(page.items), page.metadata.remainingItemCount, bool(getattr(page.metadata, "continue"))) == (1, 2, True)
    whole = call("model", "List", namespace=namespace, list_options={"limit": -1}).model_list
    assert (len(whole.items), getattr(whole.metadata, "continue")) == (3, "")


def test_a_collection_is_deleted_no_further_than_selected(call, namespace):
    """Selectors of both sorts are heeded; a collection of all namespaces cannot be deleted, as in Kubernetes."""
    for name in "ab":
        call("model", "Create", model=obj(namespace, {}, name))
    call("model", "Delete", "Collection", namespace=namespace, list_options={"fieldSelector": "metadata.name=a"})
    left = call("model", "List", namespace=namespace).model_list.items
    assert [item.metadata.name for item in left] == ["b"]
    code, text = call.refused("model", "Delete", "Collection")
    assert (code, text.endswith("the server could not find the requested resource")) == (
        grpc.StatusCode.NOT_FOUND,
        True,
    )


def test_zero_values_are_no_change_of_a_spec(call, plane, namespace):
    """What kubectl wrote with zero values is, read and sent back, the same spec: only UpdateTimestamp moves."""
    spec = {"sealed": False, "kind": "MODEL_KIND_INVALID", "description": "d"}
    document = {"apiVersion": "michelangelo.api/v2", "kind": "Model", **obj(namespace, spec)}
    plane.kubectl("create", "-f", "-", input=json.dumps(document))
    read = call("model", "Get", namespace=namespace, name="x").model
    sent = json_format.MessageToDict(read)
    labels = call("model", "Update", model=sent).model.metadata.labels
    assert set(labels) == {"michelangelo/UpdateTimestamp"}


def test_a_call_may_be_written_in_json(call, namespace):
    """YARPC's other encoding: requests and answers in JSON; what is none is said, and a third encoding has no procedures."""

    def send(body: bytes, encoding: str = "json", method: str = "CreateModel") -> dict:
        metadata = (*METADATA[:2], ("rpc-encoding", encoding))
        raw = call.channel.unary_unary(f"/michelangelo.api.v2.ModelService/{method}", bytes, bytes)
        return json.loads(raw(body, timeout=20, metadata=metadata))

    def refused(body: bytes, encoding: str = "json") -> tuple[str, str]:
        with pytest.raises(grpc.RpcError) as refusal:
            send(body, encoding)
        return refusal.value.code().name, refusal.value.details()

    made = send(json.dumps({"model": obj(namespace, {"model_artifact_uri": ["s3://b/k"]})}).encode())
    assert made["model"]["spec"] == {"modelArtifactUri": ["s3://b/k"]}
    assert call("model", "Get", namespace=namespace, name="x").model.metadata.uid == made["model"]["metadata"]["uid"]
    listed = send(json.dumps({"namespace": namespace}).encode(), method="ListModel")
    assert [item["metadata"]["name"] for item in listed["modelList"]["items"]] == ["x"]
    for body, said in (
        (b"{", "Expecting property name"),
        (b'{"model": {"spec": {"x": 1}}}', "model.spec.x: unknown field"),
        (b'{"model": {"spec": {"modelArtifactUri": "s3://b/k"}}}', "model.spec.modelArtifactUri: expected an array"),
    ):
        code, text = refused(body)
        assert code == "INVALID_ARGUMENT"
        assert text.startswith('failed to decode "json" request body for procedure "michelangelo.api.v2.ModelService::')
        assert said in text
    procedure = 'unrecognized procedure "michelangelo.api.v2.ModelService::CreateModel" for service "ma-apiserver"'
    assert refused(b"", "thrift") == ("UNIMPLEMENTED", procedure)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"namespace": "n"}, "resource name may not be empty"),
        ({"name": "x"}, "an empty namespace may not be set when a resource name is provided"),
        ({"namespace": "n", "name": "x/status"}, "invalid resource name \"x/status\": [may not contain '/']"),
        ({"namespace": "n/models/x", "name": "y"}, "invalid namespace \"n/models/x\": [may not contain '/']"),
    ],
)
def test_an_incomplete_address_reaches_nothing(call, request_, said):
    """A delete without a name deletes nothing, least of all everything."""
    code, text = call.refused("model", "Delete", **request_)
    assert (code, text.endswith(said)) == (grpc.StatusCode.UNKNOWN, True), text


def test_a_broken_rule_is_said_before_kubernetes_is_asked(call, namespace):
    """Rules on fields are INVALID_ARGUMENT with path and rule; kubectl is not held to them."""
    refusal = call.refused("model_family", "Create", model_family=obj(namespace, {"name": "a b"}))
    assert refusal == (grpc.StatusCode.INVALID_ARGUMENT, "spec.name must be alphanumeric, underscore or dash")


def test_a_duration_that_is_none_is_refused(call, namespace):
    """What has no JSON form is the caller's mistake, not ours."""
    from michelangelo.gen.api.v2 import deployment_svc_pb2

    request = deployment_svc_pb2.CreateDeploymentRequest()
    json_format.ParseDict(obj(namespace, OFFLINE), request.deployment)
    request.deployment.spec.shadow_spec.duration.seconds = 1
    request.deployment.spec.shadow_spec.duration.nanos = -1
    path = "/michelangelo.api.v2.DeploymentService/CreateDeployment"
    with pytest.raises(grpc.RpcError) as refusal:
        call.channel.unary_unary(path, bytes, bytes)(request.SerializeToString(), timeout=9, metadata=METADATA)
    assert refusal.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "Duration is not valid" in refusal.value.details()


def test_a_project_makes_its_namespace(call, plane):
    """A Project is named like its namespace, which comes into being with it; default and kube-* are out of bounds."""
    name = f"p-{uuid.uuid4().hex[:8]}"
    code, text = call.refused("project", "Create", project=obj(name, PROJECT, "other"))
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert text == (
        f"project name other is different from namespace name {name}. Project name must be the same as namespace name."
    )
    for forbidden in ("default", "kube-system"):
        code, text = call.refused("project", "Create", project=obj(forbidden, PROJECT, forbidden))
        assert code == grpc.StatusCode.PERMISSION_DENIED
        assert text.startswith(f"namespace {forbidden} is invalid. Users are forbidden to create projects")
    assert "NotFound" in plane.kubectl("get", "namespace", name, check=False)
    call("project", "Create", project=obj(name, PROJECT, name))
    assert name in plane.kubectl("get", "project", "-n", name)
    plane.kubectl("delete", "namespace", name, "--wait=false")


@pytest.mark.parametrize(
    ("metadata", "timeout", "code", "said"),
    [
        ((), 9, "INVALID_ARGUMENT", "missing service name, caller name"),
        (METADATA[1:], 9, "INVALID_ARGUMENT", "missing caller name"),
        ((*METADATA[:1], ("rpc-service", "x")), 9, "INVALID_ARGUMENT", "missing encoding"),
        (
            (("rpc-service", "x"), METADATA[0], METADATA[2]),
            9,
            "UNIMPLEMENTED",
            'unrecognized service name "x", available services: "ma-apiserver"',
        ),
        ((*METADATA, METADATA[0]), 9, "INVALID_ARGUMENT", "header has more than one value: rpc-caller"),
        ((*METADATA, ("ttl", "1"), ("ttl", "2")), 9, "INVALID_ARGUMENT", "header has more than one value: ttl"),
        (METADATA, None, "INVALID_ARGUMENT", "missing TTL"),
    ],
)
def test_a_call_needs_its_metadata_and_a_deadline(plane, metadata, timeout, code, said):
    """What YARPC asks of a call, in its order and words."""
    caller = Caller(plane.doors["rpc_address"], metadata, timeout)
    found, text = caller.refused("model", "List", namespace="default")
    assert found.name == code
    assert said in text or (said == "missing service name, caller name" and text.startswith(said))
    caller.channel.close()


def test_an_answer_says_whose_it_is_and_unknown_procedures_are_named(call, plane):
    """The header rpc-service is echoed; an unknown procedure is UNIMPLEMENTED by its YARPC name."""
    path = "/michelangelo.api.v2.FooService/GetFoo"
    with pytest.raises(grpc.RpcError) as refusal:
        call.channel.unary_unary(path, bytes, bytes)(b"", timeout=9, metadata=METADATA)
    assert refusal.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert refusal.value.details() == (
        'unrecognized procedure "michelangelo.api.v2.FooService::GetFoo" for service "ma-apiserver"'
    )
    list_models = call.channel.unary_unary("/michelangelo.api.v2.ModelService/ListModel", bytes, bytes)
    _, done = list_models.with_call(b"", timeout=9, metadata=METADATA)
    assert ("rpc-service", "ma-apiserver") in [tuple(item) for item in done.initial_metadata()]


def reflected(channel, *requests, metadata=METADATA):
    method = channel.stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        lambda message: message.SerializeToString(),
        reflection_pb2.ServerReflectionResponse.FromString,
    )
    asked = [reflection_pb2.ServerReflectionRequest(**request) for request in requests]
    return list(method(iter(asked), metadata=metadata, timeout=9))


def test_reflection_tells_all_one_file_at_a_time(call):
    """Services in order, reflection among them; a file per answer, each dependency to be had by its name."""
    [answer] = reflected(call.channel, {"list_services": ""})
    names = [service.name for service in answer.list_services_response.service]
    assert names == sorted(names)
    assert {"michelangelo.api.v2.ModelService", "grpc.reflection.v1alpha.ServerReflection"} <= set(names)
    seen: set[str] = set()
    wanted = [{"file_containing_symbol": name} for name in names if name.startswith("michelangelo")]
    while wanted:
        files = []
        for answer in reflected(call.channel, *wanted):
            [raw] = answer.file_descriptor_response.file_descriptor_proto
            files.append(descriptor_pb2.FileDescriptorProto.FromString(raw))
        seen |= {file.name for file in files}
        wanted = [{"file_by_filename": name} for name in {name for file in files for name in file.dependency} - seen]
    assert {"michelangelo/api/v2/model_svc.proto", "google/protobuf/any.proto"} <= seen


def test_reflection_refuses_in_the_platforms_words(call):
    """An unknown symbol is an error in the stream; a stream without metadata is refused."""
    [answer] = reflected(call.channel, {"file_containing_symbol": "no.such.Thing"})
    assert answer.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
    assert answer.error_response.error_message == 'could not find descriptor for symbol "no.such.Thing"'
    with pytest.raises(grpc.RpcError) as refusal:
        reflected(call.channel, {"list_services": ""}, metadata=())
    assert refusal.value.details().startswith("missing service name, caller name")


def test_a_body_that_is_no_message_is_said(call):
    """What cannot be decoded is INVALID_ARGUMENT, with the procedure and the caller."""
    raw = call.channel.unary_unary("/michelangelo.api.v2.ModelService/GetModel")
    with pytest.raises(grpc.RpcError) as refusal:
        raw(b"\xff\xff\xff", timeout=20, metadata=METADATA)
    assert refusal.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    said = 'failed to decode "proto" request body for procedure "michelangelo.api.v2.ModelService::GetModel"'
    assert refusal.value.details().startswith(said)


def test_calls_act_as_their_caller(fresh_plane):
    """With --rpc-auth a call has the rights of its bearer token, and none without; with --rpc-lenient no metadata is asked for."""
    plane = fresh_plane("--rpc-auth", "--rpc-lenient")
    plane.kubectl("create", "namespace", "team")
    plane.kubectl("create", "role", "r", "-n", "team", "--verb=get,list", "--resource=models.michelangelo.api")
    plane.kubectl("create", "rolebinding", "r", "-n", "team", "--role=r", "--user=alice")
    nobody = Caller(plane.doors["rpc_address"], (), None)
    assert nobody.refused("model", "List", namespace="team")[0] == grpc.StatusCode.UNAUTHENTICATED
    wrong = Caller(plane.doors["rpc_address"], (("authorization", "Bearer wrong"),), None)
    assert wrong.refused("model", "List", namespace="team")[0] == grpc.StatusCode.UNAUTHENTICATED
    alice = Caller(plane.doors["rpc_address"], (("authorization", "Bearer alice-token"),), None)
    assert list(alice("model", "List", namespace="team").model_list.items) == []
    code, text = alice.refused("model", "Create", model=obj("team", {}))
    assert code == grpc.StatusCode.PERMISSION_DENIED
    assert (
        'User "alice" cannot create resource "models" in API group "michelangelo.api" in the namespace "team"' in text
    )
    assert alice.refused("model", "Update", model=obj("team", {}))[0] == grpc.StatusCode.PERMISSION_DENIED
    assert alice.refused("model", "List", namespace="")[0] == grpc.StatusCode.PERMISSION_DENIED
    assert (
        alice.refused("project", "Create", project=obj("mine", PROJECT, "mine"))[0] == grpc.StatusCode.PERMISSION_DENIED
    )
    assert "NotFound" in plane.kubectl("get", "namespace", "mine", check=False), "no namespace for who may not"
    admin = Caller(plane.doors["rpc_address"], (("authorization", "Bearer admin-token"),), None)
    admin("project", "Create", project=obj("mine", PROJECT, "mine"))
    admin("model", "Create", model=obj("team", {}))
    assert [item.metadata.name for item in alice("model", "List", namespace="team").model_list.items] == ["x"]
