"""Other kinds than Models: what is promised of watches holds for them as well."""

from __future__ import annotations

from functools import partial

from hypothesis import strategies as st

from conformance.checks.check import Case, Need, check
from conformance.checks.world import World
from conformance.driver.answers import Answer, at
from conformance.driver.resources import CONFIGMAPS, SERVERS
from conformance.driver.watching import Event


@check(
    "watch-others",
    "k8s.watch-all",
    "k8s.watch-live",
    given=st.lists(st.sampled_from(["patch", "delete"]), max_size=4),
    weight=0.3,
)
def watch_others(w: World, case: Case) -> None:
    """Other kinds than Models are watched alike: a built-in one, and InferenceServers, whose controllers write as well."""
    for resource, body in (
        (CONFIGMAPS, {"data": {"n": "0"}}),
        (SERVERS, {"spec": {"backendType": "BACKEND_TYPE_LLM_D"}}),
    ):
        if resource is SERVERS and Need.SERVERS.value not in w.facts.capabilities:
            continue
        version = w.made(w.admin.list(resource, w.namespace)).resource_version
        uids: list[list[str]] = []
        with w.admin.watch(resource, w.namespace, resourceVersion=version) as watching:
            steps = [step for step in case if step == "patch" or resource is CONFIGMAPS]  # servers may have finalizers
            for number, step in enumerate(["create", *steps, "create"]):
                if step == "create" or not uids or uids[-1][0] == "DELETED":
                    answer = w.made(
                        w.admin.create(resource, w.namespace, resource.object(f"o-{number}", w.namespace, **body))
                    )
                    uids.append(["ADDED", str(answer.at("metadata.uid"))])
                elif step == "patch":
                    patch = {"metadata": {"labels": {"step": f"n{number}"}}}
                    answer = w.made(w.admin.patch(resource, w.namespace, _last(answer), patch))
                    uids.append([f"MODIFIED n{number}", str(answer.at("metadata.uid"))])
                else:
                    w.made(w.admin.delete(resource, w.namespace, _last(answer)))
                    uids.append(["DELETED", uids[-1][1]])
            watching.until(partial(_is, uids[-1][1]), w.settle)
        told = [[_told(event), str(at(event.object, "metadata.uid"))] for event in watching.events]
        missing = [event for event in uids if event not in told]
        w.expect(not missing, f"every write to {resource.plural} to be told", {"missing": missing, "told": told})


def _is(uid: str, event: Event) -> bool:
    return str(at(event.object, "metadata.uid")) == uid


def _last(answer: Answer) -> str:
    return str(answer.at("metadata.name"))


def _told(event: Event) -> str:
    """A change with the step that made it; a controller's change of a server keeps the label."""
    step = at(event.object, "metadata.labels.step")
    return f"MODIFIED {step}" if event.type == "MODIFIED" and step else event.type
