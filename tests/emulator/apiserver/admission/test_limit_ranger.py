"""LimitRanges complete and bound what containers ask for."""

from __future__ import annotations

import pytest
from contracts.front_door import FrontDoor, message

CORE = "/api/v1/namespaces/default"
LIMIT = {
    "type": "Container",
    "min": {"cpu": "50m"},
    "max": {"cpu": "1", "memory": "1Gi"},
    "default": {"cpu": "500m", "memory": "512Mi"},
    "defaultRequest": {"cpu": "100m", "memory": "128Mi"},
}


@pytest.fixture
def door():
    door = FrontDoor()
    door.make(f"{CORE}/limitranges", {"metadata": {"name": "l"}, "spec": {"limits": [LIMIT]}})
    yield door
    door.close()


def pod(door, resources: dict | None = None):
    container = {"name": "c", "image": "i", **({"resources": resources} if resources else {})}
    return door.ask("POST", f"{CORE}/pods", {"metadata": {"name": "p"}, "spec": {"containers": [container]}})


def test_what_is_left_out_is_filled_in(door):
    """A container without resources gets the defaults, and the Pod says so."""
    made = pod(door).json()
    assert made["spec"]["containers"][0]["resources"] == {
        "requests": {"cpu": "100m", "memory": "128Mi"},
        "limits": {"cpu": "500m", "memory": "512Mi"},
    }
    assert made["metadata"]["annotations"]["kubernetes.io/limit-ranger"] == (
        "LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c"
    )


def test_what_is_said_stays(door):
    """What a container says itself is kept."""
    resources = pod(door, {"requests": {"cpu": "200m"}, "limits": {"cpu": "300m"}}).json()["spec"]["containers"][0][
        "resources"
    ]
    assert (resources["requests"]["cpu"], resources["limits"]["cpu"]) == ("200m", "300m")


@pytest.mark.parametrize(
    ("resources", "text"),
    [
        (
            {"requests": {"cpu": "10m"}, "limits": {"cpu": "60m"}},
            "minimum cpu usage per Container is 50m, but request is 10m",
        ),
        (
            {"requests": {"cpu": "100m"}, "limits": {"cpu": "2"}},
            "maximum cpu usage per Container is 1, but limit is 2",
        ),
        (
            {"requests": {"cpu": "100m", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "2Gi"}},
            "[maximum cpu usage per Container is 1, but limit is 2, "
            "maximum memory usage per Container is 1Gi, but limit is 2Gi]",
        ),
    ],
)
def test_bounds(door, resources, text):
    """Beyond the bounds a Pod is 403, with everything that is wrong."""
    assert message(pod(door, resources), 403) == f'pods "p" is forbidden: {text}'


def test_whole_pods_and_ratios(door):
    """Limits of type Pod look at all containers together; a limit may be so many times its request."""
    limits = [{"type": "Pod", "max": {"cpu": "700m"}, "maxLimitRequestRatio": {"cpu": "2"}}]
    door.make(f"{CORE}/limitranges", {"metadata": {"name": "m"}, "spec": {"limits": limits}})
    text = (
        "[maximum cpu usage per Pod is 700m, but limit is 800m, "
        "cpu max limit to request ratio per Pod is 2, but provided ratio is 4.000000]"
    )
    assert message(pod(door, {"requests": {"cpu": "200m"}, "limits": {"cpu": "800m"}}), 403) == (
        f'pods "p" is forbidden: {text}'
    )
    assert pod(door, {"requests": {"cpu": "350m"}, "limits": {"cpu": "700m"}}).status_code == 201


def test_claims(door):
    """Limits of type PersistentVolumeClaim bound what claims request."""
    limits = [{"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}, "max": {"storage": "2Gi"}}]
    door.make(f"{CORE}/limitranges", {"metadata": {"name": "m"}, "spec": {"limits": limits}})

    def claim(size: str):
        spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
        return door.ask("POST", f"{CORE}/persistentvolumeclaims", {"metadata": {"name": "c"}, "spec": spec})

    text = "maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi"
    assert message(claim("3Gi"), 403) == f'persistentvolumeclaims "c" is forbidden: {text}'
    text = "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi"
    assert message(claim("1Mi"), 403) == f'persistentvolumeclaims "c" is forbidden: {text}'
    assert claim("2Gi").status_code == 201
