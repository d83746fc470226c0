"""What the guide says before its model chapter: how the registry works, prerequisites, the definition."""

from __future__ import annotations

from conformance.spec.clause import Clause, Force, Level, Profile, Unchecked

_P = Profile.REGISTRY
INTRO, HOW, NEEDS, STEP = (
    "Model Registry Integration",
    "How the Model Registry Works",
    "Prerequisites",
    "Step 1: Verify the Model CRD Is Installed",
)

CLAUSES = (
    Clause(
        "intro.built-in",
        INTRO,
        _P,
        "The registry is part of the platform; nobody connects an external server for it.",
        Force.FACT,
        unchecked=Unchecked.DOCUMENTATION,
        reason="That nothing else is needed shows in every check that registers a model.",
    ),
    Clause(
        "intro.scope",
        INTRO,
        _P,
        "The guide covers health, storage, access, and integration with serving and CI/CD.",
        Force.FACT,
        unchecked=Unchecked.DOCUMENTATION,
        reason="Says what the guide is about.",
    ),
    Clause(
        "how.operator-duties",
        HOW,
        _P,
        "The operator provisions bucket and policy, verifies the definition, and sets up RBAC.",
        Force.FACT,
        unchecked=Unchecked.OPERATOR,
        reason="People do this; its results are judged by the clauses of steps 1 to 3.",
    ),
    Clause(
        "how.user-duties",
        HOW,
        _P,
        "Users register models from inside their tasks.",
        Force.FACT,
        unchecked=Unchecked.OPERATOR,
        reason="People do this; what comes of it is how.registration-writes-both.",
    ),
    Clause(
        "how.registration-writes-both",
        HOW,
        Profile.ARTIFACTS,
        "A registered model is both: a Model object and its artifacts in the object store.",
        Force.FACT,
        Level.EXTENDED,
        ambiguity="The guide lets the platform write both; the released SDK writes from the task. Judged by what is there afterwards: "
        "a Model's URIs name objects that can be read with the bytes that were written.",
    ),
    Clause(
        "how.consumers-see-models",
        HOW,
        _P,
        "Downstream consumers can read a Model's artifact URIs as soon as the Model is registered.",
    ),
    Clause(
        "how.single-resource",
        HOW,
        _P,
        "The registry is one custom resource, Model, defined as models.michelangelo.api.",
    ),
    Clause(
        "needs.object-store",
        NEEDS,
        Profile.ARTIFACTS,
        "The configured object store is reachable and speaks S3.",
    ),
    Clause(
        "needs.compute-cluster",
        NEEDS,
        _P,
        "At least one compute cluster is registered, so that tasks have somewhere to run.",
        Force.SHOULD,
        unchecked=Unchecked.OPERATOR,
        reason="Concerns tasks, which the registry does not need in order to be judged.",
    ),
    Clause(
        "needs.permissions",
        NEEDS,
        Profile.RBAC,
        "Whoever follows the guide may create Roles and RoleBindings and inspect CustomResourceDefinitions.",
    ),
    Clause("crd.present", STEP, _P, "The definition models.michelangelo.api can be read and is established."),
    Clause(
        "crd.names",
        STEP,
        _P,
        "The definition serves kind Model in group michelangelo.api, as models and model, inside namespaces.",
    ),
    Clause("crd.version", STEP, _P, "Version v2 of Model is served, and is what is stored."),
    Clause(
        "crd.discovered",
        STEP,
        _P,
        "Discovery lists models under michelangelo.api/v2, so that kubectl knows the resource type.",
    ),
    Clause("crd.empty-namespace", STEP, _P, "Models of a namespace without any are an empty list, not an error."),
    Clause(
        "crd.reinstall",
        STEP,
        Profile.TROUBLESHOOTING,
        "A missing definition comes back by installing the definitions again.",
        Force.SHOULD,
        Level.EXTENDED,
        ambiguity="The platform's releases have no separate step: the API server installs definitions when it starts. Judged as: a definition "
        "that is applied again serves again.",
    ),
)
