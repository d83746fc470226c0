"""The guide's storage check, and what else people do with a Pod, by the real kubectl."""

from __future__ import annotations

import json
import os
import pty
import subprocess

import boto3
import pytest

KEY = "storage-check/listed.txt"


@pytest.fixture(scope="module")
def bucket(plane):
    """The models bucket, with an object in it."""
    doors = plane.doors
    s3 = boto3.client(
        "s3",
        endpoint_url=doors["s3_endpoint"],
        region_name=doors["s3_region"],
        aws_access_key_id=doors["s3_access_key_id"],
        aws_secret_access_key=doors["s3_secret_access_key"],
    )
    s3.put_object(Bucket=doors["models_bucket"], Key=KEY, Body=b"twelve bytes")
    yield doors["models_bucket"]
    s3.delete_object(Bucket=doors["models_bucket"], Key=KEY)


@pytest.fixture
def kubectl(plane, namespace):
    """kubectl in a namespace of the test's own: what it did, unchecked."""

    def run(*words: str, **options) -> subprocess.CompletedProcess[str]:
        return plane.run("kubectl", "-n", namespace, *words, check=False, **options)

    return run


def command(namespace: str, bucket: str) -> list[str]:
    """The guide's command."""
    return [
        *("kubectl", "run", "storage-check", "--image=amazon/aws-cli", f"--namespace={namespace}"),
        *("--restart=Never", "--rm", "-it", "--", "s3", "ls", f"s3://{bucket}/"),
    ]


SOCKETS = "KUBECTL_REMOTE_COMMAND_WEBSOCKETS"


@pytest.mark.parametrize("websockets", ["true", "false"], ids=["websockets", "spdy"])
def test_the_guides_command(plane, namespace, bucket, websockets, monkeypatch):
    """It prints the listing, removes its Pod, and ends well, also where there is no terminal; over either protocol of kubectl's."""
    monkeypatch.setenv(SOCKETS, websockets)
    done = plane.run(*command(namespace, bucket), stdin=subprocess.DEVNULL)
    assert "warning" not in done.stderr
    assert "                           PRE storage-check/\n" in done.stdout
    assert 'pod "storage-check" deleted' in done.stdout.splitlines()[-1]
    assert plane.kubectl("get", "pods", "-n", namespace, "-o", "name") == ""


def test_the_guides_command_at_a_terminal(plane, namespace, bucket):
    """The same at a terminal, which the Pod's process has, too."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        command(namespace, f"{bucket}/storage-check"), env=plane.environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    seen = b""
    try:
        while data := os.read(ours, 4096):
            seen += data
    except OSError:  # the terminal's end
        pass
    os.close(ours)
    assert child.wait(10) == 0
    assert b"         12 listed.txt\r\n" in seen
    assert b'pod "storage-check" deleted' in seen.splitlines()[-1]


def test_a_wrong_policy_is_seen(plane, namespace, bucket):
    """With a policy that takes the permission away, S3's refusal is printed, and the command fails."""
    policy = plane.run("ma-emulator", "s3-policy", "task").stdout
    try:
        refusing = '{"Effect": "Deny", "Action": "s3:ListBucket", "Resource": "*"}'
        plane.run("ma-emulator", "s3-policy", "task", "--set", "-", input=refusing)
        done = plane.run(*command(namespace, bucket), check=False)
    finally:
        plane.run("ma-emulator", "s3-policy", "task", "--set", "-", input=policy)
    assert "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied" in done.stdout
    assert done.returncode == 254, "version 2's code for a service's refusal"
    assert 'pod "storage-check" deleted' in done.stdout


def test_an_account_chooses_its_identity(kubectl, bucket, plane):
    """An annotation of the ServiceAccount says who its Pods are in the store; one that is unknown is said."""
    kubectl("annotate", "serviceaccount", "default", "michelangelo.api/s3-identity=reader")
    words = ("run", "writer", "--image=amazon/aws-cli:2.17.0", "--restart=Never", "--rm", "-i", "--")
    done = kubectl(*words, "s3", "cp", "-", f"s3://{bucket}/written", input="x")
    assert "An error occurred (AccessDenied) when calling the PutObject operation" in done.stderr
    assert done.returncode == 1
    kubectl("annotate", "serviceaccount", "default", "--overwrite", "michelangelo.api/s3-identity=root")
    kubectl("run", "nobody", "--image=amazon/aws-cli", "--restart=Never", "--", "s3", "ls")
    waiting = "jsonpath={.status.containerStatuses[0].state.waiting.reason}"
    kubectl("wait", "pod/nobody", f"--for={waiting}=CreateContainerConfigError", "--timeout=20s")
    said = kubectl("describe", "pod", "nobody").stdout
    assert "unknown S3 identity 'root'" in said
    assert "controller-manager, reader, task" in said


def test_a_pods_life(kubectl, bucket):
    """It is scheduled, runs, and succeeds; wait, get -w, logs and describe show it."""
    kubectl(
        "run", "once", "--image=public.ecr.aws/aws-cli/aws-cli", "--restart=Never", "--", "s3", "ls", f"s3://{bucket}"
    )
    done = kubectl("wait", "pod/once", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=30s")
    assert done.stdout == "pod/once condition met\n", done.stderr
    assert "PRE storage-check/" in kubectl("logs", "-f", "once").stdout
    stamped = kubectl("logs", "once", "--timestamps", "--tail=1").stdout
    assert stamped.count("\n") == 1 and stamped[4] == "-"
    pod = json.loads(kubectl("get", "pod", "once", "-o", "json").stdout)
    ended = pod["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (0, "Completed")
    assert pod["spec"]["nodeName"] == "michelangelo-node"
    ready = next(item for item in pod["status"]["conditions"] if item["type"] == "Ready")
    assert (ready["status"], ready["reason"]) == ("False", "PodCompleted")
    events = kubectl("get", "events", "--field-selector=involvedObject.name=once", "-o", "jsonpath={.items[*].reason}")
    assert events.stdout.split() == ["Scheduled", "Pulling", "Pulled", "Created", "Started"]
    assert kubectl("get", "pod", "once").stdout.splitlines()[1].split()[1:3] == ["0/1", "Completed"]


def test_a_pod_that_runs(kubectl):
    """It becomes ready, takes exec and input, and goes when it is deleted."""
    kubectl("run", "long", "--image=busybox", "--restart=Never", "--", "sleep", "600")
    assert kubectl("wait", "pod/long", "--for=condition=Ready", "--timeout=30s").returncode == 0
    assert kubectl("exec", "long", "--", "echo", "hello").stdout == "hello\n"
    assert kubectl("exec", "-i", "long", "--", "cat", input="piped\n").stdout == "piped\n"
    failed = kubectl("exec", "long", "--", "false")
    assert (failed.returncode, failed.stderr) == (1, "command terminated with exit code 1\n")
    shell = kubectl("exec", "long", "--", "sh", "-c", "id")
    assert shell.returncode == 1
    assert 'exec: "sh": executable file not found in $PATH' in shell.stderr
    assert "this node runs no shell; the image has: cat, echo" in shell.stderr
    assert kubectl("delete", "pod", "long").returncode == 0
    assert "NotFound" in kubectl("get", "pod", "long").stderr


def test_older_kubectls_speak_spdy(kubectl, monkeypatch):
    """exec over SPDY: output, input of any size, exit codes, refusals before and after the upgrade."""
    monkeypatch.setenv(SOCKETS, "false")
    kubectl("run", "long", "--image=busybox", "--restart=Never", "--", "sleep", "600")
    assert kubectl("wait", "pod/long", "--for=condition=Ready", "--timeout=30s").returncode == 0
    assert kubectl("exec", "-i", "long", "--", "cat", input="line\n" * 200_000).stdout == "line\n" * 200_000
    failed = kubectl("exec", "long", "--", "cat", "missing")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("cat: can't open 'missing'")
    assert "this node runs no shell" in kubectl("exec", "long", "--", "sh").stderr
    assert 'pods "nobody" not found' in kubectl("exec", "nobody", "--", "true").stderr


def test_an_unknown_image(kubectl):
    """It is not pulled; the Pod says why, and what can run."""
    kubectl("run", "web", "--image=nginx:1.27")
    waiting = "jsonpath={.status.containerStatuses[0].state.waiting.reason}"
    done = kubectl("wait", "pod/web", f"--for={waiting}=ErrImagePull", "--timeout=20s")
    assert done.returncode == 0, done.stderr
    said = kubectl("describe", "pod", "web").stdout
    assert 'Failed to pull image "nginx:1.27": failed to resolve image "docker.io/library/nginx:1.27"' in said
    assert "amazon/aws-cli, busybox (any tag)" in said
    logs = kubectl("logs", "web")
    assert 'container "web" in pod "web" is waiting to start: image can\'t be pulled' in logs.stderr
    kubectl("set", "image", "pod/web", "web=busybox:1")
    done = kubectl(
        "wait",
        "pod/web",
        "--for=jsonpath={.status.containerStatuses[0].lastState.terminated.reason}=StartError",
        "--timeout=20s",
    )
    assert done.returncode == 0, "another image is pulled at once; this one's command is a shell"
