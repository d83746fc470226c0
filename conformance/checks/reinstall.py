"""Step 1 and Troubleshooting: a definition that is missing, and one that is installed again.

Judged with a definition of the run's own, the target's definition of Model under another name: nobody else notices.
"""

from __future__ import annotations

from conformance.checks.check import Case, check
from conformance.checks.definition import NAME
from conformance.checks.world import World
from conformance.driver.answers import Answer, Json, at
from conformance.driver.resources import CRDS, GROUP, Resource


def _copy(w: World, plural: str) -> Json:
    """The definition of Model under another name. Raises a Finding when there is none."""
    definition = w.made(w.admin.get(CRDS, "", NAME))
    kind = "M" + plural.title().replace("-", "")
    names = {"plural": plural, "singular": plural, "kind": kind, "listKind": f"{kind}List"}
    wanted = ("group", "scope", "versions")
    spec = {field: definition.at(f"spec.{field}") for field in wanted} | {"names": names}
    return CRDS.object(f"{plural}.{GROUP}", spec=spec)


def _told(answer: Answer) -> list[Json]:
    """The names in a group's discovery, which follows what is served."""
    return [at(one, "name") for one in answer.at("resources") or []]


@check("definition-reinstalled", "trouble.crd-missing", "crd.reinstall")
def definition_reinstalled(w: World, _: Case) -> None:
    """A definition that is not installed, or deleted, serves nothing (404); installed again it serves, and the old objects are gone."""
    plural = w.owned_name("models")
    obj = _copy(w, plural)
    resource = Resource(GROUP, "v2", plural, at(obj, "spec.names.kind"))

    def listed() -> Answer:
        return w.admin.list(resource, w.namespace)

    def unknown(answer: Answer, when: str) -> None:
        w.expect(answer.code == 404, f"404 for {plural} {when}", answer.said(), "trouble.crd-missing")
        told = w.eventually(
            lambda: w.admin.request("GET", f"/apis/{GROUP}/v2"), lambda answer: plural not in _told(answer)
        )
        w.expect(plural not in _told(told), f"no {plural} in discovery {when}", _told(told), "trouble.crd-missing")

    unknown(listed(), "before its definition")
    for attempt in ("installed", "installed again"):
        w.made(w.made_outside(CRDS, obj), "crd.reinstall")
        answer = w.eventually(listed, lambda answer: answer.ok)
        w.expect(answer.ok, f"{plural} to be served once {attempt}", answer.said(), "crd.reinstall")
        w.equal(answer.names, [], f"the objects of {plural} once {attempt}", "crd.reinstall")
        w.made(w.admin.create(resource, w.namespace, resource.object("m", w.namespace, spec={})), "crd.reinstall")
        w.made(w.admin.delete(CRDS, "", f"{plural}.{GROUP}"))
        gone = w.eventually(
            lambda: w.admin.get(CRDS, "", f"{plural}.{GROUP}"), lambda answer: answer.code == 404, w.settle * 3
        )
        w.expect(gone.code == 404, "the deleted definition to be gone", gone.said(), "trouble.crd-missing")
        unknown(w.eventually(listed, lambda answer: answer.code == 404), "after its definition was deleted")
