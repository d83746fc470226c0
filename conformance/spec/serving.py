"""InferenceServers, and CI/CD."""

from __future__ import annotations

from conformance.spec.clause import Clause, Force, Level, Profile, Unchecked

_P = Profile.SERVING
SERVE, CICD, STEP, DATES = (
    "Integrating with the Serving Layer",
    "CI/CD Pipeline Integration",
    "Example: GitHub Actions step",
    "Portable date math for retention scripts",
)

CLAUSES = (
    Clause(
        "serving.example",
        SERVE,
        _P,
        "The representative InferenceServer manifest is accepted as printed and comes back field by field.",
    ),
    Clause("serving.round-trip", SERVE, _P, "Any valid InferenceServer spec comes back as it was sent.", Force.FACT),
    Clause("serving.no-model-reference", SERVE, _P, "An InferenceServer's spec has no reference to a Model."),
    Clause(
        "serving.no-model-version",
        SERVE,
        _P,
        "spec.modelVersion does not exist: refused under strict validation, never stored.",
    ),
    Clause("serving.backend-enum", SERVE, _P, "backendType takes the four names of the guide, and no other word."),
    Clause(
        "serving.lower-case-backend",
        SERVE,
        _P,
        "The lower-case word triton is no backend type.",
        ambiguity="The guide says that such a server does not start; the definition refuses it already. Judged: it is refused, or stored and never serves.",
    ),
    Clause("serving.num-instances", SERVE, _P, "The instance count is initSpec.numInstances, an integer."),
    Clause(
        "serving.no-replicas", SERVE, _P, "There is no replicas field: refused under strict validation, never stored."
    ),
    Clause("serving.tenancy-enum", SERVE, _P, "tenancyType takes DEDICATED and MULTI_TENANT, and no other word."),
    Clause(
        "serving.one-project-per-server",
        SERVE,
        _P,
        "A dedicated server serves one project.",
        Force.FACT,
        unchecked=Unchecked.UNOBSERVABLE,
        reason="Nothing at the doors says which projects a server serves.",
    ),
    Clause(
        "serving.conditions",
        SERVE,
        _P,
        "The controller reports conditions of the types Cleanup, HealthCheck, BackendProvision, ModelConfigProvision and Validation, and no other.",
        ambiguity="The five never coexist in releases: four during life, Cleanup during decommission. Judged: every type reported is one of "
        "the five, and a living server reports the four.",
    ),
    Clause("serving.no-ready", SERVE, _P, "There is no Ready condition on an InferenceServer."),
    Clause(
        "serving.condition-encoding",
        SERVE,
        _P,
        "A condition's status is one of CONDITION_STATUS_UNKNOWN, _TRUE and _FALSE.",
        Force.FACT,
        Level.EXTENDED,
        ambiguity="The guide does not say how a condition's status is spelled; Kubernetes' True and False would make `kubectl wait` work. "
        "Judged as the platform's releases encode it.",
    ),
    Clause(
        "serving.gate",
        SERVE,
        _P,
        "BackendProvision and ModelConfigProvision become true on a server that can serve, and then it serves.",
    ),
    Clause(
        "serving.validation",
        SERVE,
        _P,
        "A server with a backend that the platform cannot run says so in Validation, and does not serve.",
        Force.FACT,
    ),
    Clause(
        "serving.status-is-the-controllers",
        SERVE,
        _P,
        "A status that a client sends with the object is not stored.",
        Force.FACT,
    ),
    Clause("serving.model-config", SERVE, _P, "The models of a server are in its model config, a ConfigMap."),
    Clause(
        "serving.deployment-wires",
        SERVE,
        _P,
        "A Deployment brings a registered model to a running server: the model appears in the server's model config.",
        ambiguity="The guide also names Revision; releases do not read it. Judged by the ConfigMap.",
    ),
    Clause(
        "serving.rollout-completes",
        SERVE,
        _P,
        "The Deployment's rollout ends, and says which revision is current.",
        Force.FACT,
        Level.EXTENDED,
    ),
    Clause(
        "serving.rollout-replaces",
        SERVE,
        _P,
        "A Deployment of another revision replaces the model, and the old one leaves the model config.",
        Force.FACT,
        Level.EXTENDED,
    ),
    Clause(
        "serving.undeploy",
        SERVE,
        _P,
        "A deleted Deployment's model leaves the model config.",
        Force.FACT,
        Level.EXTENDED,
    ),
    Clause(
        "serving.decommission",
        SERVE,
        _P,
        "A decommissioned server reports Cleanup, and what it had is removed.",
        Force.FACT,
        Level.EXTENDED,
    ),
    Clause(
        "serving.unhealthy-target",
        SERVE,
        _P,
        "A Deployment to a server that is not there does not complete.",
        Force.FACT,
        Level.EXTENDED,
    ),
    Clause(
        "serving.backends-elsewhere",
        SERVE,
        _P,
        "Choosing and configuring backends is in another guide.",
        Force.FACT,
        unchecked=Unchecked.DOCUMENTATION,
        reason="Points to another document.",
    ),
    Clause(
        "cicd.presence",
        CICD,
        Profile.REGISTRY,
        "A pipeline learns whether a model is registered from whether it can be got.",
    ),
    Clause(
        "cicd.wait-not-applicable",
        CICD,
        Profile.REGISTRY,
        "Waiting for conditions of a Model is not applicable.",
        Force.FACT,
        unchecked=Unchecked.ELSEWHERE,
        reason="The same as model.no-ready and trouble.wait-ready.",
    ),
    Clause(
        "cicd.absence-fails",
        STEP,
        Profile.REGISTRY,
        "Getting a model that is not registered fails with not found, so that the step fails.",
    ),
    Clause(
        "cicd.first-deployable-uri",
        STEP,
        Profile.REGISTRY,
        "The first deployable URI of a registered model is what the step puts out.",
    ),
    Clause(
        "cicd.not-path",
        STEP,
        Profile.REGISTRY,
        "The variable is not named PATH.",
        Force.SHOULD,
        unchecked=Unchecked.CLIENT,
        reason="A property of a shell script.",
    ),
    Clause(
        "dates.agree",
        DATES,
        Profile.RETENTION,
        "The three date forms give the same cutoff, in the format of creationTimestamp.",
        Force.FACT,
    ),
    Clause(
        "dates.comparable",
        DATES,
        Profile.RETENTION,
        "creationTimestamps have one format, so that comparing them as text compares them in time.",
    ),
)
