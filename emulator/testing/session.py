"""What one test has of a plane: an empty namespace, an empty place in the bucket, and ways to work there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from emulator import durations, running
from emulator.doors import Doors
from emulator.testing.client import ApiClient, Object

GONE_SECONDS = 30.0
COMMAND_SECONDS = 120.0


class Michelangelo:
    """A plane as one test sees it. Programs under test are started with ``env``; its kubeconfig's namespace is the test's."""

    def __init__(self, doors: Doors, folder: Path) -> None:
        self.doors = doors
        self.namespace = f"test-{uuid.uuid4().hex[:12]}"
        self.bucket = doors.models_bucket
        self.prefix = f"{self.namespace}/"
        self.kubeconfig = folder / "kubeconfig"
        self._folder = folder
        self._control = running.control(doors)
        self._offset: float = self._control.call("clock")["offset_seconds"]
        self._write_kubeconfig()
        self.client = ApiClient.of(self.kubeconfig, self.namespace)

    @property
    def env(self) -> dict[str, str]:
        """The environment for programs under test: this process's, and the plane's variables as ``ma-emulator exec`` sets them."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        return {
            **self.doors.around(os.environ),
            "KUBECONFIG": str(self.kubeconfig),
            "KUBECACHEDIR": str(self._folder / "kube-cache"),
            "PATH": path,
        }

    def run(self, *command: str | Path, check: bool = True, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program with ``env``; what it printed is in the answer. With *check*, a failure is an AssertionError that shows it."""
        settings = {"env": self.env, "capture_output": True, "text": True, "timeout": COMMAND_SECONDS, **options}
        done: subprocess.CompletedProcess[str] = subprocess.run([str(word) for word in command], **settings)
        said = f"{done.stdout or ''}{done.stderr or ''}"
        assert not check or done.returncode == 0, f"{' '.join(map(str, command))} ended with {done.returncode}: {said}"
        return done

    def kubectl(self, *words: str, **options: Any) -> str:
        """Run kubectl in the test's namespace; the answer is what it printed."""
        return self.run("kubectl", *words, **options).stdout

    def register(
        self, name: str, artifact: str | os.PathLike[str] | Mapping[str, bytes], *, age: str = "", **words: Any
    ) -> Object:
        """Register a model: a file, a folder, or contents by file name; the answer is the Model. *words* are Registration's fields.

        *age* lets it have been registered that long ago (``91d``). Raises ValueError when it is refused, OSError when a step failed.
        """
        path = self._written(name, artifact) if isinstance(artifact, Mapping) else Path(artifact)
        with self.ago(age or "0s"):
            model: Object = self._control.call(
                "register", name=name, namespace=self.namespace, artifact=str(path.resolve()), **words
            )
        return model

    def _written(self, name: str, files: Mapping[str, bytes]) -> Path:
        folder = self._folder / f"{name}-{uuid.uuid4().hex[:6]}"
        for relative, content in files.items():
            path = folder / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder

    def now(self) -> datetime:
        """What time it is on the plane."""
        return datetime.fromisoformat(self._control.call("clock")["now"])

    def advance(self, span: str) -> None:
        """Move the plane's clock forward by a span (``91d``, ``36h``); the machine's stays. It goes back after the test."""
        self._control.call("clock-advance", by=span)

    @contextmanager
    def ago(self, span: str) -> Iterator[None]:
        """Let the plane's clock be a span behind as long as a block lasts: what is made there is that old by the machine's clock, too."""
        by = durations.parse(span)
        offset = self._control.call("clock")["offset_seconds"]
        self._set_clock(offset - by.total_seconds())
        try:
            yield
        finally:
            self._set_clock(offset)

    def _set_clock(self, offset: float) -> None:
        self._control.call("clock-set", offset_seconds=offset)

    def s3(self, identity: str = "admin") -> Any:
        """A boto3 client of an S3 identity: admin, controller-manager, task or reader."""
        import boto3

        found = self.doors.credentials(identity)
        return boto3.client(
            "s3",
            endpoint_url=found["AWS_ENDPOINT_URL"],
            region_name=found["AWS_DEFAULT_REGION"],
            aws_access_key_id=found["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=found["AWS_SECRET_ACCESS_KEY"],
        )

    def s3_keys(self) -> list[str]:
        """The objects in the bucket beneath the test's prefix."""
        return self._keys(self.prefix)

    def _keys(self, prefix: str) -> list[str]:
        pages = self.s3().get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", ())]

    def open(self) -> None:
        """Make the namespace."""
        self.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}})

    def close(self) -> None:
        """Leave the plane as it was: no namespace, no objects, the clock where it stood.

        Raises TimeoutError when something holds on, ApiError when the plane does not let go.
        """
        try:
            self._set_clock(self._offset)
            self._remove_objects()
            self._remove_namespaces()
        finally:
            self.client.close()

    def _remove_objects(self) -> None:
        store = self.s3()
        keys = self._keys(self.namespace)
        for start in range(0, len(keys), 1000):
            named = [{"Key": key} for key in keys[start : start + 1000]]
            store.delete_objects(Bucket=self.bucket, Delete={"Objects": named, "Quiet": True})

    def _remove_namespaces(self) -> None:
        for name in self._namespaces():
            self.client.request("DELETE", f"/api/v1/namespaces/{name}")
        deadline = time.monotonic() + GONE_SECONDS
        while left := self._namespaces():
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{', '.join(left)} do not go: something in them has a finalizer that nobody removes"
                )
            time.sleep(0.02)

    def _namespaces(self) -> list[str]:
        """The test's own, and those whose names begin with it: a scenario makes one."""
        names = [item["metadata"]["name"] for item in self.client.request("GET", "/api/v1/namespaces")["items"]]
        return [name for name in names if name == self.namespace or name.startswith(f"{self.namespace}-")]

    def _write_kubeconfig(self) -> None:
        document = yaml.safe_load(Path(self.doors.kubeconfig).read_text())
        for each in document["contexts"]:
            each["context"]["namespace"] = self.namespace
        self.kubeconfig.touch(mode=0o600)
        self.kubeconfig.write_text(yaml.safe_dump(document))
