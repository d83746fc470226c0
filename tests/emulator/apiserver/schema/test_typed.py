"""Built-in kinds as Go structs read and write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.apiserver.apimachinery.names import GroupVersionKind
from emulator.apiserver.apimachinery.objects import Object, copy
from emulator.apiserver.schema.gostructs import (
    ALWAYS,
    NAMED,
    PLAIN_FIELDS,
    POINTER_FIELDS,
    POINTERS,
    REQUIRED_POINTERS,
    STRUCTS,
)
from emulator.apiserver.schema.kubernetes import definitions, descriptions, names_by_kind
from emulator.apiserver.schema.typed import TypedShape

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "2020-01-02T03:04:05Z", "1Gi"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "spec", "containers", "data", "x", "ports"]), inner, max_size=3)
    ),
    max_leaves=12,
)
KINDS = [
    ("", "v1", "Pod"),
    ("", "v1", "ConfigMap"),
    ("apps", "v1", "Deployment"),
    ("", "v1", "Event"),
    ("", "v1", "Service"),
]


def shape(kind: str, group: str = "", version: str = "v1") -> TypedShape:
    return TypedShape(GroupVersionKind(group, version, kind))


@pytest.mark.parametrize(
    ("kind", "obj", "why"),
    [
        ("ConfigMap", {"data": {"n": 5}}, "cannot unmarshal number into Go struct field ConfigMap.data of type string"),
        (
            "ConfigMap",
            {"data": ["a"]},
            "cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string",
        ),
        (
            "ConfigMap",
            {"metadata": "x"},
            "cannot unmarshal string into Go struct field ConfigMap.metadata of type v1.ObjectMeta",
        ),
        ("Secret", {"data": 5}, "cannot unmarshal number into Go struct field Secret.data of type map[string][]uint8"),
        (
            "ConfigMap",
            {"metadata": {"labels": {"a": 1}}},
            "cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
        ),
        (
            "Pod",
            {"spec": {"containers": [{"name": "a", "ports": [{"containerPort": "http"}]}]}},
            "cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
        ),
        (
            "Pod",
            {"spec": {"priority": 1 << 31}},
            "cannot unmarshal number 2147483648 into Go struct field PodSpec.spec.priority of type int32",
        ),
        (
            "Service",
            {"spec": {"type": 1}},
            "cannot unmarshal number into Go struct field ServiceSpec.spec.type of type v1.ServiceType",
        ),
    ],
)
def test_wrong_types(kind: str, obj: Object, why: str) -> None:
    """A value of the wrong type is refused with the struct and the fields that lead to it."""
    with pytest.raises(ValueError) as caught:
        shape(kind).read(obj)
    assert str(caught.value) == f"json: {why}"


def test_unknown_fields_are_dropped_and_named() -> None:
    """Unknown fields go; their paths come back in the order of the document."""
    obj: Object = {"metadata": {"nope": 1}, "spec": {"ports": [{"port": 80, "prot": 1}, {"x": 2}], "typ": 1}, "top": {}}
    unknown = shape("Service").read(obj)
    assert unknown == ["metadata.nope", "spec.ports[0].prot", "spec.ports[1].x", "spec.typ", "top"]
    assert obj["spec"]["ports"][0] == {"port": 80, "targetPort": 0}


def test_structs_are_written_though_empty() -> None:
    """What is no pointer in Go is written with its zero values."""
    obj: Object = {}
    shape("Deployment", "apps").read(obj)
    template = {"metadata": {}, "spec": {"containers": None}}
    assert obj == {"metadata": {}, "spec": {"selector": None, "strategy": {}, "template": template}, "status": {}}


def test_only_core_events_write_their_reporter() -> None:
    """The two groups' events have different fields that are always there."""
    core: Object = {}
    shape("Event").read(core)
    assert core["reportingInstance"] == "" and core["firstTimestamp"] is None and core["eventTime"] is None
    new: Object = {}
    shape("Event", "events.k8s.io").read(new)
    assert "reportingInstance" not in new and new["eventTime"] is None


def test_empty_values() -> None:
    """Empty texts, lists and maps are left out, as are false and zero unless a pointer holds them."""
    obj: Object = {
        "metadata": {"labels": {}, "finalizers": [], "generation": 0, "namespace": ""},
        "spec": {
            "hostNetwork": False,
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "nodeName": "",
            "volumes": [{"name": "v", "emptyDir": {}}],
            "containers": [{"name": "c", "stdin": False, "command": []}],
        },
    }
    shape("Pod").read(obj)
    assert obj["metadata"] == {}
    assert obj["spec"] == {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 0,
        "volumes": [{"name": "v", "emptyDir": {}}],
        "containers": [{"name": "c", "resources": {}}],
    }


def test_empty_lists_that_are_always_written_are_null() -> None:
    """A list that has no omitempty is written as null; the rules of a role wait until their owner is noted."""
    obj: Object = {"endpoints": [], "addressType": "IPv4"}
    shape("EndpointSlice", "discovery.k8s.io").read(obj)
    assert obj["endpoints"] is None
    role: Object = {"rules": []}
    shape("Role", "rbac.authorization.k8s.io").read(role)
    assert role["rules"] == []


def test_nulls() -> None:
    """A null field is no field; a null item or entry is a zero value."""
    obj: Object = {"data": {"n": None}, "immutable": None, "metadata": None}
    shape("ConfigMap").read(obj)
    assert obj == {"data": {"n": ""}, "metadata": {}}


def test_quantities_and_times_are_canonical() -> None:
    """Quantities and times come back as the server writes them."""
    container: Object = {"name": "c", "resources": {"limits": {"cpu": 0.5, "memory": "1024Mi"}}}
    obj: Object = {"metadata": {"creationTimestamp": "2020-01-02T03:04:05+02:00"}, "spec": {"containers": [container]}}
    shape("Pod").read(obj)
    assert obj["spec"]["containers"][0]["resources"] == {"limits": {"cpu": "500m", "memory": "1Gi"}}
    assert obj["metadata"] == {"creationTimestamp": "2020-01-02T01:04:05Z"}


def test_schemas_of_definitions() -> None:
    """A schema may be a boolean or a list where JSON Schema allows it, and keeps what it says of null."""
    schema: Object = {
        "additionalProperties": False,
        "items": [{"type": "string"}],
        "enum": [None, 1],
        "default": {"a": None},
    }
    version: Object = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    obj: Object = {"spec": {"versions": [version]}}
    shape("CustomResourceDefinition", "apiextensions.k8s.io").read(obj)
    assert obj["spec"]["versions"][0]["schema"]["openAPIV3Schema"] == schema
    with pytest.raises(ValueError, match="boolean or JSON schema expected"):
        shape("CustomResourceDefinition", "apiextensions.k8s.io").read(
            {"spec": {"versions": [{"schema": {"openAPIV3Schema": {"additionalProperties": "no"}}}]}}
        )


@given(
    st.sampled_from(KINDS), st.dictionaries(st.sampled_from(["spec", "data", "metadata", "count", "x"]), json_values)
)
def test_reading_twice_is_reading_once(gvk: tuple[str, str, str], obj: Object) -> None:
    """What was read is read again without a change, a complaint or an unknown field."""
    reader = TypedShape(GroupVersionKind(*gvk))
    try:
        reader.read(obj)
    except ValueError:
        return
    again = copy(obj)
    assert reader.read(again) == []
    assert again == obj


def test_every_kind_has_a_blank() -> None:
    """The blank of every kind can be read, and stays as it is."""
    objects = [gvk for gvk, name in names_by_kind().items() if "metadata" in definitions()[name]["properties"]]
    assert len(objects) > 100
    for gvk in objects:
        blank = TypedShape(gvk).blank()
        again = copy(blank)
        assert TypedShape(gvk).read(again) == [], gvk
        assert again == blank, gvk


def test_tables_name_fields_that_exist() -> None:
    """What is said by hand about Go's structs is about fields of theirs."""
    fields: dict[str, set[str]] = {}
    for name, node in definitions().items():
        fields.setdefault(name.rpartition(".")[2], set()).update(node.get("properties") or ())
    for table in (STRUCTS, ALWAYS):
        for struct, names in table.items():
            assert names <= fields[struct.rpartition(".")[2]], struct
    for where in (*POINTERS, *REQUIRED_POINTERS, *POINTER_FIELDS, *PLAIN_FIELDS, *NAMED):
        struct, _, field = where.partition(".")
        assert field in fields[struct], where


def test_descriptions_are_about_definitions() -> None:
    """Every description belongs to a definition and a field of it."""
    for name, texts in descriptions().items():
        assert set(texts) - {""} <= set(definitions()[name].get("properties") or ()), name
