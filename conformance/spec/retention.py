"""Retention and cleanup, and the troubleshooting table."""

from __future__ import annotations

from conformance.spec.clause import Clause, Force, Level, Profile, Unchecked

_P, _T = Profile.RETENTION, Profile.TROUBLESHOOTING
KEEP, TROUBLE, NEXT = "Retention and Cleanup", "Troubleshooting", "What's Next"

CLAUSES = (
    Clause("retention.no-cascade", KEEP, Profile.ARTIFACTS, "Deleting a Model does not remove its artifacts."),
    Clause(
        "retention.lifecycle-policies",
        KEEP,
        _P,
        "Artifacts may be managed by lifecycle policies of the object store.",
        Force.SHOULD,
        Level.EXTENDED,
        unchecked=Unchecked.OPERATOR,
        reason="An alternative that operators choose; it needs nothing of the registry.",
    ),
    Clause(
        "retention.timestamp-real",
        KEEP,
        _P,
        "metadata.creationTimestamp is set at registration, to the second, and is close to now.",
    ),
    Clause(
        "retention.timestamp-fixed",
        KEEP,
        _P,
        "creationTimestamp does not move: not by updates, patches or attempts to set it.",
    ),
    Clause(
        "retention.timestamp-per-object",
        KEEP,
        _P,
        "A Model that is deleted and registered again has a new creationTimestamp and identity.",
        Force.FACT,
    ),
    Clause("retention.no-registered-at", KEEP, _P, "There is no status.registeredAt.", Force.FACT),
    Clause(
        "retention.lists-all-namespaces",
        KEEP,
        _P,
        "Models of all namespaces can be listed at once, each with namespace, name, time and URIs.",
    ),
    Clause(
        "retention.older-than-cutoff",
        KEEP,
        _P,
        "What is older than the cutoff (strictly) is selected, and nothing else.",
    ),
    Clause("retention.uris-of-each", KEEP, _P, "Both URI fields of each selected Model say what to delete."),
    Clause("retention.objects-first", KEEP, _P, "Cleanup deletes a Model's objects first, then the Model."),
    Clause(
        "retention.interruption-safe",
        KEEP,
        _P,
        "A cleanup that is interrupted anywhere leaves no object that no Model names.",
    ),
    Clause("retention.shared-kept", KEEP, _P, "Artifacts that a surviving Model names stay.", Force.FACT),
    Clause("retention.completes", KEEP, _P, "A second run of an interrupted cleanup completes it.", Force.FACT),
    Clause(
        "retention.nothing-else",
        KEEP,
        _P,
        "Cleanup touches nothing but the selected Models and the objects that they name.",
        Force.FACT,
    ),
    Clause(
        "retention.failed-delete-keeps-model",
        KEEP,
        _P,
        "A Model whose objects could not all be deleted stays.",
        Force.FACT,
    ),
    Clause(
        "retention.versioned-buckets",
        KEEP,
        _P,
        "In a versioned bucket, every version of an object is removed.",
        Force.FACT,
        Level.EXTENDED,
    ),
    Clause(
        "trouble.crd-missing",
        TROUBLE,
        _T,
        "Without the definition, the resource type models is unknown; installing it again is the cure.",
        level=Level.EXTENDED,
    ),
    Clause(
        "trouble.none-registered",
        TROUBLE,
        _T,
        "With the definition but without Models, or in the wrong namespace, nothing is found, without an error.",
    ),
    Clause(
        "trouble.raw-uri-empty",
        TROUBLE,
        _T,
        "A Model registered without raw artifacts shows an empty model_artifact_uri, and can be told the artifacts later.",
        Force.FACT,
    ),
    Clause(
        "trouble.upload-denied",
        TROUBLE,
        _T,
        "Without write permission no artifact is stored; with the policy of step 2 the same write succeeds.",
        Force.FACT,
        Level.EXTENDED,
    ),
    Clause(
        "trouble.deployable-uri-empty",
        TROUBLE,
        _T,
        "A Model without packaged artifacts shows an empty deployable_artifact_uri until it is packaged.",
        Force.FACT,
    ),
    Clause(
        "trouble.packaging-logs",
        TROUBLE,
        _T,
        "The pipeline run's logs say why packaging failed.",
        Force.SHOULD,
        unchecked=Unchecked.UNOBSERVABLE,
        reason="Logs of tasks are not behind the registry's doors.",
    ),
    Clause(
        "trouble.rbac-message",
        TROUBLE,
        _T,
        "Who lacks the right is told: which user cannot do what to which resource in which API group and namespace.",
    ),
    Clause(
        "trouble.rbac-cure", TROUBLE, _T, "A Role with the empty API group does not help; the manifest of step 3 does."
    ),
    Clause(
        "trouble.wait-ready",
        TROUBLE,
        _T,
        "Waiting for Ready on a Model sees no such condition, ever; the deployable URI is the signal to use.",
    ),
    Clause(
        "trouble.lower-case-triton",
        TROUBLE,
        _T,
        "An InferenceServer with backendType triton does not serve; BACKEND_TYPE_TRITON is the cure.",
    ),
    Clause(
        "trouble.elsewhere",
        TROUBLE,
        _T,
        "Deeper trees are in the troubleshooting guide.",
        Force.FACT,
        unchecked=Unchecked.DOCUMENTATION,
        reason="Points to another document.",
    ),
    Clause(
        "next.further-reading",
        NEXT,
        Profile.REGISTRY,
        "Custom backends, authentication, experiment tracking and object store configuration are in other guides.",
        Force.FACT,
        unchecked=Unchecked.DOCUMENTATION,
        reason="Points to other documents.",
    ),
)
