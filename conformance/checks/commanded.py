"""Retention by the vendor's own cleanup: a command that works through a proxy, sees Models as old as we like, and is cut off."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from conformance.checks.check import Case, Need, check
from conformance.checks.retention import FORMAT, Story, ended, hold
from conformance.checks.world import World
from conformance.driver.answers import at
from conformance.driver.kube import Kube
from conformance.driver.proxy import Calls, Doorways, doorways
from conformance.driver.resources import MODELS
from conformance.model.retention import World as State
from conformance.strategies.retention import ARTIFACTS, stories

OLDER_THAN_DAYS = 90
PATIENCE_SECONDS = 60.0
BYSTANDERS = ("leases", "events")  # what programs keep beside their work; refused, and no fault


@dataclass(frozen=True)
class _House:
    """What the command is let into: the Models and the objects of one story."""

    story: Story
    undeletable: frozenset[str] = frozenset()

    def may_write(self, path: str) -> bool:
        steps = path.strip("/").split("/")
        if steps[:2] == ["apis", "authorization.k8s.io"]:
            return True
        return steps[:4] == ["apis", MODELS.group, "v2", "namespaces"] and steps[4] in self.story.places

    def may_delete(self, bucket: str, key: str) -> bool:
        return bucket == self.story.w.facts.bucket and key.startswith(f"{self.story.root}/")

    def locked(self, key: str) -> bool:
        return key in self.undeletable

    def shown(self, body: Any) -> Any:
        """Only what is in the story's namespaces, and Models as old as the story wants them."""
        if isinstance(body, dict) and isinstance(body.get("object"), dict):
            return {**body, "object": self.shown(body["object"])}
        if isinstance(body, dict) and isinstance(body.get("items"), list):
            items = [item for item in body["items"] if self._here(item)]
            return {**body, "items": [self._aged(item) if body.get("kind") == "ModelList" else item for item in items]}
        return self._aged(body) if at(body, "kind") == "Model" else body

    def _here(self, item: Any) -> bool:
        place = at(item, "metadata.namespace") or at(item, "metadata.name")
        return place is None or place in self.story.places

    def _aged(self, model: Any) -> Any:
        key = (str(at(model, "metadata.namespace")), str(at(model, "metadata.name")))
        age = self.story.ages.get(key)
        return model if age is None else {**model, "metadata": {**model["metadata"], "creationTimestamp": age}}


@dataclass
class _Ran:
    """What came of the command."""

    code: int | None  # None: it was cut off, or did not end
    calls: list[str] = field(default_factory=list)
    trespasses: list[str] = field(default_factory=list)
    output: str = ""


def _story(w: World) -> Story:
    """With the cutoff as the command is told it: exact, or so many days before now."""
    if "{before}" in w.facts.cleanup_command or "CUTOFF" in w.facts.cleanup_command:
        return Story(w)
    now = w.wall_clock(w.admin.request("GET", "/version").exchange)
    return Story(w, (now - timedelta(days=OLDER_THAN_DAYS)).strftime(FORMAT), unit=3600)


def _run(story: Story, after: int | None = None, undeletable: frozenset[str] = frozenset()) -> _Ran:
    """Run the command, cut off after so many calls. What it did is recorded as the answer of one exchange."""
    w = story.w
    act = partial(_act, story, after, undeletable)
    body = json.dumps({"command": w.facts.cleanup_command, "after": after, "cutoff": story.cutoff}).encode()
    exchange = w.lane.call("shell", "cleanup", "RUN", w.facts.cleanup_command, body, act)
    ran = _Ran(**json.loads(exchange.answer))
    strange = [call for call in ran.trespasses if not any(f"/{plural}" in call for plural in BYSTANDERS)]
    w.expect(
        not strange, "nothing to be changed but what the Models of the story name", strange, "retention.nothing-else"
    )
    return ran


def _act(story: Story, after: int | None, undeletable: frozenset[str]) -> tuple[int, bytes]:
    w, calls = story.w, Calls(after)
    lane = w.context.lane("program", w.history)
    kube: Kube = w.admin.on(lane)
    store = w.context.store(lane, "for=cleanup-command")
    with doorways(kube, store, _House(story, undeletable), calls) as doors, tempfile.TemporaryDirectory() as folder:
        command = w.facts.cleanup_command.replace("{before}", story.cutoff)
        command = command.replace("{older_than}", f"{OLDER_THAN_DAYS}d")
        code, output = _finish(command, _environment(w, story, doors, Path(folder)), calls)
    said = {"code": code, "calls": calls.made, "trespasses": calls.trespasses, "output": output[-2000:]}
    return 200, json.dumps(said).encode()


def _environment(w: World, story: Story, doors: Doorways, folder: Path) -> Mapping[str, str]:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "judged", "cluster": {"server": doors.kube}}],
        "users": [{"name": "cleanup", "user": {"token": "cleanup"}}],
        "contexts": [{"name": "judged", "context": {"cluster": "judged", "user": "cleanup"}}],
        "current-context": "judged",
    }
    path = folder / "kubeconfig"
    path.write_text(json.dumps(config))
    return {
        **os.environ,
        "KUBECONFIG": str(path),
        "AWS_ENDPOINT_URL": doors.s3,
        "AWS_ENDPOINT_URL_S3": doors.s3,
        "AWS_ACCESS_KEY_ID": "cleanup",
        "AWS_SECRET_ACCESS_KEY": "cleanup",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "MODELS_BUCKET": w.facts.bucket,
        "CUTOFF": story.cutoff,
    }


def _finish(command: str, environment: Mapping[str, str], calls: Calls) -> tuple[int | None, str]:
    """Its exit code and output, when it ends; None when it is cut off or takes too long."""
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            command,
            shell=True,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that it can be killed with all its children
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while child.poll() is None and not calls.over.is_set() and time.monotonic() < deadline:
            with suppress(subprocess.TimeoutExpired):
                child.wait(0.02)
        ended = None if calls.over.is_set() else child.poll()
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        output.seek(0)
        return ended, output.read().decode(errors="replace")


def _completes(story: Story, before: State, ran: _Ran) -> State:
    """Raise a finding unless a cleanup that was not cut off did everything, and each Model's objects before the Model."""
    w, after = story.w, story.state()
    hold(w, before, after, ran.calls, story.cutoff)
    w.expect(ran.code == 0, "a cleanup that ends with 0", (ran.code, ran.output[-400:]), "retention.completes")
    ended(w, before, after, story.cutoff)
    for name in before.models.keys() - after.models.keys():
        gone = next(
            (at for at, call in enumerate(ran.calls) if call.startswith("DELETE ") and call.endswith(f"/{name}")), None
        )
        keys = before.models[name].keys & (before.objects - after.objects)
        late = [call for call in ran.calls[gone:] if call.startswith("DELETE ") and any(key in call for key in keys)]
        w.expect(
            gone is not None and not late,
            f"the objects of {name} to be deleted before it",
            ran.calls,
            "retention.objects-first",
        )
    return after


@check(
    "cleanup-command",
    "retention.interruption-safe",
    "retention.completes",
    "retention.shared-kept",
    "retention.nothing-else",
    "retention.older-than-cutoff",
    "retention.uris-of-each",
    "retention.objects-first",
    given=stories,
    needs=(Need.S3, Need.CLEANUP),
    weight=0.5,
)
def cleanup_command(w: World, case: Case) -> None:
    """The vendor's cleanup, cut off after any call: no orphans, nothing young goes, what is shared stays, and a last run completes."""
    story = _story(w)
    for operation in case:
        if not story.told(operation):
            before = story.state()
            ran = _run(story, operation["after"])
            hold(w, before, story.state(), ran.calls, story.cutoff)
    before = story.state()
    _completes(story, before, _run(story))


@check(
    "cleanup-command-denied",
    "retention.failed-delete-keeps-model",
    given=st.integers(0, 2),
    needs=(Need.S3, Need.CLEANUP),
    weight=0.1,
)
def cleanup_command_denied(w: World, case: Case) -> None:
    """When the store denies one object, the vendor's cleanup leaves the Model that names it, and the next run completes."""
    story = _story(w)
    for number in range(3):
        story.register(
            {"place": 0, "age": 86400, "raw": [ARTIFACTS[number]], "deployable": ["dir"] if number == case else []}
        )
    _run(story, undeletable=frozenset(story.keys(ARTIFACTS[case])))
    w.expect(f"m-{case}" in story.state().models, f"m-{case}, whose object could not be deleted, to stay", "it is gone")
    before = story.state()
    _completes(story, before, _run(story))
