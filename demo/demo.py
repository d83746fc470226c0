"""``make demo``: start a plane, register a real model, fetch it back, and have the plane judged. Exit code 0 when all holds.

Everything goes through the doors that a user has: kubectl where it is installed (plain HTTPS requests otherwise), S3 and
the two commands of this project.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import boto3
from fraud_model import accuracy, onnx, train, transactions

ROOT = Path(__file__).resolve().parents[1]
MANIFESTS = ROOT / "fixtures" / "manifests" / "guide"
NAMESPACE = "ml-team"
BOLD, DIM, GREEN, RESET = ("\033[1m", "\033[2m", "\033[32m", "\033[0m") if sys.stdout.isatty() else ("", "", "", "")


def title(text: str) -> None:
    """Say what comes next."""
    print(f"\n{BOLD}{text}{RESET}", flush=True)


def run(*command: str, shown: str = "") -> str:
    """Run a command as a user would, show it and what it prints; anything but success ends the demo."""
    print(f"{DIM}$ {shown or ' '.join(command)}{RESET}", flush=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    output = done.stdout.rstrip()
    if output:
        print("\n".join("  " + line for line in output.splitlines()), flush=True)
    if done.returncode:
        sys.exit(f"{done.stderr.rstrip()}\nthe demo ends here: the command above failed with {done.returncode}")
    return done.stdout.strip()


def kubectl(*arguments: str) -> str:
    """kubectl, against the plane."""
    return run("kubectl", *arguments)


def inside() -> None:
    """The part that runs against a plane (KUBECONFIG and AWS_* are set)."""
    started = time.monotonic()
    bucket = os.environ["MODELS_BUCKET"]
    title("1. The registry is there (guide, step 1)")
    kubectl("get", "crd", "models.michelangelo.api")
    kubectl("create", "namespace", NAMESPACE)

    title("2. The guide's manifests apply unmodified")
    for name in ("model.yaml", "inferenceserver.yaml"):
        kubectl(
            "apply",
            "-f",
            str(
                (MANIFESTS / name).relative_to(Path.cwd()) if MANIFESTS.is_relative_to(Path.cwd()) else MANIFESTS / name
            ),
        )
    kubectl("get", "models,inferenceservers", "-n", NAMESPACE)

    title("3. A real model: trained here, registered, uploaded (raw) and packaged for Triton (deployable)")
    examples = transactions(4000)
    weights, bias = train(examples[:3000], epochs=15)
    model = onnx(weights, bias)
    print(
        f"  logistic regression on 3,000 transactions: {accuracy(weights, bias, examples[3000:]):.1%} right on 1,000 others; {len(model)} bytes of ONNX"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "model.onnx").write_bytes(model)
        run(
            *(
                sys.executable,
                "-m",
                "emulator",
                "register",
                "card-fraud",
                "-n",
                NAMESPACE,
                "--artifact",
                folder,
                "--package",
                "triton",
            ),
            shown=f"ma-emulator register card-fraud -n {NAMESPACE} --artifact ./model --package triton",
        )

    title("4. Its artifacts, found as the guide says: from the Model, never from a path")
    client = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    wanted = hashlib.sha256(model).hexdigest()
    for field in ("model_artifact_uri", "deployable_artifact_uri"):
        uris = json.loads(kubectl("get", "model", "card-fraud", "-n", NAMESPACE, "-o", f"jsonpath={{.spec.{field}}}"))
        found = [key for uri in uris for key in _keys(client, uri, bucket)]
        digests = {
            hashlib.sha256(client.get_object(Bucket=bucket, Key=key)["Body"].read()).hexdigest() for key in found
        }
        for key in found:
            print(f"  s3://{bucket}/{key}")
        if wanted not in digests:
            sys.exit(f"no object under {uris} has the digest of the model that was registered")
        print(f"  {GREEN}the registered bytes came back: sha256 {wanted[:16]}…{RESET}")
    print(f"\n{DIM}({time.monotonic() - started:.1f} s so far){RESET}")


def _keys(client: object, uri: str, bucket: str) -> list[str]:
    prefix = uri.removeprefix(f"s3://{bucket}/").rstrip("/")
    listed = client.list_objects_v2(Bucket=bucket, Prefix=prefix)  # type: ignore[attr-defined]
    return [item["Key"] for item in listed.get("Contents", [])]


def main() -> int:
    """Run the inner part under a plane, then the conformance suite against another."""
    if sys.argv[1:] == ["--inside"]:
        inside()
        return 0
    if shutil.which("kubectl") is None:
        sys.exit(
            "the demo drives the real kubectl: install it (https://kubernetes.io/docs/tasks/tools/) and run `make demo` again"
        )
    title("A Michelangelo control plane, on this machine, without Docker")
    print("$ ma-emulator exec -- python demo/demo.py", flush=True)
    plane = [sys.executable, "-m", "emulator", "exec", "--", sys.executable, __file__, "--inside"]
    code = subprocess.run(plane, cwd=ROOT, check=False).returncode
    if code:
        return code
    title("5. The plane is judged against the operator guide")
    print("$ ma-conformance run --target emulator --budget smoke --report report", flush=True)
    judge = [
        sys.executable,
        "-m",
        "conformance",
        "run",
        "--target",
        "emulator",
        "--budget",
        "smoke",
        "--report",
        "report",
    ]
    code = subprocess.run(judge, cwd=ROOT, check=False).returncode
    if code == 0:
        print(
            f"\n{GREEN}Done.{RESET} The report is in report/. Next: `ma-emulator up`, then kubectl as on any cluster."
        )
    return code


if __name__ == "__main__":
    sys.exit(main())
