"""``--api envtest``: the plane on an etcd and a kube-apiserver that are processes, here stand-ins as bare and as strict as they are."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from contracts import bare_flags, bare_programs

from emulator.cli import main

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.xdist_group("envtest")  # one worker, one plane


def until(what, seconds: float = 20.0):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)
    return found


def processes(needle: str) -> list[int]:
    """Of this machine, those whose command line names something."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if needle in line and "ps -ww" not in line]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "emulator", *words],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


def test_a_model_is_registered_and_served(envtest_plane, tmp_path):
    """Definitions, registration, controllers and the emulated Triton are as on the in-memory server."""
    (tmp_path / "weights.bin").write_bytes(b"w")
    envtest_plane.kubectl("create", "namespace", "served")
    envtest_plane.run(sys.executable, "-m", "emulator", "register", "m", "-n", "served", "--artifact", str(tmp_path))
    server = {
        "apiVersion": "michelangelo.api/v2",
        "kind": "InferenceServer",
        "metadata": {"name": "s", "namespace": "served"},
        "spec": {"backendType": "BACKEND_TYPE_TRITON", "initSpec": {"numInstances": 1}},
    }
    envtest_plane.kubectl("apply", "-f", "-", input=json.dumps(server))
    deployment = {
        "apiVersion": "michelangelo.api/v2",
        "kind": "Deployment",
        "metadata": {"name": "d", "namespace": "served"},
        "spec": {"desiredRevision": {"name": "m", "namespace": "served"}, "inferenceServer": {"name": "s", "namespace": "served"}},
    }  # fmt: skip
    envtest_plane.kubectl("apply", "-f", "-", input=json.dumps(deployment))
    state = ("get", "inferenceserver.michelangelo.api", "s", "-n", "served", "-o", "jsonpath={.status.state}")
    until(lambda: envtest_plane.kubectl(*state) == "INFERENCE_SERVER_STATE_SERVING", 60)


def test_contexts_and_tokens(envtest_plane):
    """A token each for admin and reader, a client certificate for admin, and the rows of --token-auth-file."""

    def who(*flags: str) -> dict:
        told = envtest_plane.kubectl("auth", "whoami", "-o", "json", *flags)
        return json.loads(told)["status"]["userInfo"]

    assert envtest_plane.doors["contexts"] == ["admin", "reader", "admin-certificate"]
    assert who("--context=admin")["username"] == who("--context=admin-certificate")["username"] == "admin"
    assert "system:masters" in who("--context=admin-certificate")["groups"]
    assert who("--context=reader")["username"] == "reader"
    assert "Forbidden" in envtest_plane.kubectl("--context=reader", "get", "models", "-A", check=False)
    with envtest_plane.client("alice-token") as client:
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        told = client.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", json=review).json()
        assert told["status"]["userInfo"]["groups"] == ["team", "system:authenticated"]


def test_namespaces_are_filled_and_emptied(envtest_plane):
    """A bare API server does neither: our controllers do. What a finalizer holds holds the namespace, and its conditions say so."""
    envtest_plane.kubectl("create", "namespace", "emptied")
    until(lambda: "default" in envtest_plane.kubectl("get", "serviceaccounts", "-n", "emptied", "-o", "name"))
    ca = (
        "get",
        "configmap",
        "kube-root-ca.crt",
        "-n",
        "emptied",
        "-o",
        "jsonpath={.data.ca\\.crt}",
        "--ignore-not-found",
    )
    given = until(lambda: envtest_plane.kubectl(*ca))
    assert given.startswith("-----BEGIN CERTIFICATE-----")
    envtest_plane.kubectl("patch", "configmap", "kube-root-ca.crt", "-n", "emptied", "-p", '{"data":{"ca.crt":"x"}}')
    until(lambda: envtest_plane.kubectl(*ca) == given)
    envtest_plane.kubectl("delete", "serviceaccount", "default", "-n", "emptied")
    until(lambda: "default" in envtest_plane.kubectl("get", "serviceaccounts", "-n", "emptied", "-o", "name"))
    held = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "held", "namespace": "emptied", "finalizers": ["x.example/hold"]},
    }
    envtest_plane.kubectl("create", "-f", "-", input=json.dumps(held))
    envtest_plane.kubectl("apply", "-n", "emptied", "-f", "-", input=_model("m"))
    envtest_plane.kubectl("delete", "namespace", "emptied", "--wait=false")
    condition = '{.status.conditions[?(@.type=="NamespaceFinalizersRemaining")].message}'
    told = ("get", "namespace", "emptied", "-o", f"jsonpath={condition}")
    until(lambda: "x.example/hold in 1 resource instances" in envtest_plane.kubectl(*told))
    assert envtest_plane.kubectl("get", "models,serviceaccounts", "-n", "emptied", "-o", "name") == ""
    envtest_plane.kubectl(
        "patch", "configmap", "held", "-n", "emptied", "--type=merge", "-p", '{"metadata":{"finalizers":null}}'
    )
    until(lambda: not envtest_plane.kubectl("get", "namespace", "emptied", "-o", "name", "--ignore-not-found"))


@pytest.mark.parametrize("policy", ["background", "foreground", "orphan"])
def test_dependents_follow_their_owner(envtest_plane, policy):
    """In each of the three ways; custom resources as built-in ones."""
    name = f"owner-{policy}"
    envtest_plane.kubectl("apply", "-n", "default", "-f", "-", input=_model(name))
    uid = envtest_plane.kubectl("get", "model", name, "-n", "default", "-o", "jsonpath={.metadata.uid}")
    owner = {"apiVersion": "michelangelo.api/v2", "kind": "Model", "name": name, "uid": uid, "blockOwnerDeletion": True}
    meta = {"name": f"of-{name}", "namespace": "default", "ownerReferences": [owner]}
    envtest_plane.kubectl(
        "create", "-f", "-", input=json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta})
    )
    envtest_plane.kubectl("delete", "model", name, "-n", "default", f"--cascade={policy}", "--timeout=20s")
    dependent = ("get", "configmap", f"of-{name}", "-n", "default", "--ignore-not-found", "-o", "json")
    if policy == "orphan":
        assert "ownerReferences" not in json.loads(envtest_plane.kubectl(*dependent))["metadata"]
    elif policy == "foreground":
        assert not envtest_plane.kubectl(*dependent), "the owner waited for it"
    else:
        until(lambda: not envtest_plane.kubectl(*dependent))


def test_a_dependent_of_nobody_goes(envtest_plane):
    """Its owner never was; a new definition's objects are watched, too."""
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "nobody", "uid": "00000000-0000-0000-0000-000000000000"}
    model = json.loads(_model("of-nobody"))
    model["metadata"] |= {"namespace": "default", "ownerReferences": [owner]}
    envtest_plane.kubectl("create", "-f", "-", input=json.dumps(model))
    until(lambda: not envtest_plane.kubectl("get", "model", "of-nobody", "-n", "default", "--ignore-not-found"))


def test_roles_are_aggregated(envtest_plane):
    """What is labelled for view is in view, edit and admin."""
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "see-things", "labels": {"rbac.authorization.k8s.io/aggregate-to-view": "true"}},
        "rules": [{"apiGroups": ["example.com"], "resources": ["things"], "verbs": ["get"]}],
    }
    envtest_plane.kubectl("create", "-f", "-", input=json.dumps(role))
    until(lambda: "things" in envtest_plane.kubectl("get", "clusterrole", "admin", "-o", "jsonpath={.rules}"))
    envtest_plane.kubectl("delete", "clusterrole", "see-things")
    until(lambda: "things" not in envtest_plane.kubectl("get", "clusterrole", "admin", "-o", "jsonpath={.rules}"))


def test_quotas_are_counted(envtest_plane):
    """Without a count nothing that a quota limits would be let in; what is deleted counts no more."""
    envtest_plane.kubectl("create", "namespace", "limited")
    envtest_plane.kubectl("create", "quota", "q", "-n", "limited", "--hard=count/models.michelangelo.api=1,secrets=2")
    taken = ("get", "resourcequota", "q", "-n", "limited", "-o", "jsonpath={.status.used}")
    until(lambda: json.loads(envtest_plane.kubectl(*taken) or "{}").get("secrets") == "0")
    envtest_plane.kubectl("create", "secret", "generic", "s", "-n", "limited")
    until(lambda: json.loads(envtest_plane.kubectl(*taken))["secrets"] == "1")
    envtest_plane.kubectl("delete", "secret", "s", "-n", "limited")
    until(lambda: json.loads(envtest_plane.kubectl(*taken))["secrets"] == "0")


def test_token_secrets_are_filled_and_go_with_their_account(envtest_plane):
    """With a token that the API server believes."""
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/service-account-token",
        "metadata": {
            "name": "lasting",
            "namespace": "default",
            "annotations": {"kubernetes.io/service-account.name": "robot"},
        },
    }
    envtest_plane.kubectl("create", "serviceaccount", "robot", "-n", "default")
    envtest_plane.kubectl("create", "-f", "-", input=json.dumps(secret))
    stored = ("get", "secret", "lasting", "-n", "default", "--ignore-not-found", "-o")
    token = base64.b64decode(until(lambda: envtest_plane.kubectl(*stored, "jsonpath={.data.token}"))).decode()
    who = envtest_plane.kubectl("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}", f"--token={token}", "--kubeconfig=/dev/null",
        f"--server={envtest_plane.doors['kube_server']}", "--insecure-skip-tls-verify")  # fmt: skip
    assert who == "system:serviceaccount:default:robot"
    envtest_plane.kubectl("delete", "serviceaccount", "robot", "-n", "default")
    until(lambda: not envtest_plane.kubectl(*stored, "name"))


@pytest.mark.parametrize("words", [("clock",), ("clock", "advance", "1d"), ("reset",), ("snapshot", "save", "x")])
def test_what_needs_memory_says_so_by_name(envtest_plane, words):
    """With a usage error and no traceback."""
    done = envtest_plane.run(sys.executable, "-m", "emulator", *words, check=False)
    assert done.returncode == 3
    assert f"{' '.join(words[:2])}".strip() in done.stderr
    assert done.stderr.strip().endswith("it needs --api memory")


def test_logs_of_the_servers(envtest_plane, plane):
    """By name; a plane without such servers says so."""
    told = envtest_plane.run(sys.executable, "-m", "emulator", "logs", "kube-apiserver")
    assert told.returncode == 0
    told = plane.run(sys.executable, "-m", "emulator", "logs", "etcd", check=False)
    assert (
        told.returncode == 3 and "logs etcd is not supported with --api memory: it needs --api envtest" in told.stderr
    )


def test_nothing_is_left_behind_when_the_plane_is_killed(tmp_path):
    """SIGKILL leaves no handler to run: the servers, a kube-controller-manager among them, notice that their pipe has closed."""
    programs = str(bare_programs.install(tmp_path / "bin", manager=True))
    words = ["up", "--json", "--api", f"envtest:{programs}", "--kube-port", "0", "--s3-port", "0", "--no-rpc"]
    plane = subprocess.Popen([sys.executable, "-m", "emulator", *words], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert plane.stdout.readline().startswith("{")
    try:
        for name in ("etcd", "kube-apiserver", "kube-controller-manager"):
            assert processes(f"{programs}/{name}")
    finally:
        os.kill(plane.pid, signal.SIGKILL)
        plane.wait()
        plane.stdout.close()
    until(lambda: not processes(f"{programs}/"))


def test_a_plane_whose_api_server_is_lost_ends_and_says_so(tmp_path):
    """It could do nothing any more; what else it started ends with it."""
    programs = str(bare_programs.install(tmp_path / "bin"))
    words = ["up", "--json", "--api", f"envtest:{programs}", "--kube-port", "0", "--s3-port", "0", "--no-rpc"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    plane = subprocess.Popen([sys.executable, "-m", "emulator", *words], text=True, cwd=ROOT, **pipes)
    assert plane.stdout.readline().startswith("{")
    for pid in processes(f"{programs}/kube-apiserver"):
        if pid not in processes("emulator.engines.supervise"):
            os.kill(pid, signal.SIGKILL)
    _, said = plane.communicate(timeout=60)
    assert plane.returncode == 1
    assert "ma-emulator: kube-apiserver ended by itself" in said
    assert not processes(f"{programs}/")


def test_nothing_is_left_behind_when_a_supervisor_is_killed(tmp_path):
    """On Linux the kernel tells a server that its supervisor has gone."""
    if sys.platform != "linux":
        pytest.skip("PR_SET_PDEATHSIG is Linux'; elsewhere the supervisor's end is not seen")
    marker = f"sleep-{tmp_path.name}"
    words = [
        sys.executable,
        "-m",
        "emulator.engines.supervise",
        "5",
        sys.executable,
        "-c",
        f"import time; time.sleep(600) # {marker}",
    ]
    supervisor = subprocess.Popen(words, stdin=subprocess.PIPE, cwd=ROOT)
    until(lambda: len(processes(marker)) == 2)
    os.kill(supervisor.pid, signal.SIGKILL)
    supervisor.wait()
    until(lambda: not processes(marker))


def refused(capsys, *words: str) -> str:
    """What the command line says to flags that make no sense; nothing is started."""
    assert main(["up", *words]) == 3
    return capsys.readouterr().err


def test_missing_programs_are_named_with_what_to_install(capsys, monkeypatch, tmp_path):
    """Before anything is started."""
    said = refused(capsys, "--api", f"envtest:{tmp_path}")
    for word in ("etcd", "kube-apiserver", str(tmp_path), "setup-envtest", "KUBEBUILDER_ASSETS"):
        assert word in said
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path / "assets"))
    monkeypatch.setenv("TEST_ASSET_ETCD", sys.executable)
    said = refused(capsys, "--api", "envtest")
    assert "etcd (looked" not in said
    assert f"kube-apiserver (looked for {tmp_path / 'assets' / 'kube-apiserver'})" in said


def test_a_server_that_does_not_come_up_is_quoted(tmp_path):
    """Its last words are ours, and what was started before it is ended."""
    programs = bare_programs.install(tmp_path / "bin")
    (programs / "kube-apiserver").write_text("#!/bin/sh\necho 'Error: unknown flag: --nonsense' >&2\nexit 1\n")
    done = run("up", "--api", f"envtest:{programs}", "--kube-port", "0", "--s3-port", "0", "--no-rpc")
    assert done.returncode == 1
    assert "kube-apiserver ended with 1; it said: Error: unknown flag: --nonsense" in done.stderr
    assert not processes(f"{programs}/")


def test_a_controller_manager_that_does_not_come_up_is_quoted(tmp_path):
    """Nobody waits for what it would have done."""
    programs = bare_programs.install(tmp_path / "bin", manager=True)
    (programs / "kube-controller-manager").write_text("#!/bin/sh\necho 'unknown controller' >&2\nexit 1\n")
    done = run("up", "--api", f"envtest:{programs}", "--kube-port", "0", "--s3-port", "0", "--no-rpc")
    assert done.returncode == 1
    assert "kube-controller-manager ended with 1; it said: unknown controller" in done.stderr
    assert not processes(f"{programs}/")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--fault", "lost-events"), "--fault is not supported with --api envtest"),
        (("--clock-start", "2026-01-01T00:00:00Z"), "--clock-start is not supported with --api envtest"),
    ],
)
def test_flags_that_need_memory_are_refused(capsys, words, said):
    """By name, before anything is looked for."""
    told = refused(capsys, "--api", "envtest", *words)
    assert said in told and "needs --api memory" in told


def test_an_unknown_engine_lists_the_known_ones(capsys):
    """As everywhere."""
    assert "known are memory, envtest[:DIR], kind[:NAME], kubeconfig:PATH[#CONTEXT]" in refused(capsys, "--api", "mini")


def test_the_stand_ins_are_as_strict_as_what_they_stand_for(tmp_path):
    """A flag that Kubernetes 1.36 does not have ends them."""
    programs = bare_programs.install(tmp_path)
    done = subprocess.run(
        [programs / "kube-apiserver", "--insecure-port=0"], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1 and "unknown flag: --insecure-port" in done.stderr
    assert "insecure-port" not in bare_flags.APISERVER


def _model(name: str) -> str:
    spec = {"description": "x"}
    return json.dumps({"apiVersion": "michelangelo.api/v2", "kind": "Model", "metadata": {"name": name}, "spec": spec})
