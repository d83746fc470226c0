"""Clauses of the registry itself: the CRD, the Model, its artifacts, who may read it."""

from __future__ import annotations

from conformance.spec.clause import Clause

HOW = "How the Model Registry Works"
STEP_1 = "Step 1: Verify the Model CRD Is Installed"
STEP_2 = "Step 2: Configure S3 Permissions for Model Artifacts"
STEP_3 = "Step 3: Configure RBAC"
MODEL = "The Model Custom Resource"
RETENTION = "Retention and Cleanup"
QUERY = "Querying the Registry"

CLAUSES = (
    Clause(
        "registry.crd-installed",
        "The cluster serves a custom resource definition named models.michelangelo.api, and it is established.",
        STEP_1,
        "registry",
    ),
    Clause(
        "registry.model-round-trips",
        "A Model reads back with every field that was written, the URI lists in the order in which they were given.",
        MODEL,
        "registry",
    ),
    Clause(
        "registry.status-stays-empty",
        "A Model has no status: no conditions, no phase, no timestamps, whatever a client sends.",
        MODEL,
        "registry",
    ),
    Clause(
        "registry.enums-enforced",
        "A Model whose kind or package type is none of the documented values is refused.",
        MODEL,
        "registry",
    ),
    Clause(
        "registry.listed-by-namespace",
        "Listing Models in a namespace shows exactly the Models of that namespace.",
        QUERY,
        "registry",
    ),
    Clause(
        "kubernetes.stale-update-conflicts",
        "An update made for an older resourceVersion of a Model is refused with a conflict and changes nothing.",
        HOW,
        "kubernetes",
    ),
    Clause(
        "rbac.reader-reads",
        "A Role with get, list and watch on models in michelangelo.api, bound to a subject, lets it read the namespace's Models.",
        STEP_3,
        "rbac",
    ),
    Clause(
        "rbac.reader-cannot-write",
        "The reader Role gives no more than reading, and only in its own namespace.",
        STEP_3,
        "rbac",
    ),
    Clause(
        "artifacts.survive-deletion",
        "Deleting a Model leaves its artifacts in the object store.",
        RETENTION,
        "artifacts",
    ),
    Clause(
        "retention.creation-time-is-fixed",
        "metadata.creationTimestamp is set when a Model is created and does not move when it is updated.",
        RETENTION,
        "retention",
    ),
)
