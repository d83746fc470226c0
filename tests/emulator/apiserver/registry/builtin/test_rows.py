"""The rows of built-in resources, and that whatever is written to them is stored or refused."""

from contracts.builtin_shelf import Shelf
from contracts.openapi_objects import objects
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.registry.builtin.kinds import builtin_kinds
from emulator.apiserver.registry.builtin.rows import GROUPS, RESOURCES
from emulator.apiserver.schema.kubernetes import names_by_kind

STORED = [resource for resource in RESOURCES if "create" in resource.verbs and "get" in resource.verbs]
STORED = [resource for resource in STORED if resource.kind != "CustomResourceDefinition"]


def test_every_row_has_a_schema() -> None:
    """Every row's kind, and every kind that a subresource takes for itself, is a published definition."""
    streams = {"PodAttachOptions", "PodExecOptions", "PodPortForwardOptions"}
    for resource in RESOURCES:
        assert resource.gvk in names_by_kind(), resource.gvk
        for subresource in resource.subresources:
            kind = subresource.kind
            assert kind is None or kind in names_by_kind() or kind.kind in streams, kind


def test_rows_are_sorted_as_discovery_sorts_them() -> None:
    """Within a group version resources are in the order of their names, subresources too; nothing is there twice."""
    rows: dict[str, list[str]] = {}
    for resource in RESOURCES:
        rows.setdefault(resource.api_version, []).append(resource.plural)
        names = [subresource.name for subresource in resource.subresources]
        assert names == sorted(names)
    for names in rows.values():
        assert names == sorted(set(names))
    assert "" in GROUPS and "apps" in GROUPS and "example.com" not in GROUPS


def test_every_subresource_has_a_strategy() -> None:
    """Whoever writes through a subresource finds rules for it."""
    for kind in builtin_kinds():
        for subresource in kind.resource.subresources:
            assert kind.strategy_of(subresource.name) is not None


def test_columns_fit_their_cells() -> None:
    """Every kind's row has as many cells as columns, even for an object without content."""
    shelf = Shelf()
    for kind in builtin_kinds():
        if "get" in kind.resource.verbs:
            blank = kind.shape.blank()  # type: ignore[attr-defined]
            cells = kind.cells(blank, shelf.backing.clock.now())
            assert len(cells) == len(kind.resource.columns), kind.resource.kind


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(STORED), st.data())
def test_what_is_written_is_stored_or_refused(resource, data) -> None:  # type: ignore[no-untyped-def]
    """Whatever well-typed object is created: it is stored and can be read, shown and replaced, or refused with reasons."""
    shelf = Shelf()
    obj = data.draw(objects(names_by_kind()[resource.gvk]))
    obj |= {"apiVersion": resource.api_version, "kind": resource.kind}
    obj["metadata"] = {**(obj.get("metadata") or {}), "name": "a"}
    try:
        created = shelf.create(obj)
    except StatusError as error:
        if error.code != 422 or not (error.details or {}).get("causes"):
            raise
        return
    kind = shelf.kind(obj)
    assert len(kind.cells(created, shelf.backing.clock.now())) == len(kind.resource.columns)
    again = shelf.update(created)
    assert again["metadata"]["resourceVersion"] == created["metadata"]["resourceVersion"]
