"""What the guide's commands rely on without saying so: how any Kubernetes API server behaves."""

from __future__ import annotations

from conformance.spec.clause import Clause, Force, Level, Profile
from conformance.spec.guide import IMPLIED


def _k(identifier: str, text: str, level: Level = Level.CORE) -> Clause:
    return Clause(f"k8s.{identifier}", IMPLIED, Profile.KUBERNETES, text, Force.MUST, level)


CLAUSES = (
    _k("create-once", "Creating what exists is refused with AlreadyExists and changes nothing."),
    _k("not-found", "Getting, updating, patching or deleting what does not exist is NotFound."),
    _k("stale-update", "An update with an old resourceVersion is refused with Conflict and changes nothing."),
    _k("version-required", "An update of a custom resource without resourceVersion is refused."),
    _k("stale-patch", "A patch that carries an old resourceVersion is refused with Conflict."),
    _k("one-winner", "Of writers that race with the same resourceVersion, exactly one wins."),
    _k("linearizable", "Concurrent reads and writes of an object happen in one order that clients agree on."),
    _k(
        "versions-change",
        "Every write that changes an object gives it a resourceVersion that it did not have before; every other leaves it.",
    ),
    _k("generation", "generation starts at 1 and grows by one with each change of the spec, and with nothing else."),
    _k("identity", "uid is unique, does not change, and is not given again to an object of the same name."),
    _k(
        "metadata-is-the-servers",
        "uid, creationTimestamp, generation and resourceVersion that a client makes up are not taken.",
    ),
    _k("names", "Names that are no DNS subdomains are refused, and generateName makes names that are free."),
    _k(
        "namespace-must-exist",
        "Nothing can be created in a namespace that does not exist; the namespaces of path and body must agree.",
    ),
    _k("namespace-deletion", "Deleting a namespace deletes what is in it, and in nothing else."),
    _k("delete-preconditions", "A delete with another uid or an old resourceVersion is refused with Conflict."),
    _k("delete-collection", "Deleting a collection deletes exactly what its selectors select."),
    _k("finalizers", "An object with finalizers stays, marked for deletion, until the last finalizer is removed."),
    _k(
        "owners",
        "What an object owns is removed after it, unless orphaned or owned by another as well.",
        Level.EXTENDED,
    ),
    _k("merge-patch", "A merge patch changes what it names, removes what it nulls, and keeps the rest."),
    _k("json-patch", "A JSON patch is carried out whole or not at all."),
    _k("patch-types", "A strategic merge patch of a custom resource is refused as unsupported."),
    _k(
        "apply",
        "Server-side apply owns the fields it sets: it conflicts with others' unless forced, and removes what it no longer sets.",
    ),
    _k("dry-run", "A dry run answers as the real request would and stores nothing."),
    _k(
        "field-validation",
        "Unknown and doubled fields: refused under Strict, warned of under Warn, silent under Ignore; never stored.",
    ),
    _k("status-apart", "The status subresource changes status only; the object itself everything but status."),
    _k("label-selectors", "Label selectors, by equality and by set, select exactly the matching objects."),
    _k(
        "field-selectors",
        "Field selectors by name and namespace select exactly the matching objects; other fields are refused.",
    ),
    _k("bad-selectors", "A selector that cannot be parsed is refused as a bad request."),
    _k("list-order", "A list is sorted by namespace and name."),
    _k(
        "pages",
        "Pages of a list, put together, are the list as it was at the first page: nothing twice, nothing missing.",
    ),
    _k("bad-continue", "A continue token that the server did not give is refused."),
    _k("list-version", "A list's resourceVersion is where a watch goes on without missing or repeating anything."),
    _k("watch-all", "A watch delivers every change of every object once, in the order of each object's changes."),
    _k("watch-live", "A running watch delivers changes as they happen."),
    _k(
        "watch-types",
        "A watch says ADDED of the new, MODIFIED of the changed, DELETED of the gone, each with the whole object.",
    ),
    _k("watch-initial", "A watch from nowhere begins with what exists."),
    _k("watch-selectors", "A watch with a selector says ADDED and DELETED as objects begin and cease to match."),
    _k("watch-bookmarks", "A watch that asks for initial events is told by a bookmark when they are complete."),
    _k("watch-ends", "A watch with a timeout ends by itself."),
    _k("watch-scope", "A watch of a namespace delivers that namespace's events only."),
    _k("watch-agrees", "What a watch shows of an object is what a get at that version shows."),
    _k(
        "watch-expired",
        "A watch from an impossible resourceVersion is refused as invalid, expired or too large, and is not silently empty.",
    ),
    _k("status-errors", "Every refusal is a Status with code and reason, and its code is the HTTP status."),
    _k(
        "malformed", "A body that is no JSON, of another kind, or of another version is refused, and nothing is stored."
    ),
    _k("unsupported-media", "Bodies of unknown media types are refused as unsupported."),
    _k("methods", "A verb that a resource does not have is refused as not allowed."),
    _k("unknown-resources", "Paths of unknown groups, versions and resources are 404."),
    _k("discovery", "Discovery lists each resource with its kind, scope, verbs and subresources, and they are served."),
    _k("openapi", "OpenAPI describes Model's fields, so that kubectl explain and client-side validation work."),
    _k("tables", "A list asked for as a Table has a row for each object."),
    _k("impersonation", "Impersonation acts as the other identity, and only for those who may."),
    _k("access-reviews", "Access reviews answer for others and for oneself."),
    _k("configmaps", "ConfigMaps and Secrets keep their data; what a client sends twice changes nothing."),
    _k("managed-fields", "managedFields say who set what."),
    _k("events", "Events can be created and listed by the object they are about."),
    _k("unicode", "Text of any script comes back as it was sent."),
    _k("numbers", "Numbers come back as they were sent: integers to the last digit, and fractions."),
    _k("large-objects", "Objects of hundreds of kilobytes are stored whole; too large ones are refused."),
    _k("isolation", "Writing one object changes no other."),
)
