"""What no drawing can be relied on to come to: every odd text and number at once, the longest names, and very many Models."""

from __future__ import annotations

import json
from typing import Any

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.answers import at
from conformance.driver.kube import TABLE
from conformance.driver.ownership import LABEL
from conformance.driver.resources import MODELS
from conformance.strategies.text import HOSTILE
from conformance.strategies.uris import ODD

FIGURES = (0.1, 1 / 3, 2 / 3, 1e-7, 123456789.123456789, -0.000123456789012345, 5e-324, 1.7976931348623157e308)
INTEGERS = (2**53 + 1, 2**63 - 1, -(2**63), 10**15 + 1)
LONGEST_NAMES = (
    "a" * 64,
    "b" * 63 + "." + "c" * 63,
    ".".join("d" * 49 for _ in range(5)) + "abc",
)  # 64, 127, 252 characters
MANY = 130  # more than any page that a server or a client is likely to cut lists at, and quickly made


@check("every-text", "uri.authoritative", "uri.layout-free", "k8s.unicode", "model.round-trip")
def every_text(w: World, case: Case) -> None:
    """Every odd text there is comes back to the letter: as a URI among all the others, as a description, and as an annotation."""
    texts = [*HOSTILE, *ODD]
    everything: dict[str, Any] = {
        "model_artifact_uri": [*texts, *reversed(texts)],
        "deployable_artifact_uri": [f"s3://bucket/{text}" for text in texts],
        "input_schema": {"schema_items": [{"name": text} for text in texts]},
    }
    w.register(everything, "everything")
    read = w.spec_of(w.made(w.admin.get(MODELS, w.namespace, "everything")).body)
    for field, wanted in everything.items():
        _alike(
            w,
            at(read, field),
            wanted,
            f"spec.{field}",
            "k8s.unicode" if field == "input_schema" else "uri.authoritative",
        )
    annotations = {f"example.com/text-{number}": text for number, text in enumerate(texts)}
    for number, text in enumerate(texts):
        name = f"m-{number}"
        obj = w.model(name, {"description": text})
        obj["metadata"]["annotations"] = annotations if number == 0 else {}
        w.made(w.admin.create(MODELS, w.namespace, obj), "model.round-trip")
        read = w.made(w.admin.get(MODELS, w.namespace, name))
        w.equal(read.at("spec.description"), text, "the description", "k8s.unicode")
        if number == 0:
            kept = read.at("metadata.annotations") or {}
            for key, wanted in annotations.items():
                w.equal(kept.get(key), wanted, f"the annotation {key}", "k8s.unicode")


def _alike(w: World, found: Any, wanted: list[Any] | dict[str, Any], what: str, clause: str) -> None:
    """The first difference of two lists, which are too long to be shown."""
    if not isinstance(wanted, list) or not isinstance(found, list):
        w.equal(found, wanted, what, clause)
        return
    for number, (one, other) in enumerate(zip(found, wanted, strict=False)):
        w.equal(one, other, f"{what}[{number}]", clause)
    w.equal(len(found), len(wanted), f"the number of items of {what}", clause)


@check("every-number", "k8s.numbers")
def every_number(w: World, case: Case) -> None:
    """Numbers come back to the last digit: the largest integers, and fractions that have no short form."""
    w.register({"quality_scores": [{"name": "q", "metadata": {"figures": list(INTEGERS)}}]}, "integers")
    read = w.spec_of(w.made(w.admin.get(MODELS, w.namespace, "integers")).body)
    found = at(read, "quality_scores.0.metadata.figures")
    w.equal(json.dumps(found), json.dumps(INTEGERS), "the integers")
    for number, figure in enumerate(FIGURES):
        w.register({"decision_threshold": figure}, f"m-{number}")
        back = at(w.spec_of(w.made(w.admin.get(MODELS, w.namespace, f"m-{number}")).body), "decision_threshold")
        w.expect(isinstance(back, int | float) and float(back) == figure, f"{figure!r}", back)


@check("long-names", "k8s.names", "model.every-registered")
def long_names(w: World, case: Case) -> None:
    """A Model with a name as long as names may be is a Model like any other: read, listed, selected, updated, deleted."""
    for name in LONGEST_NAMES:
        spec = {"description": name[:20], "model_artifact_uri": [f"s3://bucket/{name}"], "revision_id": 1}
        w.register(spec, name)
        w.equal(
            w.spec_of(w.made(w.admin.get(MODELS, w.namespace, name)).body),
            spec,
            f"the spec of {name}",
            "model.every-registered",
        )
        listed = w.made(w.admin.list(MODELS, w.namespace, fieldSelector=f"metadata.name={name}"))
        w.equal(listed.names, [name], "what its name selects")
        w.made(w.admin.patch(MODELS, w.namespace, name, {"spec": w.dialect.spell({"revision_id": 2})}))
        read = w.made(w.admin.get(MODELS, w.namespace, name))
        w.equal(w.spec_of(read.body), {**spec, "revision_id": 2}, "the spec after a patch", "model.every-registered")
    w.equal(
        w.made(w.admin.list(MODELS, w.namespace)).names, sorted(LONGEST_NAMES), "the names", "model.every-registered"
    )
    for name in LONGEST_NAMES:
        w.made(w.admin.delete(MODELS, w.namespace, name))
        w.refused(w.admin.get(MODELS, w.namespace, name), 404, "NotFound", "getting what was deleted")


@check(
    "many-models",
    "k8s.pages",
    "k8s.tables",
    "k8s.watch-initial",
    "retention.lists-all-namespaces",
    "verify.list",
    slow=True,
)
def many_models(w: World, case: Case) -> None:
    """A namespace of very many Models is listed, paged, printed and watched in full, each Model once and in order."""
    names = sorted(f"m-{number}" for number in range(MANY))
    for name in names:
        w.register({"revision_id": 1}, name, labels={"parity": str(int(name[2:]) % 2)})
    w.equal(w.made(w.admin.list(MODELS, w.namespace)).names, names, "the names in the list", "verify.list")
    for query, wanted in (({}, names), ({"labelSelector": "parity=1"}, [name for name in names if int(name[2:]) % 2])):
        found: list[str] = []
        token = ""
        for _ in range(MANY):
            page = w.made(
                w.admin.list(MODELS, w.namespace, limit=40, **({"continue_": token} if token else {}), **query)
            )
            found += page.names
            token = str(page.at("metadata.continue") or "")
            if not token:
                break
        w.equal(found, wanted, f"all pages together{' of parity=1' if query else ''}", "k8s.pages")
    table = w.made(w.admin.list(MODELS, w.namespace, accept=f"{TABLE},application/json"))
    w.equal([at(row, "cells.0") for row in table.at("rows") or []], names, "the first cells of the table", "k8s.tables")
    everywhere = w.made(w.admin.list(MODELS, labelSelector=f"{LABEL}={w.facts.run_id},parity")).items
    ours = [str(at(item, "metadata.name")) for item in everywhere if at(item, "metadata.namespace") == w.namespace]
    w.equal(ours, names, "the names among those of all namespaces", "retention.lists-all-namespaces")
    with w.admin.watch(MODELS, w.namespace) as watching:
        watching.until(lambda event: len(watching.events) >= MANY, w.settle)
        told = sorted(event.name for event in watching.events if event.type == "ADDED")
    w.equal(told, names, "the names that a watch begins with", "k8s.watch-initial")
