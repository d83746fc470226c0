"""README's test of a retention script, run with a script that keeps to the guide."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from docs.tables import README

SCRIPT = f"""#!{sys.executable}
# The guide's cleanup: list what is older than the machine's date allows, delete the S3 objects, then the Model.
import json, os, subprocess
from datetime import UTC, datetime, timedelta
import boto3

cutoff = (datetime.now(UTC) - timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
listed = subprocess.check_output(["kubectl", "get", "models", "-A", "-o", "json"])
store = boto3.resource("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
for model in json.loads(listed)["items"]:
    about = model["metadata"]
    if about["creationTimestamp"] >= cutoff:
        continue
    for uri in model["spec"].get("model_artifact_uri", []) + model["spec"].get("deployable_artifact_uri", []):
        bucket, _, prefix = uri.removeprefix("s3://").partition("/")
        store.Bucket(bucket).objects.filter(Prefix=prefix).delete()
    subprocess.check_call(["kubectl", "delete", "model", about["name"], "-n", about["namespace"]])
"""


@pytest.mark.xdist_group("testing")
def test_the_example_runs(tmp_path: Path) -> None:
    """It is ten lines, passes with a script that does its work, and fails with one that does nothing."""
    [example] = re.findall(r"^```python test\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    assert len(example.strip().splitlines()) <= 10
    (tmp_path / "test_retention.py").write_text(example)
    (tmp_path / "test_again.py").write_text(example.replace("./retention.sh", "true"))
    script = tmp_path / "retention.sh"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", "test_retention.py", "test_again.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=180)
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "['new', 'old'] == ['new']" in done.stdout
