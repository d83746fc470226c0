"""Step 2: permissions on the bucket, and where artifacts are."""

from __future__ import annotations

from conformance.spec.clause import Clause, Force, Level, Profile, Unchecked

_P = Profile.ARTIFACTS
STEP, URIS = "Step 2: Configure S3 Permissions for Model Artifacts", "Artifact URI discovery"

CLAUSES = (
    Clause("s3.put", STEP, _P, "The platform's identity may put objects into the models bucket."),
    Clause("s3.get", STEP, _P, "It may get them, and gets the bytes that were put."),
    Clause("s3.delete", STEP, _P, "It may delete them, and then they are gone."),
    Clause("s3.list", STEP, _P, "It may list the bucket, and the list has every object once."),
    Clause(
        "s3.bucket-and-objects",
        STEP,
        _P,
        "Listing is granted on the bucket and the rest on its objects: a policy of only one of the two grants only that.",
        Force.FACT,
        Level.EXTENDED,
    ),
    Clause(
        "s3.denied-without-policy",
        STEP,
        _P,
        "An identity without these permissions is denied each of the four.",
        Force.FACT,
        Level.EXTENDED,
    ),
    Clause(
        "s3.each-permission-apart",
        STEP,
        _P,
        "Each of the four permissions grants its own action and no other.",
        Force.FACT,
        Level.EXTENDED,
    ),
    Clause("s3.other-buckets", STEP, _P, "The policy grants nothing on other buckets.", Force.FACT, Level.EXTENDED),
    Clause(
        "s3.task-identity",
        STEP,
        _P,
        "Task pods under another identity work with an equivalent policy of their own.",
        Force.FACT,
        Level.EXTENDED,
    ),
    Clause(
        "s3.unsigned-denied",
        STEP,
        _P,
        "Without credentials nothing in the bucket can be read or written.",
        Force.SHOULD,
        Level.EXTENDED,
    ),
    Clause(
        "s3.large-objects", STEP, _P, "Objects of many megabytes go in and come out whole.", Force.FACT, Level.EXTENDED
    ),
    Clause(
        "s3.any-key",
        STEP,
        _P,
        "Keys with blanks, unicode and reserved characters name the objects that they were given.",
        Force.FACT,
    ),
    Clause("s3.overwrite", STEP, _P, "An object put again under its key has the new bytes.", Force.FACT),
    Clause("s3.ranges", STEP, _P, "A range of an object is those bytes of it.", Force.FACT, Level.EXTENDED),
    Clause(
        "s3.etags",
        STEP,
        _P,
        "An object's ETag is one wherever it is shown, and tells one content from another.",
        Force.FACT,
        Level.EXTENDED,
    ),
    Clause("uri.layout-free", URIS, _P, "No directory structure is prescribed: a Model may name any bucket and key."),
    Clause("uri.raw-field", URIS, Profile.REGISTRY, "Raw training artifacts are found in spec.model_artifact_uri."),
    Clause(
        "uri.deployable-field",
        URIS,
        Profile.REGISTRY,
        "Deployable artifacts are found in spec.deployable_artifact_uri.",
    ),
    Clause(
        "uri.spelling",
        URIS,
        Profile.REGISTRY,
        "The two fields are spelled as the guide's commands spell them.",
        Force.FACT,
        Level.EXTENDED,
        ambiguity="The guide prints snake_case (and trainingFramework); the platform's releases store camelCase. The dialect is read from the "
        "target's definition and recorded; a definition that mixes or lacks both is judged broken.",
    ),
    Clause(
        "uri.authoritative",
        URIS,
        Profile.REGISTRY,
        "What these fields say is exactly what was registered: every URI, its bytes, its order, repeats.",
    ),
    Clause(
        "uri.do-not-hardcode",
        URIS,
        Profile.REGISTRY,
        "Automation reads the locations from the Model instead of building paths.",
        Force.SHOULD,
        unchecked=Unchecked.OPERATOR,
        reason="Advice to authors of automation.",
    ),
)
