"""What becomes of a definition: names, establishment, serving, and its end."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.apiserver.admission.chain import Chain
from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.objects import copy, metadata
from emulator.apiserver.apimachinery.options import DeleteOptions
from emulator.apiserver.clock import Clock
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.builtin.kinds import builtin_kinds
from emulator.apiserver.registry.catalog import Catalog
from emulator.apiserver.registry.definition_controller import DefinitionController
from emulator.apiserver.registry.store import Backing, Store
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.memory import MemoryStorage

GROUP = "example.com"
NOW = "2026-01-01T00:00:00Z"
KIND = next(kind for kind in builtin_kinds() if kind.resource.kind == "CustomResourceDefinition")


class Server:
    """Definitions over a storage; without an event loop the controller acts at once."""

    def __init__(self) -> None:
        self.backing = Backing(MemoryStorage(), Chain([]), Clock())
        self.catalog = Catalog()
        self.definitions = Store(self.backing, KIND)
        DefinitionController(self.catalog, self.backing, self.definitions)

    def context(self, resource: Any, name: str, namespace: str = "") -> Context:
        return Context(resource, namespace, SYSTEM, NOW, name=name, manager="test")

    def define(self, crd: dict[str, Any]) -> dict[str, Any]:
        KIND.shape.read(crd)
        KIND.shape.default(crd)
        self.definitions.create(self.context(KIND.resource, crd["metadata"]["name"]), KIND, crd)
        return self.definition(crd["metadata"]["name"])

    def definition(self, name: str) -> dict[str, Any]:
        return self.definitions.decode(self.definitions.get("", name))

    def change(self, name: str, change: Any) -> dict[str, Any]:
        def transform(old: Any) -> Any:
            new = copy(old)
            change(new)
            return new

        self.definitions.update(self.context(KIND.resource, name), KIND, transform)
        return self.definition(name)

    def delete(self, name: str) -> None:
        self.definitions.delete(self.context(KIND.resource, name), KIND, DeleteOptions())

    def create(self, version: str, plural: str, obj: dict[str, Any]) -> dict[str, Any]:
        served = self.catalog.lookup(GROUP, version, plural)
        assert served is not None
        assert served.store is not None
        served.kind.shape.read(obj)
        served.kind.shape.default(obj)
        served.store.create(self.context(served.resource, obj["metadata"]["name"], "default"), served.kind, obj)
        return self.read(version, plural, obj["metadata"]["name"])

    def read(self, version: str, plural: str, name: str) -> dict[str, Any]:
        served = self.catalog.lookup(GROUP, version, plural)
        assert served is not None
        assert served.store is not None
        return served.store.decode(served.store.get("default", name), served.kind)


def definition(plural: str = "things", kind: str = "Thing", versions: Any = None, **names: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"n": {"type": "integer"}}}}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {"plural": plural, "kind": kind, **names},
            "versions": versions or [version],
        },
    }


def thing(name: str = "a", version: str = "v1", **more: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": "default"}
    return {"apiVersion": f"{GROUP}/{version}", "kind": "Thing", "metadata": meta, **more}


def conditions(crd: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {item["type"]: (item["status"], item["reason"]) for item in crd["status"]["conditions"]}


def test_a_definition_is_established_and_served():
    """Its names are accepted, and its version is in the catalog."""
    server = Server()
    crd = server.define(definition())
    assert conditions(crd) == {
        "NamesAccepted": ("True", "NoConflicts"),
        "Established": ("True", "InitialNamesAccepted"),
    }
    assert crd["status"]["acceptedNames"] == {
        "plural": "things",
        "singular": "thing",
        "kind": "Thing",
        "listKind": "ThingList",
    }
    assert crd["status"]["storedVersions"] == ["v1"]
    assert "finalizers" not in metadata(crd)
    assert server.create("v1", "things", thing(spec={"n": 1, "x": 2}))["spec"] == {"n": 1}


def test_the_server_owns_the_status_it_writes():
    """managedFields name kube-apiserver as the status' manager."""
    crd = Server().define(definition())
    managers = [(entry["manager"], entry.get("subresource", "")) for entry in metadata(crd)["managedFields"]]
    assert managers == [("test", ""), ("kube-apiserver", "status")]


def test_of_two_definitions_that_want_a_kind_the_first_has_it():
    """The second one is told so, keeps what is free, and takes over when the first is gone."""
    server = Server()
    server.define(definition("things"))
    crd = server.define(definition("items", singular="item"))
    assert conditions(crd) == {"NamesAccepted": ("False", "ListKindConflict"), "Established": ("False", "NotAccepted")}
    assert crd["status"]["acceptedNames"] == {"plural": "items", "singular": "item", "kind": ""}
    assert server.catalog.lookup(GROUP, "v1", "items") is None
    server.delete(f"things.{GROUP}")
    crd = server.definition(f"items.{GROUP}")
    assert conditions(crd)["Established"][0] == "True"
    assert server.catalog.lookup(GROUP, "v1", "items") is not None


def test_several_short_names_in_conflict_are_all_told():
    """As one message."""
    server = Server()
    server.define(definition("things", shortNames=["t", "th"]))
    crd = server.define(definition("others", "Other", shortNames=["t", "th", "o"]))
    told = next(item for item in crd["status"]["conditions"] if item["type"] == "NamesAccepted")
    assert told["reason"] == "ShortNamesConflict"
    assert told["message"] == '["t" is already in use, "th" is already in use]'


def test_deleting_a_definition_deletes_its_instances():
    """And then itself; nothing is served any more."""
    server = Server()
    server.define(definition())
    server.create("v1", "things", thing())
    server.delete(f"things.{GROUP}")
    assert server.backing.storage.count(f"things.{GROUP}") == 0
    with pytest.raises(StatusError, match="not found"):
        server.definition(f"things.{GROUP}")
    assert server.catalog.lookup(GROUP, "v1", "things") is None


def test_an_instance_with_a_finalizer_holds_its_definition():
    """Until the finalizer goes; meanwhile nothing new can be created."""
    server = Server()
    server.define(definition())
    server.create("v1", "things", thing() | {"metadata": {"name": "a", "namespace": "default", "finalizers": ["x/y"]}})
    server.delete(f"things.{GROUP}")
    crd = server.definition(f"things.{GROUP}")
    assert conditions(crd)["Terminating"] == ("True", "InstanceDeletionInProgress")
    assert metadata(crd)["finalizers"] == ["customresourcecleanup.apiextensions.k8s.io"]
    assert metadata(crd)["generation"] == 1
    with pytest.raises(
        StatusError, match="create not allowed while custom resource definition is terminating"
    ) as error:
        server.create("v1", "things", thing("b"))
    assert error.value.code == 405
    served = server.catalog.lookup(GROUP, "v1", "things")
    assert served is not None
    assert served.store is not None
    assert "create" not in served.resource.verbs

    def release(old: Any) -> Any:
        new = copy(old)
        metadata(new).pop("finalizers")
        return new

    served.store.update(server.context(served.resource, "a", "default"), served.kind, release)
    with pytest.raises(StatusError, match="not found"):
        server.definition(f"things.{GROUP}")


def test_a_new_schema_applies_to_what_is_stored():
    """Defaults appear, and fields that are no longer known disappear, when objects are read."""
    server = Server()
    server.define(definition())
    server.create("v1", "things", thing(spec={"n": 1}))

    def widen(crd: Any) -> None:
        spec = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
        spec["properties"] = {"more": {"type": "string", "default": "new"}}

    crd = server.change(f"things.{GROUP}", widen)
    assert metadata(crd)["generation"] == 2
    assert server.read("v1", "things", "a")["spec"] == {"more": "new"}


def test_one_object_in_two_versions_and_a_new_storage_version():
    """Versions differ in apiVersion and schema; a stored version is remembered and must stay."""
    server = Server()
    one = {"type": "object", "properties": {"a": {"type": "string"}, "both": {"type": "string"}}}
    two = {"type": "object", "properties": {"b": {"type": "string"}, "both": {"type": "string"}}}
    first = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": one}}
    second = {"name": "v2", "served": True, "storage": False, "schema": {"openAPIV3Schema": two}}
    server.define(definition(versions=[first, second]))
    server.create("v1", "things", thing(a="x", both="y"))
    seen = server.read("v2", "things", "a")
    assert (seen["apiVersion"], seen.get("a"), seen["both"]) == (f"{GROUP}/v2", None, "y")

    def swap(crd: Any) -> None:
        for version in crd["spec"]["versions"]:
            version["storage"] = not version["storage"]

    crd = server.change(f"things.{GROUP}", swap)
    assert crd["status"]["storedVersions"] == ["v1", "v2"]
    assert server.read("v2", "things", "a")["apiVersion"] == f"{GROUP}/v2"

    def drop(crd: Any) -> None:
        crd["spec"]["versions"] = [version for version in crd["spec"]["versions"] if version["name"] == "v2"]

    with pytest.raises(StatusError, match="v1 was previously a storage version"):
        server.change(f"things.{GROUP}", drop)


def test_a_version_that_is_not_served_any_more_is_gone():
    """Others stay."""
    server = Server()
    schema = {"openAPIV3Schema": {"type": "object"}}
    first = {"name": "v1", "served": True, "storage": True, "schema": schema}
    server.define(definition(versions=[first, {"name": "v2", "served": True, "storage": False, "schema": schema}]))
    server.change(f"things.{GROUP}", lambda crd: crd["spec"]["versions"][1].update(served=False))
    assert server.catalog.lookup(GROUP, "v2", "things") is None
    assert server.catalog.lookup(GROUP, "v1", "things") is not None


def test_a_new_selectable_field_selects_what_was_stored_before():
    """The values that selectors ask for are computed anew."""
    server = Server()
    server.define(definition())
    server.create("v1", "things", thing(spec={"n": 7}))
    server.change(
        f"things.{GROUP}", lambda crd: crd["spec"]["versions"][0].update(selectableFields=[{"jsonPath": ".spec.n"}])
    )
    served = server.catalog.lookup(GROUP, "v1", "things")
    assert served is not None
    assert served.store is not None
    assert served.resource.selectable_fields == ("spec.n",)
    assert served.store.get("default", "a").fields == {"spec.n": "7"}
