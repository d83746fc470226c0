"""Verification, querying, and what a CI/CD pipeline reads."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.driver.answers import at
from conformance.driver.ownership import LABEL
from conformance.driver.resources import EVENTS, MODELS
from conformance.strategies.models import specs
from conformance.strategies.text import object_names
from conformance.strategies.uris import uri_lists


@check("describe", "verify.describe", "verify.list", given=st.tuples(object_names, specs).map(list), weight=0.6)
def describe(w: World, case: Case) -> None:
    """A registered Model is in its namespace's list, can be read whole, and its Events can be listed by what they are about."""
    name, spec = case
    w.register(spec, name)
    listed = w.made(w.admin.list(MODELS, w.namespace), "verify.list")
    w.expect(name in listed.names, f"{name} in the list", listed.names, "verify.list")
    w.equal(listed.at("apiVersion"), "michelangelo.api/v2", "the list's apiVersion", "verify.list")
    w.equal(listed.at("kind"), "ModelList", "the list's kind", "verify.list")
    read = w.made(w.admin.get(MODELS, w.namespace, name))
    w.equal(w.spec_of(read.body), spec, "the spec")
    for field in ("uid", "resourceVersion", "creationTimestamp", "generation", "name", "namespace"):
        w.expect(read.at(f"metadata.{field}"), f"metadata.{field}", read.at("metadata"))
    selector = f"involvedObject.name={name},involvedObject.namespace={w.namespace},involvedObject.kind=Model,involvedObject.uid={read.at('metadata.uid')}"
    events = w.made(w.admin.list(EVENTS, w.namespace, fieldSelector=selector))
    w.equal(events.items, [], "the Events about a Model that nothing happened to")


@check(
    "presence",
    "cicd.presence",
    "cicd.absence-fails",
    "how.consumers-see-models",
    given=st.lists(object_names, min_size=1, max_size=4, unique=True),
    weight=0.6,
)
def presence(w: World, case: Case) -> None:
    """A Model can be got from the moment it is registered until it is deleted, and at no other time; the failure is NotFound by name."""
    for name in case:
        missing = w.refused(
            w.admin.get(MODELS, w.namespace, name), 404, "NotFound", f"getting {name} before", "cicd.absence-fails"
        )
        w.equal(missing.message, f'models.michelangelo.api "{name}" not found', "the message", "cicd.absence-fails")
        w.register({"deployable_artifact_uri": [f"s3://b/{name}"]}, name)
        read = w.made(w.admin.get(MODELS, w.namespace, name), "how.consumers-see-models")
        uris = at(w.spec_of(read.body), "deployable_artifact_uri")
        w.equal(uris, [f"s3://b/{name}"], "the URIs", "how.consumers-see-models")
    for name in case:
        w.made(w.admin.delete(MODELS, w.namespace, name))
        w.refused(w.admin.get(MODELS, w.namespace, name), 404, "NotFound", f"getting {name} afterwards")


@check(
    "first-uri",
    "cicd.first-deployable-uri",
    "query.single-field",
    "trouble.deployable-uri-empty",
    "trouble.raw-uri-empty",
    given=st.tuples(uri_lists, uri_lists).map(list),
)
def first_uri(w: World, case: Case) -> None:
    """The first deployable URI is the first that was registered; a Model without artifacts shows none until it is told them."""
    raw, deployable = case
    w.register({"description": "not packaged yet"}, "m")
    read = w.made(w.admin.get(MODELS, w.namespace, "m"))
    w.expect(
        not at(w.spec_of(read.body), "deployable_artifact_uri"),
        "no deployable URI yet",
        read.at("spec"),
        "trouble.deployable-uri-empty",
    )
    w.expect(
        not at(w.spec_of(read.body), "model_artifact_uri"), "no raw URI yet", read.at("spec"), "trouble.raw-uri-empty"
    )
    patch = w.dialect.spell({"model_artifact_uri": raw, "deployable_artifact_uri": deployable})
    w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": patch}))
    read = w.made(w.admin.get(MODELS, w.namespace, "m"))
    w.equal(
        at(w.spec_of(read.body), "deployable_artifact_uri.0"),
        deployable[0] if deployable else None,
        "the first deployable URI",
        "cicd.first-deployable-uri",
    )
    w.equal(
        at(w.spec_of(read.body), "model_artifact_uri.0"),
        raw[0] if raw else None,
        "the first raw URI",
        "query.single-field",
    )
    w.equal(read.at("spec.description"), "not packaged yet", "the description", "query.single-field")


@check(
    "readiness",
    "model.readiness",
    given=st.tuples(
        uri_lists.filter(bool), st.lists(st.sampled_from(["label", "description", "revision", "get"]), max_size=5)
    ).map(list),
    weight=0.6,
)
def readiness(w: World, case: Case) -> None:
    """Once a Model shows deployable URIs, every later read and every watch event shows them, whatever else is updated."""
    uris, steps = case
    w.register({}, "m")
    version = w.made(
        w.admin.patch(MODELS, w.namespace, "m", {"spec": w.dialect.spell({"deployable_artifact_uri": uris})})
    ).resource_version
    for number, step in enumerate(steps):
        if step == "label":
            w.made(w.admin.patch(MODELS, w.namespace, "m", {"metadata": {"labels": {"n": str(number)}}}))
        elif step == "description":
            w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": {"description": str(number)}}))
        elif step == "revision":
            w.made(w.admin.patch(MODELS, w.namespace, "m", {"spec": w.dialect.spell({"revision_id": number})}))
        read = w.made(w.admin.get(MODELS, w.namespace, "m"))
        w.equal(at(w.spec_of(read.body), "deployable_artifact_uri"), uris, f"the deployable URIs after {step}")
    w.register({}, "end")
    with w.admin.watch(MODELS, w.namespace, resourceVersion=version) as watching:
        watching.until(lambda event: event.name == "end", w.settle)
        for event in watching.events:
            if event.name == "m":
                w.equal(at(w.spec_of(event.object), "deployable_artifact_uri"), uris, "the deployable URIs in a watch")


@check(
    "all-namespaces",
    "retention.lists-all-namespaces",
    given=st.lists(st.integers(0, 3), min_size=1, max_size=3),
    weight=0.5,
)
def all_namespaces(w: World, case: Case) -> None:
    """The list across namespaces has every Model once, each with namespace, name, time and URIs; page by page as well."""
    wanted = {}
    for count in case:
        namespace = w.new_namespace()
        for number in range(count):
            uri = f"s3://b/{namespace}/{number}"
            made = w.register(
                {"model_artifact_uri": [uri], "deployable_artifact_uri": [uri, uri]},
                f"m-{number}",
                namespace,
                {"case": str(w.number)},
            )
            wanted[namespace, f"m-{number}"] = (made.at("metadata.creationTimestamp"), [uri], [uri, uri])
    for limit in (0, 2):
        found = {}
        token = ""
        for _ in range(len(wanted) + 2):
            selector = f"{LABEL}={w.facts.run_id},case={w.number}"
            page = w.made(w.admin.list(MODELS, labelSelector=selector, limit=limit, continue_=token))
            for item in page.items:
                spec = w.spec_of(item)
                key = (str(at(item, "metadata.namespace")), str(at(item, "metadata.name")))
                w.expect(key not in found, "every Model once", list(key))
                found[key] = (
                    at(item, "metadata.creationTimestamp"),
                    at(spec, "model_artifact_uri"),
                    at(spec, "deployable_artifact_uri"),
                )
            token = str(page.at("metadata.continue", "") or "")
            if not token:
                break
        ours = {key: value for key, value in found.items() if key[0] in w.namespaces}
        w.expect(
            ours == wanted, "exactly the registered Models with their times and URIs", [list(key) for key in found]
        )


@check("timestamp-now", "retention.timestamp-real", "dates.agree", given=st.integers(1, 400), weight=0.3)
def timestamp_now(w: World, case: Case) -> None:
    """A new Model's creationTimestamp is the time of its registration, and lies on the right side of any cutoff computed from now."""
    made = w.register({}, "m")
    exchange = made.exchange
    stamp = str(made.at("metadata.creationTimestamp"))
    try:
        then = datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        w.expect(False, "a creationTimestamp like 2026-01-31T12:00:00Z", stamp)
        return
    now = w.wall_clock(exchange)
    w.expect(
        abs((then - now).total_seconds()) <= w.clock_skew,
        f"a creationTimestamp within {w.clock_skew:.0f} s of {now:%Y-%m-%dT%H:%M:%SZ}",
        stamp,
    )
