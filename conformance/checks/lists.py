"""Lists: selectors, pages, order, tables."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.answers import at
from conformance.driver.kube import TABLE
from conformance.driver.ownership import LABEL
from conformance.driver.resources import CONFIGMAPS, MODELS
from conformance.model.selectors import selects, written
from conformance.strategies.selectors import bad_selectors, label_sets, selectors
from conformance.strategies.text import object_names

YOUNG = re.compile(r"\A(\d+m)?(\d+s)?\Z")
TIMESTAMP = re.compile(r"\A\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z\Z")  # which clients turn into an age
names = st.lists(object_names, min_size=1, max_size=9, unique=True)


@check(
    "label-selectors",
    "k8s.label-selectors",
    given=st.fixed_dictionaries(
        {
            "models": st.lists(label_sets, min_size=1, max_size=5),
            "selectors": st.lists(selectors, min_size=1, max_size=4),
        }
    ),
)
def label_selectors(w: World, case: Case) -> None:
    """A label selector lists exactly the Models whose labels meet all of its requirements."""
    held = {f"m-{number}": given for number, given in enumerate(case["models"])}
    for name, given in held.items():
        w.register({}, name, labels=given)
    for selector in case["selectors"]:
        wanted = [name for name, given in held.items() if selects(selector, {**given, LABEL: w.facts.run_id})]
        listed = w.made(w.admin.list(MODELS, w.namespace, labelSelector=written(selector)))
        w.equal(listed.names, sorted(wanted), f"what {written(selector)} selects of {held}")


@check("bad-selectors", "k8s.bad-selectors", given=bad_selectors)
def bad_selector(w: World, case: Case) -> None:
    """A label selector that cannot be parsed is refused as a bad request, not taken for another."""
    w.register({}, "m")
    w.refused(w.admin.list(MODELS, w.namespace, labelSelector=case), 400, "BadRequest", f"the selector {case!r}")


@check("field-selectors", "k8s.field-selectors", given=names, weight=0.6)
def field_selectors(w: World, case: Case) -> None:
    """A field selector by name or namespace lists exactly those; a selector by any other field of a Model is refused."""
    for name in case:
        w.register({}, name)
    chosen = case[0]
    rest = sorted(name for name in case if name != chosen)
    for selector, wanted in (
        (f"metadata.name={chosen}", [chosen]),
        (f"metadata.name!={chosen}", rest),
        (f"metadata.namespace={w.namespace}", sorted(case)),
        ("metadata.namespace=elsewhere", []),
        (f"metadata.name={chosen},metadata.namespace={w.namespace}", [chosen]),
        ("metadata.name=nothing-here", []),
    ):
        listed = w.made(w.admin.list(MODELS, w.namespace, fieldSelector=selector))
        w.equal(listed.names, wanted, f"what {selector} selects")
    w.made(w.admin.patch(MODELS, w.namespace, chosen, {"metadata": {"labels": {"stage": "chosen"}}}))
    for name, wanted in ((chosen, [chosen]), (rest[0] if rest else "nothing-here", [])):
        query = {"labelSelector": "stage=chosen", "fieldSelector": f"metadata.name={name}"}
        w.equal(
            w.made(w.admin.list(MODELS, w.namespace, **query)).names, wanted, f"what both selectors of {query} select"
        )
    w.refused(
        w.admin.list(MODELS, w.namespace, fieldSelector="spec.algorithm=xgboost"),
        400,
        "BadRequest",
        "a selector by another field",
    )


@check("list-order", "k8s.list-order", "query.by-namespace", given=names, weight=0.6)
def list_order(w: World, case: Case) -> None:
    """A list is sorted by name, and across namespaces by namespace first."""
    mine = {"order": str(w.number)}
    for name in case:
        w.register({}, name, labels=mine)
    other = w.new_namespace()
    w.register({}, "elsewhere", other, labels=mine)
    listed = w.made(w.admin.list(MODELS, w.namespace))
    w.equal(listed.names, sorted(case), "the names")
    w.expect(
        all(at(item, "metadata.namespace") == w.namespace for item in listed.items),
        "only Models of the namespace",
        listed.names,
        "query.by-namespace",
    )
    everywhere = w.made(w.admin.list(MODELS, labelSelector=f"{LABEL}={w.facts.run_id},order={w.number}"))
    places = [(str(at(item, "metadata.namespace")), str(at(item, "metadata.name"))) for item in everywhere.items]
    w.equal(
        [list(place) for place in places],
        [list(place) for place in sorted(places)],
        "the Models of all namespaces, in order",
    )
    ours = [place for place in places if place[0] in (w.namespace, other)]
    w.equal(len(ours), len(case) + 1, "the number of Models in both namespaces", "query.by-namespace")


@check(
    "pages",
    "k8s.pages",
    given=st.fixed_dictionaries(
        {
            "names": names,
            "limit": st.integers(1, 4),
            "meanwhile": st.sampled_from(["nothing", "create", "delete", "update"]),
            "selected": st.booleans(),
        }
    ),
)
def pages(w: World, case: Case) -> None:
    """Pages put together are the list (or what is selected) as it was at the first page, whatever is written meanwhile."""
    chosen = case["names"][::2] if case["selected"] else case["names"]
    for name in case["names"]:
        w.register({"revision_id": 1}, name, labels={"page": "in" if name in chosen else "out"})
    query = {"labelSelector": "page=in"} if case["selected"] else {}
    whole = w.made(w.admin.list(MODELS, w.namespace, **query))
    w.equal(whole.names, sorted(chosen), "the names in the whole list")
    found: list[str] = []
    token, version = "", ""
    for number in range(len(case["names"]) + 2):
        if token:
            query["continue_"] = token
        page = w.made(w.admin.list(MODELS, w.namespace, limit=case["limit"], **query))
        w.expect(len(page.items) <= case["limit"], f"at most {case['limit']} items", page.names)
        found += page.names
        token = str(page.at("metadata.continue", "") or "")
        version = version or page.resource_version
        w.equal(page.resource_version, version, "the resourceVersion of every page")
        left = page.at("metadata.remainingItemCount")
        if left is not None:
            w.expect(not case["selected"], "no remainingItemCount with a selector", left)
            w.equal(left, len(case["names"]) - len(found), "remainingItemCount")
        for item in page.items:
            w.equal(at(w.spec_of(item), "revision_id"), 1, "the revision as it was at the first page")
        if not token:
            break
        if number == 0:
            _meanwhile(w, case["meanwhile"], chosen)
    w.expect(not token, "an end of the pages", f"another page after {len(found)} items")
    w.equal(found, whole.names, "all pages together")


def _meanwhile(w: World, what: str, held: list[str]) -> None:
    last = sorted(held)[-1]
    if what == "create":
        w.register({"revision_id": 1}, "zzz-created-meanwhile", labels={"page": "in"})
    elif what == "delete":
        w.made(w.admin.delete(MODELS, w.namespace, last))
    elif what == "update":
        w.made(w.admin.patch(MODELS, w.namespace, last, {"spec": w.dialect.spell({"revision_id": 2})}))


@check(
    "bad-continue",
    "k8s.bad-continue",
    given=st.sampled_from(["x", "bm9uc2Vuc2U", "eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ", "...", "%00"]),
)
def bad_continue(w: World, case: Case) -> None:
    """A continue token that the server did not give is refused as a bad request."""
    w.register({}, "m")
    w.refused(w.admin.list(MODELS, w.namespace, limit=1, continue_=case), 400, "BadRequest", f"the token {case!r}")


@check("tables", "k8s.tables", "query.printed-columns", given=names, weight=0.6)
def tables(w: World, case: Case) -> None:
    """A list for people has a row per Model, in order, that begins with its name; columns are named, age among them."""
    for name in case:
        w.register({}, name)
    table = w.made(w.admin.list(MODELS, w.namespace, accept=f"{TABLE},application/json"))
    w.equal((table.at("kind"), table.at("apiVersion")), ("Table", "meta.k8s.io/v1"), "kind and apiVersion")
    columns = [at(column, "name") for column in table.at("columnDefinitions") or []]
    w.expect(columns[:1] == ["Name"] and "Age" in columns, "the columns Name and Age", columns, "query.printed-columns")
    rows = table.at("rows") or []
    w.equal([at(row, "cells.0") for row in rows], sorted(case), "the first cells")
    w.expect(all(len(at(row, "cells") or []) == len(columns) for row in rows), "a cell for every column", rows)
    w.equal([at(row, "object.metadata.name") for row in rows], sorted(case), "the objects of the rows")
    age = columns.index("Age")
    for row in rows:
        cell = str(at(row, f"cells.{age}"))
        w.expect(
            YOUNG.match(cell) or TIMESTAMP.match(cell), "an age of seconds or minutes", cell, "query.printed-columns"
        )
    one = w.admin.request("GET", MODELS.path(w.namespace, case[0]), headers={"Accept": f"{TABLE},application/json"})
    w.equal([at(row, "cells.0") for row in w.made(one).at("rows") or []], [case[0]], "the row of one Model")


@check(
    "collection-deletion",
    "k8s.delete-collection",
    given=st.fixed_dictionaries({"models": st.lists(label_sets, min_size=1, max_size=5), "selector": selectors}),
)
def collection_deletion(w: World, case: Case) -> None:
    """Deleting a collection with a selector deletes exactly what the selector lists, and nothing of other kinds or places."""
    held = {f"m-{number}": given for number, given in enumerate(case["models"])}
    for name, given in held.items():
        w.register({}, name, labels=given)
    other = w.new_namespace()
    w.register({}, "elsewhere", other, labels=case["models"][0] if case["models"] else {})
    w.made(w.admin.create(CONFIGMAPS, w.namespace, CONFIGMAPS.object("kept", w.namespace, data={"a": "b"})))
    w.made(w.admin.delete_collection(MODELS, w.namespace, labelSelector=written(case["selector"])))
    left = [name for name, given in held.items() if not selects(case["selector"], {**given, LABEL: w.facts.run_id})]
    w.equal(
        w.made(w.admin.list(MODELS, w.namespace)).names,
        sorted(left),
        f"what is left after deleting {written(case['selector'])}",
    )
    w.equal(w.made(w.admin.list(MODELS, other)).names, ["elsewhere"], "the Models of another namespace")
    w.made(w.admin.get(CONFIGMAPS, w.namespace, "kept"))
    for name in ("by-field", "not-by-field"):
        w.register({}, name)
    w.made(w.admin.delete_collection(MODELS, w.namespace, fieldSelector="metadata.name=by-field"))
    after = sorted([*left, "not-by-field"])
    w.equal(
        w.made(w.admin.list(MODELS, w.namespace)).names, after, "what is left after deleting metadata.name=by-field"
    )
