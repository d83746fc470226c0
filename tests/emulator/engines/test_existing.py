"""``--api kubeconfig:PATH`` and ``--api kind``: clusters that the plane does not make itself. Another plane plays them here."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from contracts import bare_programs

from emulator.cli import main

ROOT = Path(__file__).parents[3]
PORTS = ("--s3-port", "0", "--no-rpc")


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "emulator", *words],
        capture_output=True,
        text=True,
        timeout=90,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


def definitions(running) -> str:
    return running.kubectl(
        "get", "crd", "-o", "jsonpath={range .items[*]}{.metadata.name} {.metadata.resourceVersion};{end}"
    )


def test_a_cluster_is_written_to_once_its_owner_agrees(fresh_plane, tmp_path):
    """By naming it, or by an annotation; what is there already is never overwritten, and stays when the plane ends."""
    cluster = fresh_plane("--no-rpc")
    before = definitions(cluster)
    api = f"kubeconfig:{cluster.doors['kubeconfig']}#admin"
    refused = run("up", "--api", api, *PORTS)
    assert refused.returncode == 3
    for said in (
        "cluster 'michelangelo' is not known to be yours to write to",
        "CustomResourceDefinition models.michelangelo.api",
        "--confirm-cluster michelangelo",
        "kubectl annotate namespace kube-system michelangelo.api/emulator=allowed",
    ):
        assert said in refused.stderr
    other = run("up", "--api", api, "--confirm-cluster", "production", *PORTS)
    assert other.returncode == 3 and "the kubeconfig's cluster is 'michelangelo'" in other.stderr
    other = run("up", "--api", api, "--confirm-cluster", "michelangelo", "--dialect", "upstream", *PORTS)
    assert other.returncode == 3 and "has other definitions of " in other.stderr
    assert definitions(cluster) == before
    cluster.kubectl("annotate", "namespace", "kube-system", "michelangelo.api/emulator=allowed")
    (tmp_path / "weights.bin").write_bytes(b"w")
    script = (
        "kubectl config current-context && kubectl create namespace guests && "
        f"{sys.executable} -m emulator register m -n guests --artifact {tmp_path}"
        f" && ! {sys.executable} -m emulator reset"
    )
    done = run("exec", "--api", api, *PORTS, "--", "sh", "-c", script)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("admin\n")
    assert "reset is not supported with --api kubeconfig: it needs --api memory" in done.stderr
    assert definitions(cluster) == before
    assert cluster.kubectl("get", "model", "m", "-n", "guests", "-o", "name") == "model.michelangelo.api/m\n"


SERVER = """{"apiVersion": "michelangelo.api/v2", "kind": "InferenceServer", "metadata": {"name": "s", "namespace": "t"},
"spec": {"backendType": "BACKEND_TYPE_TRITON", "initSpec": {"numInstances": 1}}}"""


def test_a_bare_cluster_is_given_what_it_lacks(tmp_path):
    """An API server alone: while it runs the plane empties namespaces and stands in for nodes, each time anew."""
    (tmp_path / "server.json").write_text(SERVER)
    serving = "jsonpath={.status.state}=INFERENCE_SERVER_STATE_SERVING"
    script = (
        f"kubectl create namespace t && kubectl apply -f {tmp_path / 'server.json'} && "
        f"kubectl wait inferenceserver.michelangelo.api/s -n t --for={serving} --timeout=40s && "
        "kubectl get serviceaccount default -n t && kubectl delete namespace t --timeout=40s"
    )
    with bare_programs.running(tmp_path) as config:
        words = ("--api", f"kubeconfig:{config}", "--confirm-cluster", "michelangelo", *PORTS)
        for _ in range(2):
            done = run("exec", *words, "--", "sh", "-c", script)
            assert done.returncode == 0, done.stdout + done.stderr


def said(capsys, code: int, *words: str) -> str:
    """What the command line says when it ends at once."""
    assert main(["up", *words, *PORTS]) == code
    return capsys.readouterr().err


def test_a_kubeconfig_that_leads_nowhere_is_named(capsys, tmp_path):
    """No file, no such context, nobody who answers."""
    assert f"no kubeconfig at {tmp_path / 'none'}" in said(capsys, 3, "--api", f"kubeconfig:{tmp_path / 'none'}")
    path = tmp_path / "config"
    path.write_text(
        "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {token: t}}]\n"
        "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n"
    )
    assert "has no context 'b': known are a" in said(capsys, 3, "--api", f"kubeconfig:{path}#b")
    told = said(capsys, 1, "--api", f"kubeconfig:{path}")
    assert "https://127.0.0.1:1 (context 'a') does not answer" in told


KIND = """#!/bin/sh
echo "$@" >> {folder}/calls
case "$1 $2" in
"get clusters") cat {folder}/clusters ;;
"get kubeconfig") cat {kubeconfig} ;;
"create cluster") [ -f {folder}/broken ] && echo 'ERROR: failed to list nodes: docker is not running' >&2 && exit 1
  while [ $# -gt 0 ]; do [ "$1" = --kubeconfig ] && cp {kubeconfig} "$2"; shift; done ;;
esac
"""


def test_kind_makes_what_is_missing_and_deletes_what_it_made(fresh_plane, tmp_path):
    """A cluster that was there is used and left."""
    cluster = fresh_plane("--no-rpc")
    program = tmp_path / "kind"
    program.write_text(KIND.format(folder=tmp_path, kubeconfig=cluster.doors["kubeconfig"]))
    program.chmod(0o755)
    (tmp_path / "clusters").write_text("")
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = run("exec", "--api", "kind:mine", *PORTS, "--", "kubectl", "get", "models", "-A", PATH=path)
    assert done.returncode == 0, done.stderr
    calls = (tmp_path / "calls").read_text().splitlines()
    assert [call.split()[:4] for call in calls] == [
        ["get", "clusters"],
        ["create", "cluster", "--name", "mine"],
        ["delete", "cluster", "--name", "mine"],
    ]
    assert "--wait" in calls[1] and "--kubeconfig" in calls[1] and "--kubeconfig" in calls[2]
    (tmp_path / "clusters").write_text("mine\n")
    (tmp_path / "calls").unlink()
    done = run("exec", "--api", "kind:mine", *PORTS, "--", "kubectl", "get", "models", "-A", PATH=path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "calls").read_text().splitlines() == ["get clusters", "get kubeconfig --name mine"]
    (tmp_path / "clusters").write_text("")
    (tmp_path / "broken").touch()
    done = run("up", "--api", "kind", *PORTS, PATH=path)
    assert done.returncode == 1
    assert "docker is not running" in done.stderr and "a container engine that runs" in done.stderr


def test_without_kind_it_says_what_to_install(capsys, monkeypatch, tmp_path):
    """Before anything is started."""
    monkeypatch.setenv("PATH", str(tmp_path))
    told = said(capsys, 3, "--api", "kind")
    assert "which is not on the PATH" in told and "kind.sigs.k8s.io" in told


def test_a_start_that_takes_long_can_be_ended(tmp_path):
    """A signal while kind is at work ends kind, deletes what it began to make, and ends us."""
    program = tmp_path / "kind"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n[ "$1" = create ] && exec sleep 600\nexit 0\n')
    program.chmod(0o755)
    words = [sys.executable, "-m", "emulator", "up", "--api", "kind:slow", *PORTS]
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    plane = subprocess.Popen(words, env=environment, cwd=ROOT, stdout=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while "create" not in ((tmp_path / "calls").read_text() if (tmp_path / "calls").exists() else ""):
        assert time.monotonic() < deadline and plane.poll() is None
        time.sleep(0.05)
    plane.terminate()
    assert plane.wait(30) == 130
    plane.stdout.close()
    assert (tmp_path / "calls").read_text().splitlines()[-1].startswith("delete cluster --name slow")
