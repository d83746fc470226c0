"""How Pods start, fail, start again and end, on a plane with tight limits."""

from __future__ import annotations

import json
import os
import signal
import time
import uuid

import pytest
from conftest import start
from contracts.node_processes import alive, identifier

LIMITS = "seconds=4,output=64Ki,memory=400Mi,file=1Mi"


@pytest.fixture(scope="module")
def tight(tmp_path_factory):
    """A plane whose Pods may take little."""
    child, running = start(tmp_path_factory.mktemp("tight"), "--no-rpc", "--pod-limits", LIMITS)
    yield running
    child.terminate()
    child.wait(10)


@pytest.fixture
def pods(tight):
    """Creates Pods in a namespace of the test's own, and waits for them."""
    return Pods(tight)


class Pods:
    def __init__(self, plane) -> None:
        self.plane = plane
        self.http = plane.client()
        self.namespace = f"t-{uuid.uuid4().hex[:8]}"
        self.made("/api/v1/namespaces", {"metadata": {"name": self.namespace}})
        self.path = f"/api/v1/namespaces/{self.namespace}"
        self.until(lambda: self.http.get(f"{self.path}/serviceaccounts/default").status_code == 200)

    def made(self, path: str, obj: dict) -> dict:
        answer = self.http.post(path, json=obj)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def create(self, name: str, *args: str, image: str = "busybox", spec: dict | None = None, **container) -> None:
        main = {"name": "c", "image": image, "args": list(args), **container}
        self.made(
            f"{self.path}/pods",
            {"metadata": {"name": name}, "spec": {"restartPolicy": "Never", "containers": [main], **(spec or {})}},
        )

    def get(self, name: str) -> dict:
        return self.http.get(f"{self.path}/pods/{name}").json()

    def state(self, name: str) -> dict:
        statuses = self.get(name)["status"].get("containerStatuses") or [{}]
        return statuses[0]

    def log(self, name: str, **query) -> str:
        return self.http.get(f"{self.path}/pods/{name}/log", params=query).text

    def until(self, true, seconds: float = 40.0):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = true()
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError("it did not come to that")

    def ended(self, name: str) -> dict:
        self.until(lambda: self.get(name)["status"]["phase"] in ("Succeeded", "Failed"))
        return self.state(name)["state"]["terminated"]


def test_limits_end_processes(pods):
    """Too much output and too long a life end a process, and its Pod says which it was."""
    pods.create("loud", "yes")
    pods.create("slow", "sleep", "60")
    loud = pods.ended("loud")
    assert (loud["exitCode"], loud["reason"]) == (137, "Error")
    assert loud["message"] == "it wrote more than the 65536 bytes that this node keeps of a process"
    assert len(pods.log("loud")) == 65536
    slow = pods.ended("slow")
    assert (slow["exitCode"], slow["message"]) == (137, "it ran for more than the 4 s that this node gives a process")
    assert pods.get("slow")["status"]["phase"] == "Failed"


def test_unknown_limits_are_usage_errors(tight):
    """A limit that there is none of is refused with those that there are."""
    done = tight.run("ma-emulator", "exec", "--pod-limits", "cpu=1", "--", "true", check=False)
    assert (done.returncode, done.stderr) == (
        3,
        "ma-emulator: unknown limit of Pods 'cpu': known are seconds, output, memory, file\n",
    )
    done = tight.run("ma-emulator", "exec", "--pod-limits", "memory=lots", "--", "true", check=False)
    assert (done.returncode, done.stderr) == (3, "ma-emulator: 'memory=lots' is no limit: write memory=64Mi\n")


def test_restarts_follow_the_policy(pods):
    """Always and OnFailure start a failed container again: once at once, then after longer and longer, which the clock can cut short."""
    pods.create("again", "false", spec={"restartPolicy": "Always"})
    pods.create("once", "true", spec={"restartPolicy": "OnFailure"})
    pods.ended("once")
    assert pods.state("once")["restartCount"] == 0
    waiting = pods.until(
        lambda: (
            pods.state("again").get("state", {}).get("waiting", {}).get("reason") == "CrashLoopBackOff"
            and pods.state("again")
        )
    )
    assert waiting["restartCount"] == 1
    assert waiting["state"]["waiting"]["message"].startswith("back-off 10s restarting failed container=c pod=again_")
    assert waiting["lastState"]["terminated"]["exitCode"] == 1
    assert pods.get("again")["status"]["phase"] == "Running"
    pods.plane.run("ma-emulator", "clock", "advance", "10s")
    pods.until(lambda: pods.state("again")["restartCount"] == 2)
    assert pods.log("again", previous="true") == ""
    shown = ("get", "pod", "again", "-n", pods.namespace, "--no-headers")
    assert pods.until(lambda: "CrashLoopBackOff" in pods.plane.kubectl(*shown))


def test_init_containers_come_first(pods):
    """They run one after the other; a failed one, with Never, is the end."""
    early = [{"name": name, "image": "busybox", "args": ["echo", name]} for name in ("one", "two")]
    pods.create("ready", "echo", "main", spec={"initContainers": early})
    pods.ended("ready")
    assert pods.log("ready", container="one") == "one\n"
    statuses = pods.get("ready")["status"]["initContainerStatuses"]
    assert [status["state"]["terminated"]["reason"] for status in statuses] == ["Completed", "Completed"]
    broken = [{"name": "one", "image": "busybox", "args": ["false"]}]
    pods.create("broken", "echo", "main", spec={"initContainers": broken})
    pods.until(lambda: pods.get("broken")["status"]["phase"] == "Failed")
    assert pods.state("broken")["state"] == {"waiting": {"reason": "PodInitializing"}}
    assert "is waiting to start: PodInitializing" in json.loads(pods.log("broken"))["message"]


def test_a_deadline_ends_a_pod(pods):
    """activeDeadlineSeconds counts by the plane's clock."""
    pods.create("late", "sleep", "600", spec={"activeDeadlineSeconds": 3600})
    pods.until(lambda: "running" in pods.state("late").get("state", {}))
    pods.plane.run("ma-emulator", "clock", "advance", "1h")
    pods.until(lambda: pods.get("late")["status"]["phase"] == "Failed")
    status = pods.get("late")["status"]
    assert status["reason"] == "DeadlineExceeded"
    assert status["message"] == "Pod was active on the node longer than the specified deadline"


def test_variables(pods):
    """Values, references to them, ConfigMaps, Secrets and fields; what is missing is said and waited for."""
    env = [
        {"name": "A", "value": "a"},
        {"name": "B", "value": "$(A)-$(NONE)-$$(A)"},
        {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "C", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "c"}}},
        {"name": "MAYBE", "valueFrom": {"secretKeyRef": {"name": "none", "key": "x", "optional": True}}},
    ]
    pods.create(
        "env",
        "echo",
        "$(B)",
        "$(POD)",
        "$(C)",
        "$(S_KEY)",
        "$(MAYBE)",
        env=env,
        envFrom=[{"prefix": "S_", "secretRef": {"name": "keys"}}],
    )
    waiting = pods.until(
        lambda: (
            (pods.state("env").get("state") or {}).get("waiting", {}).get("reason") == "CreateContainerConfigError"
            and pods.state("env")
        )
    )
    assert waiting["state"]["waiting"]["message"] == 'secret "keys" not found'
    pods.made(f"{pods.path}/secrets", {"metadata": {"name": "keys"}, "stringData": {"KEY": "s"}})
    pods.made(f"{pods.path}/configmaps", {"metadata": {"name": "settings"}, "data": {"c": "see"}})
    pods.plane.run("ma-emulator", "clock", "advance", "10s")
    pods.ended("env")
    assert pods.log("env") == "a-$(NONE)-$(A) env see s $(MAYBE)\n"


def test_logs_can_be_cut(pods):
    """The last lines, a number of bytes, with their instants, of one stream."""
    pods.create("lines", "cat", stdin=True, stdinOnce=True)
    pods.until(lambda: "running" in pods.state("lines").get("state", {}))
    pods.plane.run("kubectl", "attach", "-n", pods.namespace, "-i", "lines", input="one\ntwo\nthree")
    pods.ended("lines")
    assert pods.log("lines") == "one\ntwo\nthree"
    assert pods.log("lines", tailLines=2) == "two\nthree"
    assert pods.log("lines", limitBytes=5) == "one\nt"
    assert pods.log("lines", stream="Stderr") == ""
    assert pods.log("lines", sinceTime="2100-01-01T00:00:00Z") == ""
    stamped = pods.log("lines", timestamps="true").splitlines()
    assert [line.split(" ")[1] for line in stamped] == ["one", "two", "three"]
    assert len(stamped[0].split(" ")[0]) == len("2026-01-01T00:00:00.000000000Z")


def test_a_reset_ends_everything(pods):
    """After a reset no Pod is left, and the node is there to run others."""
    span = f"4715.{os.getpid()}"
    pods.create("gone", "sleep", span)
    pods.until(lambda: "running" in pods.state("gone").get("state", {}))
    pods.plane.run("ma-emulator", "reset")
    pods.until(lambda: not alive(span))
    assert pods.http.get("/api/v1/pods").json()["items"] == []
    assert pods.http.get("/api/v1/events").json()["items"] == []
    assert [node["metadata"]["name"] for node in pods.http.get("/api/v1/nodes").json()["items"]] == [
        "michelangelo-node"
    ]
    fresh = Pods(pods.plane)
    fresh.create("next", "echo", "still here")
    fresh.ended("next")
    assert fresh.log("next") == "still here\n"


def test_a_snapshot_brings_no_process_back(pods, tmp_path):
    """A Pod that ran when the snapshot was taken has lost its process, and says so."""
    pods.create("lost", "sleep", "600")
    pods.until(lambda: "running" in pods.state("lost").get("state", {}))
    pods.plane.run("ma-emulator", "snapshot", "save", str(tmp_path / "plane.zip"))
    pods.plane.run("ma-emulator", "reset")
    pods.plane.run("ma-emulator", "snapshot", "load", str(tmp_path / "plane.zip"))
    ended = pods.ended("lost")
    assert (ended["exitCode"], ended["reason"]) == (137, "ContainerStatusUnknown")


def test_what_fits_nowhere_waits(pods):
    """A Pod that wants another node, or comes while none takes Pods, stays Pending with the scheduler's reason until that changes."""

    def reason(name: str) -> str:
        conditions = pods.get(name)["status"].get("conditions") or [{}]
        return conditions[0].get("message", "") if conditions[0].get("status") == "False" else ""

    pods.create("picky", "true", spec={"nodeSelector": {"disk": "fast"}})
    assert "1 node(s) didn't match Pod's node affinity/selector." in pods.until(lambda: reason("picky"))
    assert pods.get("picky")["status"]["conditions"][0]["reason"] == "Unschedulable"
    pods.plane.kubectl("label", "node", "michelangelo-node", "disk=fast")
    pods.plane.run("ma-emulator", "clock", "advance", "5s")
    pods.ended("picky")
    pods.plane.kubectl("cordon", "michelangelo-node")
    pods.create("later", "true")
    assert "1 node(s) were unschedulable." in pods.until(lambda: reason("later"))
    pods.plane.kubectl("uncordon", "michelangelo-node")
    pods.plane.run("ma-emulator", "clock", "advance", "5s")
    pods.ended("later")


def test_a_deletion_takes_its_time(pods):
    """A process has its grace to end; the Pod is there until it has, whatever is written to it meanwhile; force makes it short."""
    pods.create("stubborn", "cat", "-", "4714", stdin=True, tty=True, spec={"terminationGracePeriodSeconds": 600})
    pods.until(lambda: "running" in pods.state("stubborn").get("state", {}))
    pods.until(lambda: alive("4714"))
    os.kill(identifier("4714"), signal.SIGSTOP)  # so that it does not end when it is asked to
    path = f"{pods.path}/pods/stubborn"
    assert pods.http.delete(path).json()["metadata"]["deletionGracePeriodSeconds"] == 600
    patch = {"metadata": {"labels": {"seen": "true"}}}
    headers = {"Content-Type": "application/merge-patch+json"}
    assert pods.http.patch(path, json=patch, headers=headers).status_code == 200
    events = pods.until(
        lambda: [e["reason"] for e in pods.http.get(f"{pods.path}/events").json()["items"] if e["reason"] == "Killing"]
    )
    assert events == ["Killing"]
    assert pods.http.get(path).status_code == 200
    pods.plane.kubectl("delete", "pod", "stubborn", "-n", pods.namespace, "--force", "--grace-period=0")
    pods.until(lambda: not alive("4714"))


def test_a_plane_that_is_killed_leaves_no_process(tmp_path):
    """However a plane ends, what its Pods run ends with it."""
    child, running = start(tmp_path, "--no-rpc")
    pods = Pods(running)
    span = f"4713.{os.getpid()}"  # nobody else's
    pods.create("left", "sleep", span)
    pods.until(lambda: "running" in pods.state("left").get("state", {}))
    pods.until(lambda: alive(span))
    child.kill()
    child.wait(10)
    pods.until(lambda: not alive(span))
