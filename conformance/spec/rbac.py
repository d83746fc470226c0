"""Step 3: who may read Models."""

from __future__ import annotations

from conformance.spec.clause import Clause, Force, Level, Profile, Unchecked

_P = Profile.RBAC
STEP = "Step 3: Configure RBAC"

CLAUSES = (
    Clause(
        "rbac.role-as-printed", STEP, _P, "The Role of the guide is accepted as printed and read back with its rules."
    ),
    Clause(
        "rbac.binding-as-printed",
        STEP,
        _P,
        "The RoleBinding of the guide is accepted as printed and read back with its subjects and its role.",
    ),
    Clause(
        "rbac.nothing-without-binding",
        STEP,
        _P,
        "Without a binding nobody reads Models, and a Role alone binds nobody.",
    ),
    Clause("rbac.reader-gets", STEP, _P, "Who is bound to the reader Role gets a Model of the namespace."),
    Clause("rbac.reader-lists", STEP, _P, "Who is bound to the reader Role lists the namespace's Models."),
    Clause("rbac.reader-watches", STEP, _P, "Who is bound to the reader Role watches the namespace's Models."),
    Clause("rbac.reader-creates-not", STEP, _P, "The reader cannot create Models."),
    Clause("rbac.reader-updates-not", STEP, _P, "The reader cannot update Models."),
    Clause("rbac.reader-patches-not", STEP, _P, "The reader cannot patch Models, nor apply them."),
    Clause("rbac.reader-deletes-not", STEP, _P, "The reader cannot delete a Model, nor a collection of them."),
    Clause("rbac.refused-write-changes-nothing", STEP, _P, "A write that was refused has changed nothing."),
    Clause(
        "rbac.own-namespace-only",
        STEP,
        _P,
        "The Role grants reading in its namespace only: not in others, and not across all of them.",
    ),
    Clause(
        "rbac.models-only",
        STEP,
        _P,
        "The Role grants nothing on other resources: not on InferenceServers, not on Secrets.",
    ),
    Clause(
        "rbac.subresources-apart",
        STEP,
        _P,
        "The Role grants nothing on subresources of Models, such as status.",
        Force.FACT,
    ),
    Clause(
        "rbac.account-of-other-namespace",
        STEP,
        _P,
        "A ServiceAccount of another namespace that is bound reads in the Role's namespace.",
    ),
    Clause(
        "rbac.account-reads-not-at-home",
        STEP,
        _P,
        "That ServiceAccount gains nothing in its own namespace, nor elsewhere.",
    ),
    Clause(
        "rbac.same-name-elsewhere", STEP, _P, "A ServiceAccount of the same name in another namespace is not bound."
    ),
    Clause(
        "rbac.account-token",
        STEP,
        _P,
        "A token of the ServiceAccount authenticates as that account, with its rights and no other's.",
    ),
    Clause(
        "rbac.api-group-matters",
        STEP,
        _P,
        "A Role with another API group (such as the empty one) grants nothing on Models.",
    ),
    Clause(
        "rbac.revocation",
        STEP,
        _P,
        "Who is no longer bound reads no longer: after the binding, or the Role's rule, is gone.",
    ),
    Clause("rbac.role-change", STEP, _P, "A Role's new rules hold for those who are bound already.", Force.FACT),
    Clause("rbac.resource-names", STEP, _P, "A rule that names resources grants those and no others.", Force.FACT),
    Clause(
        "rbac.cluster-wide",
        STEP,
        _P,
        "A ClusterRole bound in one namespace grants there; bound cluster-wide it grants everywhere.",
        Force.FACT,
    ),
    Clause(
        "rbac.groups",
        STEP,
        _P,
        "Groups are subjects: their members are granted, others are not.",
        Force.FACT,
        Level.EXTENDED,
    ),
    Clause("rbac.no-escalation", STEP, _P, "Nobody grants, by Role or binding, what they do not have.", Force.FACT),
    Clause("rbac.anonymous", STEP, _P, "Without credentials nobody reads or writes Models."),
    Clause("rbac.bad-token", STEP, _P, "A token that the server did not issue is refused as unauthorized.", Force.FACT),
    Clause("rbac.can-i", STEP, _P, "What `kubectl auth can-i` says is what happens.", Force.FACT),
    Clause(
        "rbac.any-rules",
        STEP,
        _P,
        "For any Roles and bindings: granted exactly when some rule of a bound role covers the request.",
        Force.FACT,
    ),
    Clause(
        "rbac.multi-tenant",
        STEP,
        _P,
        "Cluster-wide patterns and isolation of tenants are in another guide.",
        Force.FACT,
        unchecked=Unchecked.DOCUMENTATION,
        reason="Points to another document.",
    ),
)
