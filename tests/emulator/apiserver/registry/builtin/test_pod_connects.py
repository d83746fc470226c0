"""Bindings and evictions."""

from typing import Any

import pytest
from contracts.builtin_shelf import Shelf, pod_template

from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin.pod_connects import PodConnects


class Cluster(Shelf):
    def __init__(self) -> None:
        super().__init__()
        self.connects = PodConnects(self.stores["pods"], self.stores["poddisruptionbudgets"])
        self.pod = self.create(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                **pod_template(app="a"),
                "metadata": {"name": "p", "labels": {"app": "a"}},
            }
        )

    def current(self) -> Object:
        return self.stores["pods"].decode(self.stores["pods"].get("ns", "p"))

    def bind(self, **meta: Any) -> Object:
        body = {"metadata": meta, "target": {"kind": "Node", "name": "n"}}
        return self.connects.bind(self.context(self.kind(self.pod), "p", "binding"), body)

    def evict(self, **options: Any) -> Object:
        return self.connects.evict(self.context(self.kind(self.pod), "p", "eviction"), {"deleteOptions": options})

    def run(self) -> None:
        self.bind()
        self.change(self.current(), "status", status={"phase": "Running"})

    def budget(self, name: str, **status: Any) -> None:
        spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": "a"}}}
        made = self.create(
            {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name}, "spec": spec}
        )
        self.change(
            made, "status", status={"observedGeneration": 1, "currentHealthy": 1, "desiredHealthy": 1, **status}
        )

    def gone(self) -> bool:
        found = self.stores["pods"].find("ns", "p")
        return found is None or bool(self.current()["metadata"].get("deletionTimestamp"))


def test_a_binding_puts_a_pod_onto_a_node() -> None:
    """A bound pod is on its node and scheduled; nobody binds it again."""
    cluster = Cluster()
    assert cluster.bind(annotations={"x": "y"})["status"] == "Success"
    pod = cluster.current()
    assert (pod["spec"]["nodeName"], pod["metadata"]["annotations"]) == ("n", {"x": "y"})
    assert pod["status"]["conditions"][0]["type"] == "PodScheduled"
    with pytest.raises(StatusError) as caught:
        cluster.bind()
    assert (caught.value.code, caught.value.details) == (409, {"name": "p", "kind": "pods/binding"})


def test_what_does_not_run_is_evicted() -> None:
    """No budget protects a pod that does not run."""
    cluster = Cluster()
    cluster.budget("b", disruptionsAllowed=0)
    assert cluster.evict()["code"] == 201 and cluster.gone()


def test_a_budget_protects_its_pods() -> None:
    """A running pod stays as long as its budget allows no disruption."""
    cluster = Cluster()
    cluster.run()
    cluster.budget("b", disruptionsAllowed=0)
    with pytest.raises(StatusError) as caught:
        cluster.evict()
    assert (caught.value.code, caught.value.headers) == (429, {"Retry-After": "10"})
    assert caught.value.details is not None
    assert (
        caught.value.details["causes"][0]["message"]
        == "The disruption budget b needs 1 healthy pods and has 1 currently"
    )
    assert not cluster.gone()


def test_an_eviction_spends_a_disruption() -> None:
    """Each eviction takes one disruption from the budget."""
    cluster = Cluster()
    cluster.run()
    cluster.budget("b", disruptionsAllowed=1)
    cluster.evict()
    store = cluster.stores["poddisruptionbudgets"]
    status = store.decode(store.get("ns", "b"))["status"]
    assert status["disruptionsAllowed"] == 0 and "p" in status["disruptedPods"]
    assert cluster.gone()


def test_a_budget_nobody_has_looked_at_protects_too() -> None:
    """Until its controller has counted, a budget allows nothing; two budgets are one too many."""
    cluster = Cluster()
    cluster.run()
    cluster.budget("b", disruptionsAllowed=1, observedGeneration=0)
    with pytest.raises(StatusError) as caught:
        cluster.evict()
    assert caught.value.code == 429
    cluster.budget("c", disruptionsAllowed=1)
    with pytest.raises(StatusError) as caught:
        cluster.evict()
    assert caught.value.code == 500
    assert not cluster.gone()
