"""The Model custom resource, and how it is queried."""

from __future__ import annotations

from conformance.spec.clause import Clause, Force, Level, Profile, Unchecked

_P = Profile.REGISTRY
VERIFY, MODEL, QUERY, KUBECTL, MA = (
    "Verification",
    "The Model Custom Resource",
    "Querying the Registry",
    "kubectl",
    "ma CLI",
)

CLAUSES = (
    Clause(
        "verify.crd",
        VERIFY,
        _P,
        "The smoke test's first step: the definition can be got.",
        unchecked=Unchecked.ELSEWHERE,
        reason="The same as crd.present.",
    ),
    Clause("verify.list", VERIFY, _P, "Models of a namespace can be listed, and a registered one is among them."),
    Clause(
        "verify.describe",
        VERIFY,
        _P,
        "A single Model can be read with everything that describing it shows, and its Events can be listed.",
    ),
    Clause(
        "verify.store-from-pod",
        VERIFY,
        Profile.ARTIFACTS,
        "The bucket can be listed from a pod in the compute namespace.",
        level=Level.EXTENDED,
        unchecked=Unchecked.UNOBSERVABLE,
        reason="Starting pods with a given image is more than a registry promises, and on a live cluster costs an image pull; the same request "
        "is judged from outside by s3.list.",
    ),
    Clause(
        "model.every-registered",
        MODEL,
        _P,
        "Every registered model is a Model object under its name, and can be read at once.",
    ),
    Clause(
        "model.example", MODEL, _P, "The representative manifest is accepted as printed and comes back field by field."
    ),
    Clause(
        "model.round-trip",
        MODEL,
        _P,
        "Any valid spec comes back as it was sent: nothing lost, added, reordered or rewritten.",
    ),
    Clause("model.no-version-kind", MODEL, _P, "There is no ModelVersion resource.", Force.FACT),
    Clause(
        "model.kind-enum", MODEL, _P, "spec.kind takes the problem types that the platform names, and no other word."
    ),
    Clause(
        "model.package-enum",
        MODEL,
        _P,
        "spec.package_type takes the package types that the platform names, and no other word.",
    ),
    Clause(
        "model.revision-is-the-users",
        MODEL,
        _P,
        "spec.revision_id is what the user set, whatever it was before; nothing counts it.",
    ),
    Clause("model.revision-integer", MODEL, _P, "spec.revision_id is an integer; other types are refused."),
    Clause(
        "model.uris-repeated",
        MODEL,
        _P,
        "Both URI fields are lists of strings: any length is taken, anything but a list of strings is refused.",
    ),
    Clause(
        "model.schema-items",
        MODEL,
        _P,
        "input_schema and output_schema have schema_items, each with name and data_type.",
    ),
    Clause(
        "model.no-dtype",
        MODEL,
        _P,
        "A schema item has no dtype: it is refused, or dropped where the client asked for no validation.",
    ),
    Clause(
        "model.unknown-fields",
        MODEL,
        _P,
        "Unknown fields are refused under strict validation, and never stored.",
        Force.FACT,
    ),
    Clause(
        "model.wrong-types",
        MODEL,
        _P,
        "Values of the wrong type are refused as invalid, and nothing is stored.",
        Force.FACT,
    ),
    Clause("model.labels", MODEL, _P, "Labels are kept as they are given and can be selected by."),
    Clause(
        "model.status-empty",
        MODEL,
        _P,
        "status is empty: no conditions, no phase, no timestamps, before and after updates.",
    ),
    Clause(
        "model.status-not-by-main", MODEL, _P, "A status that a client sends with the object is not stored.", Force.FACT
    ),
    Clause("model.no-ready", MODEL, _P, "A Model never has a Ready condition, however long one waits.", Force.FACT),
    Clause(
        "model.readiness",
        MODEL,
        _P,
        "Existence with a non-empty deployable_artifact_uri is the readiness signal: once seen, it does not go away by itself.",
    ),
    Clause("query.by-namespace", QUERY, _P, "Listing a namespace shows all of its Models and none of another's."),
    Clause("query.delete-is-final", QUERY, _P, "A deleted Model is in no list and cannot be got; the others stay."),
    Clause("query.read-own-writes", QUERY, _P, "What was written is what is read, by get and by list, at once."),
    Clause("query.printed-columns", KUBECTL, _P, "Listing for people shows each Model's name and age.", Force.FACT),
    Clause(
        "query.single-field",
        KUBECTL,
        _P,
        "A single field of a Model can be read for automation, the first URI included.",
    ),
    Clause(
        "query.describe",
        KUBECTL,
        _P,
        "A Model's description shows its fields.",
        unchecked=Unchecked.ELSEWHERE,
        reason="The same as verify.describe.",
    ),
    Clause("ma.list", MA, Profile.CLI, "`ma model get -n NS` lists the namespace's Models, the same as kubectl sees."),
    Clause("ma.get", MA, Profile.CLI, "`ma model get -n NS --name NAME` reads one Model, the same as kubectl sees."),
    Clause("ma.limit", MA, Profile.CLI, "`--limit N` gives at most N Models."),
    Clause("ma.apply", MA, Profile.CLI, "`ma model apply` creates and updates Models that kubectl then sees."),
    Clause("ma.delete", MA, Profile.CLI, "`ma model delete` deletes a Model for kubectl, too."),
    Clause(
        "ma.missing",
        MA,
        Profile.CLI,
        "Getting, updating or deleting a Model that is not there is answered as not found.",
    ),
    Clause(
        "ma.conflict",
        MA,
        Profile.CLI,
        "Creating a Model that exists, and updating by an old version, are refused; nothing is overwritten.",
        Force.FACT,
    ),
    Clause(
        "ma.reflection",
        MA,
        Profile.CLI,
        "The services describe themselves, so that `ma` finds its entities; model is one of them.",
        Force.FACT,
    ),
    Clause(
        "ma.delete-collection",
        MA,
        Profile.CLI,
        "Deleting a collection deletes what its selector selects in its namespace, and nothing else.",
        Force.FACT,
        Level.EXTENDED,
    ),
    Clause("ma.families", MA, Profile.CLI, "Model families are served like Models.", Force.FACT, Level.EXTENDED),
    Clause(
        "ma.no-list-subcommand",
        MA,
        Profile.CLI,
        "`ma model` has neither list nor --version nor --output.",
        Force.FACT,
        unchecked=Unchecked.CLIENT,
        reason="A property of the client program; newer releases of it have -o.",
    ),
    Clause(
        "ma.use-kubectl-for-scripts",
        MA,
        Profile.CLI,
        "Scripts use kubectl with -o json or jsonpath for structured output.",
        Force.SHOULD,
        unchecked=Unchecked.CLIENT,
        reason="Advice about client programs.",
    ),
)
