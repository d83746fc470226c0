"""A Pod's PriorityClass becomes a number."""

from __future__ import annotations

import pytest
from contracts.front_door import FrontDoor, message

PODS = "/api/v1/namespaces/default/pods"
CLASSES = "/apis/scheduling.k8s.io/v1/priorityclasses"


@pytest.fixture
def door():
    door = FrontDoor()
    yield door
    door.close()


def pod(door, **spec):
    body = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}], **spec}}
    return door.ask("POST", PODS, body)


def chosen(answer) -> tuple:
    spec = answer.json()["spec"]
    return spec.get("priorityClassName"), spec["priority"], spec["preemptionPolicy"]


def test_without_a_class_it_is_zero(door):
    """A cluster without a default class gives 0."""
    assert chosen(pod(door)) == (None, 0, "PreemptLowerPriority")


def test_the_class_decides(door):
    """Value and preemption policy are the class's; the system's classes are there from the start."""
    door.make(CLASSES, {"metadata": {"name": "high"}, "value": 1000, "preemptionPolicy": "Never"})
    assert chosen(pod(door, priorityClassName="high")) == ("high", 1000, "Never")
    door.ask("DELETE", f"{PODS}/p?gracePeriodSeconds=0")
    wanted = ("system-node-critical", 2_000_001_000, "PreemptLowerPriority")
    assert chosen(pod(door, priorityClassName="system-node-critical")) == wanted


def test_the_clusters_default(door):
    """A class with globalDefault is everybody's who names none."""
    door.make(CLASSES, {"metadata": {"name": "usual"}, "value": 7, "globalDefault": True})
    assert chosen(pod(door)) == ("usual", 7, "PreemptLowerPriority")


def test_what_is_refused(door):
    """A class that is not there, and a number of one's own."""
    assert message(pod(door, priorityClassName="nosuch"), 403) == (
        'pods "p" is forbidden: no PriorityClass with name nosuch was found'
    )
    assert message(pod(door, priority=5), 403) == (
        'pods "p" is forbidden: the integer value of priority (5) must not be provided in pod spec; '
        "priority admission controller computed 0 from the given PriorityClass name"
    )
