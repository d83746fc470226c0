"""Step 3: the reader Role, and what it must not allow."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.checks.check import Case, Need, check
from conformance.checks.world import World
from conformance.driver.kube import APPLY_PATCH, Kube
from conformance.driver.resources import MODELS, ROLEBINDINGS, ROLES, SERVICEACCOUNTS

READER_RULES = [{"apiGroups": ["michelangelo.api"], "resources": ["models"], "verbs": ["get", "list", "watch"]}]

TOKEN_SECONDS = 3600


def account(w: World, namespace: str, name: str) -> Kube:
    """A ServiceAccount, made, and a client that acts as it: by impersonation, or where that is not allowed by a token of its own."""
    w.made(w.admin.create(SERVICEACCOUNTS, namespace, SERVICEACCOUNTS.object(name, namespace)))
    client = w.admin.as_service_account(namespace, name)
    if Need.IMPERSONATION.value in w.facts.capabilities:
        return client
    spec = {"expirationSeconds": TOKEN_SECONDS}
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "metadata": {}, "spec": spec}
    given = w.made(w.admin.request("POST", SERVICEACCOUNTS.path(namespace, name, "token"), body=request))
    return w.admin.with_token(client.identity, str(given.at("status.token")))


def bind(w: World, namespace: str, subject_namespace: str, subject: str, role: str = "model-registry-reader") -> None:
    """The guide's RoleBinding."""
    w.made(
        w.admin.create(
            ROLEBINDINGS,
            namespace,
            ROLEBINDINGS.object(
                f"{subject}-{role}",
                namespace,
                subjects=[{"kind": "ServiceAccount", "name": subject, "namespace": subject_namespace}],
                roleRef={"kind": "Role", "name": role, "apiGroup": "rbac.authorization.k8s.io"},
            ),
        )
    )


def reader(w: World) -> Kube:
    """Somebody bound to the guide's Role in the world's namespace, who can read by now."""
    w.made(w.admin.create(ROLES, w.namespace, ROLES.object("model-registry-reader", w.namespace, rules=READER_RULES)))
    client = account(w, w.namespace, "reader")
    bind(w, w.namespace, w.namespace, "reader")
    w.eventually(lambda: client.list(MODELS, w.namespace), lambda answer: answer.ok)
    return client


@check("reader-reads", "rbac.reader-gets", "rbac.reader-lists", "rbac.reader-watches")
def reader_reads(w: World, case: Case) -> None:
    """Bound to the guide's Role, one gets, lists and watches the namespace's Models."""
    w.register({"revision_id": 1}, "m")
    client = reader(w)
    w.equal(
        w.made(client.get(MODELS, w.namespace, "m"), "rbac.reader-gets").at("metadata.name"),
        "m",
        "the name",
        "rbac.reader-gets",
    )
    listed = w.made(client.list(MODELS, w.namespace), "rbac.reader-lists")
    w.equal(listed.names, ["m"], "the names", "rbac.reader-lists")
    with client.watch(MODELS, w.namespace) as watching:
        w.expect(watching.status == 200, "a watch", watching.status, "rbac.reader-watches")
        seen = watching.until(lambda event: event.name == "m", w.settle)
        w.expect(seen, "an event about m", [event.type for event in watching.events], "rbac.reader-watches")


_writes = st.sampled_from(["create", "update", "merge", "apply", "delete", "deletecollection", "status", "read-status"])
_CLAUSE = {
    "create": "rbac.reader-creates-not",
    "update": "rbac.reader-updates-not",
    "status": "rbac.subresources-apart",
    "read-status": "rbac.subresources-apart",
    "merge": "rbac.reader-patches-not",
    "apply": "rbac.reader-patches-not",
    "delete": "rbac.reader-deletes-not",
    "deletecollection": "rbac.reader-deletes-not",
}


@check(
    "reader-writes-not",
    *dict.fromkeys(_CLAUSE.values()),
    "rbac.refused-write-changes-nothing",
    given=st.lists(_writes, min_size=8, max_size=8, unique=True),
    weight=0.4,
)
def reader_writes_not(w: World, case: Case) -> None:
    """The reader cannot create, update, patch, apply or delete, nor read the status subresource, and a refused write has changed nothing."""
    made = w.register({"revision_id": 1}, "m")
    client = reader(w)
    other = w.model("other", {"revision_id": 2})
    changed = {**made.body, "spec": w.dialect.spell({"revision_id": 2})}
    for write in case:
        if write == "create":
            answer = client.create(MODELS, w.namespace, other)
        elif write == "update":
            answer = client.update(MODELS, w.namespace, "m", changed)
        elif write == "status":
            answer = client.patch(MODELS, w.namespace, "m", {"status": {}}, subresource="status")
        elif write == "read-status":
            answer = client.get(MODELS, w.namespace, "m", "status")
        elif write == "merge":
            answer = client.patch(MODELS, w.namespace, "m", {"spec": w.dialect.spell({"revision_id": 2})})
        elif write == "apply":
            answer = client.patch(
                MODELS,
                w.namespace,
                "m",
                w.model("m", {"revision_id": 2}),
                APPLY_PATCH,
                fieldManager="reader",
                force=True,
            )
        elif write == "delete":
            answer = client.delete(MODELS, w.namespace, "m")
        else:
            answer = client.delete_collection(MODELS, w.namespace)
        w.refused(answer, 403, "Forbidden", f"{write} by the reader", _CLAUSE[write])
        listed = w.made(w.admin.list(MODELS, w.namespace))
        w.equal(
            listed.items[:1],
            [made.body] if listed.items else None,
            f"the Models after a refused {write}",
            "rbac.refused-write-changes-nothing",
        )
        w.equal(listed.names, ["m"], f"the names after a refused {write}", "rbac.refused-write-changes-nothing")
