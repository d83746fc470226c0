"""Taking out and putting back everything that a server stores."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.apiserver import contents
from emulator.apiserver.assembly import Assembly
from emulator.apiserver.authn.certificates import Authority
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.seams import Seams

NAMESPACES = ("default", "one", "two")
NAMES = ("a", "b", "c")


@pytest.fixture(scope="module")
def authority():
    return Authority.create()


@pytest.fixture(scope="module")
def assembly(authority):
    return Assembly(Seams(), authority, {})


def crd(name: str, fields: tuple[str, ...]) -> dict:
    schema = {"type": "object", "properties": {field: {"type": "string"} for field in fields}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"plural": name, "singular": name, "kind": name.title(), "listKind": f"{name.title()}List"}
    spec = {"group": "x.io", "names": names, "scope": "Namespaced", "versions": [version]}
    spec["conversion"] = {"strategy": "None"}
    meta = {"name": f"{name}.x.io"}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": meta, "spec": spec}


def context(store, namespace: str, name: str) -> Context:
    return Context(store.kind.resource, namespace, SYSTEM, "2026-01-01T00:00:00Z", name=name)


def write(assembly, sort: str, namespace: str, name: str, value: str) -> None:
    """Create an object, change it, or replace it by another of the same name."""
    meta = {"name": name, "namespace": namespace}
    if sort == "namespace":
        store, obj = assembly.namespaces, {"metadata": {"name": namespace, "labels": {"v": value}}}
        name, namespace = namespace, ""
        obj |= {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}
    elif sort == "definition":
        store, obj, namespace = assembly.definitions, crd(f"things{name}", (value,)), ""
        name = obj["metadata"]["name"]
    else:
        store = assembly.store("", "v1", "configmaps")
        obj = {"metadata": meta, "data": {"v": value}}
    obj = {"apiVersion": "v1", "kind": store.kind.resource.kind} | obj
    present = store.find(namespace, name)
    if present is not None:
        old = store.decode(present)["metadata"]
        obj["metadata"] |= {"uid": old["uid"], "creationTimestamp": old["creationTimestamp"]}
    store.write(obj)


def remove(assembly, sort: str, namespace: str, name: str, value: str) -> None:
    stores = {"namespace": assembly.namespaces, "definition": assembly.definitions}
    store = stores.get(sort, assembly.store("", "v1", "configmaps"))
    where = {"namespace": ("", namespace), "definition": ("", f"things{name}.x.io")}.get(sort, (namespace, name))
    stored = store.find(*where)
    if stored is not None:
        store.remove(context(store, *where), store.kind, stored)


def state(assembly) -> dict:
    """Everything that is stored, but for resourceVersions and what is this server's own."""
    shown = {}
    for entry in contents.take(assembly):
        obj = json.loads(entry.data)
        del obj["metadata"]["resourceVersion"]
        if obj["metadata"]["name"] != "kube-root-ca.crt":
            shown[entry.resource, obj["metadata"].get("namespace"), obj["metadata"]["name"]] = obj
    return shown


async def carried_out(assembly, steps) -> None:
    """Steps on a running loop, as a server's are: its controllers act after each."""
    for do, *words in steps:
        do(assembly, *words)
        for _ in range(5):
            await asyncio.sleep(0)


steps = st.lists(
    st.tuples(
        st.sampled_from([write, write, remove]),
        st.sampled_from(["configmap", "configmap", "namespace", "definition"]),
        st.sampled_from(NAMESPACES),
        st.sampled_from(NAMES),
        st.sampled_from(["x", "y"]),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(steps, steps)
def test_what_was_taken_is_put_back(assembly, before, after):
    """Whatever was written and removed meanwhile, afterwards the server holds what was taken out, and serves it."""
    asyncio.run(carried_out(assembly, before))
    taken, wanted = contents.take(assembly), state(assembly)
    served = {(kind.resource.group, kind.resource.plural) for kind in assembly.catalog}
    asyncio.run(carried_out(assembly, after))
    contents.check(assembly, taken)
    asyncio.run(carried_out(assembly, [(contents.put, taken)]))
    got = state(assembly)
    for kept in (got, wanted):
        for key, obj in kept.items():
            if key[0].startswith("customresourcedefinitions"):  # one that is there stays the object that it is
                obj["metadata"] = {"name": obj["metadata"]["name"]}
    assert got == wanted
    assert {(kind.resource.group, kind.resource.plural) for kind in assembly.catalog} == served


def test_putting_back_what_is_there_writes_nothing(assembly):
    """The same objects again are no write: nobody who watches is told anything."""
    revision = assembly.storage.revision
    assert contents.put(assembly, contents.take(assembly)) == (0, 0)
    assert assembly.storage.revision == revision


def test_objects_without_a_definition_are_refused(assembly):
    """An object of a kind that nobody defines is said before anything is changed."""
    stray = contents.Entry.of("strays.x.io", {"metadata": {"name": "a", "namespace": "default"}})
    with pytest.raises(ValueError, match=r"strays\.x\.io, which has no definition"):
        contents.check(assembly, [*contents.take(assembly), stray])


def test_another_server_takes_it_over(assembly, authority):
    """Another server holds the same objects under the same uids, and its own CA."""
    write(assembly, "configmap", "default", "a", "x")
    other = Assembly(Seams(), Authority.create(), {})
    contents.put(other, contents.take(assembly))
    mine, theirs = state(assembly), state(other)
    assert theirs["configmaps", "default", "a"] == mine["configmaps", "default", "a"]
    assert set(theirs) == set(mine)
    own = json.loads(other.store("", "v1", "configmaps").get("default", "kube-root-ca.crt").data)["data"]["ca.crt"]
    assert own == other.authority.certificate_pem.decode() != authority.certificate_pem.decode()
