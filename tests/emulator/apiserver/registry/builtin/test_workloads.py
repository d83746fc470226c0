"""Workloads: defaults, generations, selectors, and what may change."""

from typing import Any

import pytest
from contracts.builtin_shelf import Shelf, pod_template, refusal

from emulator.apiserver.apimachinery.objects import Object, copy


def deployment(**spec: Any) -> Object:
    base = {"selector": {"matchLabels": {"app": "a"}}, "template": pod_template(app="a")}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {**base, **spec}}


def of_kind(kind: str, api_version: str = "apps/v1", **spec: Any) -> Object:
    return {**deployment(**spec), "apiVersion": api_version, "kind": kind}


def test_defaults_of_a_deployment() -> None:
    """A Deployment comes back with everything that it did not say."""
    spec = Shelf().create(deployment())["spec"]
    assert (spec["replicas"], spec["revisionHistoryLimit"], spec["progressDeadlineSeconds"]) == (1, 10, 600)
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}
    pod = spec["template"]["spec"]
    assert (pod["restartPolicy"], pod["dnsPolicy"], pod["schedulerName"]) == (
        "Always",
        "ClusterFirst",
        "default-scheduler",
    )
    assert pod["containers"][0]["imagePullPolicy"] == "IfNotPresent"
    assert "enableServiceLinks" not in pod, "only pods themselves get it"


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("nginx", "Always"),
        ("nginx:latest", "Always"),
        ("host:5000/nginx", "Always"),
        ("nginx:1", "IfNotPresent"),
        ("a@sha256:b", "IfNotPresent"),
    ],
)
def test_pull_policy_follows_the_tag(image: str, policy: str) -> None:
    """An image without a fixed tag is pulled every time."""
    obj = deployment()
    obj["spec"]["template"]["spec"]["containers"][0]["image"] = image
    assert Shelf().create(obj)["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] == policy


def test_generation_follows_the_spec() -> None:
    """A changed spec is a new generation; labels and status are not."""
    shelf = Shelf()
    made = shelf.create(deployment())
    assert made["metadata"]["generation"] == 1 and made["status"] == {}
    labelled = shelf.change(made, metadata__labels={"a": "b"})
    assert labelled["metadata"]["generation"] == 1
    scaled = shelf.change(labelled, spec__replicas=3)
    assert scaled["metadata"]["generation"] == 2
    reported = shelf.change(scaled, "status", status={"replicas": 3}, spec__replicas=9)
    assert (reported["metadata"]["generation"], reported["spec"]["replicas"], reported["status"]) == (
        2,
        3,
        {"replicas": 3},
    )
    assert shelf.change(reported, status={})["status"] == {"replicas": 3}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"replicas": -1}, "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
        ({"selector": None}, "spec.selector: Required value"),
        ({"selector": {}}, "spec.selector: Invalid value: {}: empty selector is invalid for deployment"),
        ({"selector": {"matchLabels": {"app": "b"}}}, 'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`'),
        ({"strategy": {"type": "Maybe"}}, 'spec.strategy.type: Unsupported value: "Maybe": supported values: "Recreate", "RollingUpdate"'),
        ({"strategy": {"type": "Recreate", "rollingUpdate": {}}}, "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"),
        ({"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}}, "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0"),
        ({"minReadySeconds": 600}, "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds"),
    ],
)  # fmt: skip
def test_refused_deployments(change: Object, why: str) -> None:
    """A Deployment that makes no sense is refused with the reason."""
    assert refusal(Shelf().create, deployment(**change)) == [why]


def test_the_selector_stays() -> None:
    """A Deployment keeps the pods that it has."""
    shelf = Shelf()
    made = shelf.create(deployment())
    changed = copy(made)
    changed["spec"]["selector"]["matchLabels"]["b"] = "c"
    changed["spec"]["template"]["metadata"]["labels"]["b"] = "c"
    why = 'spec.selector: Invalid value: {"matchLabels":{"app":"a","b":"c"}}: field is immutable'
    assert refusal(shelf.update, changed) == [why]


def test_pods_of_workloads_restart() -> None:
    """Only Jobs run pods that end."""
    obj = deployment()
    obj["spec"]["template"]["spec"]["restartPolicy"] = "Never"
    why = 'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'
    assert refusal(Shelf().create, obj) == [why]


@pytest.mark.parametrize(
    ("container", "why"),
    [
        ({"name": "", "image": "i"}, "name: Required value"),
        ({"name": "c"}, "image: Required value"),
        ({"name": "c", "image": "i", "ports": [{"containerPort": 0}]}, "ports[0].containerPort: Required value"),
        ({"name": "c", "image": "i", "ports": [{"containerPort": 70000}]}, "ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive"),
        ({"name": "c", "image": "i", "volumeMounts": [{"name": "v", "mountPath": "/v"}]}, 'volumeMounts[0].name: Not found: "v"'),
        ({"name": "c", "image": "i", "env": [{"name": "a=b"}]}, "env[0].name: Invalid value: \"a=b\": a valid environment variable name must consist only of printable ASCII characters other than '='"),
        ({"name": "c", "image": "i", "imagePullPolicy": "Often"}, 'imagePullPolicy: Unsupported value: "Often": supported values: "Always", "IfNotPresent", "Never"'),
        ({"name": "c", "image": "i", "resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}}, 'resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'),
        ({"name": "c", "image": "i", "livenessProbe": {}}, "livenessProbe: Required value: must specify a handler type"),
    ],
)  # fmt: skip
def test_refused_containers(container: Object, why: str) -> None:
    """What is wrong with a container is said with its place."""
    obj = deployment()
    obj["spec"]["template"]["spec"]["containers"] = [container]
    assert refusal(Shelf().create, obj) == [f"spec.template.spec.containers[0].{why}"]


def test_containers_are_required_and_have_names_of_their_own() -> None:
    """A pod has containers, and no two of one name."""
    obj = deployment()
    obj["spec"]["template"]["spec"]["containers"] = []
    assert refusal(Shelf().create, obj) == ["spec.template.spec.containers: Required value"]
    obj["spec"]["template"]["spec"]["containers"] = [{"name": "c", "image": "i"}] * 2
    assert refusal(Shelf().create, obj) == ['spec.template.spec.containers[1].name: Duplicate value: "c"']


def test_volumes() -> None:
    """A volume without a source is empty; one with two is refused."""
    obj = deployment()
    pod = obj["spec"]["template"]["spec"]
    pod["volumes"] = [{"name": "v"}, {"name": "s", "secret": {"secretName": "x"}}]
    volumes = Shelf().create(obj)["spec"]["template"]["spec"]["volumes"]
    assert volumes == [{"name": "v", "emptyDir": {}}, {"name": "s", "secret": {"secretName": "x", "defaultMode": 420}}]
    pod["volumes"] = [{"name": "v", "emptyDir": {}, "secret": {"secretName": "x"}}]
    why = "spec.template.spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type"
    assert refusal(Shelf().create, obj) == [why]


def test_stateful_sets() -> None:
    """A StatefulSet's claims are claims; most of its spec is settled once it is made."""
    shelf = Shelf()
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    made = shelf.create(of_kind("StatefulSet", serviceName="s", volumeClaimTemplates=[claim]))
    assert made["spec"]["updateStrategy"] == {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}
    assert made["spec"]["podManagementPolicy"] == "OrderedReady"
    template = made["spec"]["volumeClaimTemplates"][0]
    assert (template["kind"], template["spec"]["volumeMode"], template["status"]) == (
        "PersistentVolumeClaim",
        "Filesystem",
        {"phase": "Pending"},
    )
    made = shelf.change(made, spec__replicas=3)
    assert made["spec"]["replicas"] == 3
    errors = refusal(shelf.change, made, spec__serviceName="other")
    assert errors[0].startswith("spec: Forbidden: updates to statefulset spec for fields other than 'replicas'")


def test_daemon_sets() -> None:
    """A DaemonSet replaces one pod at a time."""
    made = Shelf().create(of_kind("DaemonSet"))
    assert made["spec"]["updateStrategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1},
    }


def test_replication_controllers_take_their_labels_from_the_template() -> None:
    """A ReplicationController's selector and labels are its template's."""
    shelf = Shelf()
    obj = of_kind("ReplicationController", "v1")
    del obj["spec"]["selector"]
    made = shelf.create(obj)
    assert made["spec"]["selector"] == {"app": "a"} == made["metadata"]["labels"]
    assert shelf.kind(obj).strategy.default_orphans


def job(**spec: Any) -> Object:
    template = pod_template()
    template["spec"]["restartPolicy"] = "Never"
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}, "spec": {"template": template, **spec}}


def test_jobs_find_their_pods_by_uid() -> None:
    """A Job's selector and its pods' labels carry its uid."""
    made = Shelf().create(job())
    uid = made["metadata"]["uid"]
    assert made["spec"]["selector"] == {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}
    assert made["spec"]["template"]["metadata"]["labels"] == {
        "batch.kubernetes.io/controller-uid": uid,
        "batch.kubernetes.io/job-name": "j",
        "controller-uid": uid,
        "job-name": "j",
    }
    spec = made["spec"]
    assert (spec["completions"], spec["parallelism"], spec["backoffLimit"], spec["suspend"]) == (1, 1, 6, False)


def test_jobs_end() -> None:
    """A Job's pods do not restart for ever."""
    obj = job()
    obj["spec"]["template"]["spec"]["restartPolicy"] = "Always"
    why = 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'
    assert refusal(Shelf().create, obj) == [why]


def test_jobs_are_settled() -> None:
    """How much a Job does is settled once it is made, and its template once it has begun."""
    shelf = Shelf()
    made = shelf.create(job())
    assert refusal(shelf.change, made, spec__completions=5) == [
        "spec.completions: Invalid value: 5: field is immutable"
    ]
    changed = copy(made)
    changed["spec"]["template"]["spec"]["containers"][0]["image"] = "other"
    assert refusal(shelf.update, changed)[0].startswith("spec.template: Invalid value: ")
    assert shelf.change(made, spec__parallelism=4)["spec"]["parallelism"] == 4


@pytest.mark.parametrize(
    "schedule", ["*/5 * * * *", "@hourly", "0 0 1,15 JAN mon-fri", "TZ=UTC 0 * * * *", "@every 1h"]
)
def test_schedules(schedule: str) -> None:
    """A CronJob has a schedule in cron's words."""
    spec = {"schedule": schedule, "jobTemplate": {"spec": job()["spec"]}}
    made = Shelf().create({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "c"}, "spec": spec})
    assert (made["spec"]["concurrencyPolicy"], made["spec"]["suspend"]) == ("Allow", False)


@pytest.mark.parametrize(
    "schedule", ["", "every day", "* * *", "@sometimes", "x * * * *", "61 * * * *", "5-1 * * * *", "*/0 1-2-3 * * *"]
)
def test_wrong_schedules(schedule: str) -> None:
    """What cron would not read is refused."""
    spec = {"schedule": schedule, "jobTemplate": {"spec": job()["spec"]}}
    obj = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "c"}, "spec": spec}
    assert refusal(Shelf().create, obj)[0].startswith("spec.schedule: ")


def autoscaler(api_version: str, **spec: Any) -> Object:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}
    base = {"scaleTargetRef": target, "maxReplicas": 3, **spec}
    return {"apiVersion": api_version, "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}, "spec": base}


def test_an_autoscaler_is_one_object_in_two_versions() -> None:
    """What is written in the older version is read in the newer one, and back."""
    shelf = Shelf()
    made = shelf.create(autoscaler("autoscaling/v1", targetCPUUtilizationPercentage=70))
    assert made["spec"]["targetCPUUtilizationPercentage"] == 70
    store, new = shelf.stores["horizontalpodautoscalers"], shelf.kinds["autoscaling/v2", "HorizontalPodAutoscaler"]
    metric = store.decode(store.get("ns", "h"), new)["spec"]["metrics"][0]["resource"]
    assert metric == {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}


def test_autoscalers_have_bounds() -> None:
    """An autoscaler scales up to something, and not below it."""
    errors = refusal(Shelf().create, autoscaler("autoscaling/v2", minReplicas=5))
    assert errors == ["spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`"]
