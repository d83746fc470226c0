"""Step 3: how far the reader Role reaches, and for whom."""

from __future__ import annotations

from functools import partial
from typing import Any

from hypothesis import strategies as st

from conformance.checks.check import Case, Need, check
from conformance.checks.reader import READER_RULES, account, bind, reader
from conformance.checks.world import World
from conformance.driver.answers import Answer
from conformance.driver.kube import Kube
from conformance.driver.resources import (
    CLUSTERROLEBINDINGS,
    CLUSTERROLES,
    CONFIGMAPS,
    CRDS,
    MODELS,
    ROLEBINDINGS,
    ROLES,
    SECRETS,
    SELF_ACCESS_REVIEWS,
    SERVERS,
    SERVICEACCOUNTS,
    Resource,
)

ROLE = "model-registry-reader"
RBAC = "rbac.authorization.k8s.io"
READS = ("get", "list", "watch")


def attempt(w: World, client: Kube, verb: str, namespace: str, name: str = "m", resource: Resource = MODELS) -> Answer:
    """One of the three ways to read."""
    if verb == "get":
        return client.get(resource, namespace, name)
    if verb == "list":
        return client.list(resource, namespace)
    return client.try_watch(resource, namespace)


def denied(
    w: World,
    client: Kube,
    namespace: str,
    clause: str,
    verbs: tuple[str, ...] = READS,
    name: str = "m",
    resource: Resource = MODELS,
) -> None:
    """Raise a finding unless all reading is forbidden."""
    for verb in verbs:
        answer = attempt(w, client, verb, namespace, name, resource)
        where = f"in {namespace}" if namespace else "across namespaces"
        w.expect(
            answer.code == 403,
            f"{verb} of {resource.plural} {where} by {client.identity} to be forbidden",
            answer.said(),
            clause,
        )


def allowed(w: World, client: Kube, namespace: str, clause: str, verbs: tuple[str, ...] = READS) -> None:
    """Raise a finding unless all reading comes to be allowed."""
    for verb in verbs:
        answer = w.eventually(partial(attempt, w, client, verb, namespace), lambda answer: answer.ok)
        w.expect(
            answer.ok, f"{verb} of models in {namespace} by {client.identity} to be allowed", answer.said(), clause
        )


@check("guide-role", "rbac.role-as-printed", "rbac.binding-as-printed", "needs.permissions")
def guide_role(w: World, case: Case) -> None:
    """The guide's Role and RoleBinding are accepted strictly and come back with what they say."""
    home = w.new_namespace()
    role = ROLES.object(ROLE, w.namespace, rules=READER_RULES)
    w.made(w.admin.create(ROLES, w.namespace, role, fieldValidation="Strict"), "rbac.role-as-printed")
    read = w.made(w.admin.get(ROLES, w.namespace, ROLE), "rbac.role-as-printed")
    w.equal(read.at("rules"), READER_RULES, "the rules", "rbac.role-as-printed")
    subjects = [{"kind": "ServiceAccount", "name": "ci-service-account", "namespace": home}]
    reference = {"kind": "Role", "name": ROLE, "apiGroup": RBAC}
    binding = ROLEBINDINGS.object("ci-model-registry-reader", w.namespace, subjects=subjects, roleRef=reference)
    w.made(w.admin.create(ROLEBINDINGS, w.namespace, binding, fieldValidation="Strict"), "rbac.binding-as-printed")
    read = w.made(w.admin.get(ROLEBINDINGS, w.namespace, "ci-model-registry-reader"), "rbac.binding-as-printed")
    w.equal(read.at("subjects"), subjects, "the subjects", "rbac.binding-as-printed")
    w.equal(read.at("roleRef"), reference, "the role", "rbac.binding-as-printed")


@check(
    "unbound", "rbac.nothing-without-binding", given=st.sampled_from(["nothing", "role", "other-subject"]), weight=0.3
)
def unbound(w: World, case: Case) -> None:
    """Whoever is not bound reads nothing, whether the Role exists or not, and whoever else is bound to it."""
    w.register({}, "m")
    client = account(w, w.namespace, "outsider")
    if case != "nothing":
        w.made(w.admin.create(ROLES, w.namespace, ROLES.object(ROLE, w.namespace, rules=READER_RULES)))
    if case == "other-subject":
        somebody = account(w, w.namespace, "somebody")
        bind(w, w.namespace, w.namespace, "somebody")
        allowed(w, somebody, w.namespace, "rbac.reader-gets")
    denied(w, client, w.namespace, "rbac.nothing-without-binding")


@check("own-namespace-only", "rbac.own-namespace-only", "rbac.models-only")
def own_namespace_only(w: World, case: Case) -> None:
    """The reader reads Models of the Role's namespace, no other's, not all at once, and nothing but Models."""
    client = reader(w)
    other = w.new_namespace()
    for namespace in (w.namespace, other):
        w.register({}, "m", namespace)
    allowed(w, client, w.namespace, "rbac.reader-gets")
    denied(w, client, other, "rbac.own-namespace-only")
    denied(w, client, "", "rbac.own-namespace-only", ("list", "watch"))
    w.made(w.admin.create(SECRETS, w.namespace, SECRETS.object("m", w.namespace, stringData={"a": "b"})))
    w.made(w.admin.create(CONFIGMAPS, w.namespace, CONFIGMAPS.object("m", w.namespace, data={"a": "b"})))
    for resource in (SERVERS, SECRETS, CONFIGMAPS, ROLES, SERVICEACCOUNTS):
        denied(w, client, w.namespace, "rbac.models-only", resource=resource)
    answer = client.get(CRDS, "", "models.michelangelo.api")
    w.expect(answer.code == 403, "getting the definition to be forbidden", answer.said(), "rbac.models-only")


@check(
    "account-elsewhere", "rbac.account-of-other-namespace", "rbac.account-reads-not-at-home", "rbac.same-name-elsewhere"
)
def account_elsewhere(w: World, case: Case) -> None:
    """A bound ServiceAccount of another namespace reads in the Role's namespace only; its namesakes read nothing."""
    home, third = w.new_namespace(), w.new_namespace()
    for namespace in (w.namespace, home, third):
        w.register({}, "m", namespace)
    w.made(w.admin.create(ROLES, w.namespace, ROLES.object(ROLE, w.namespace, rules=READER_RULES)))
    client = account(w, home, "ci-service-account")
    namesakes = [account(w, namespace, "ci-service-account") for namespace in (w.namespace, third)]
    bind(w, w.namespace, home, "ci-service-account")
    allowed(w, client, w.namespace, "rbac.account-of-other-namespace")
    denied(w, client, home, "rbac.account-reads-not-at-home")
    denied(w, client, third, "rbac.account-reads-not-at-home")
    denied(w, client, "", "rbac.account-reads-not-at-home", ("list", "watch"))
    for namesake in namesakes:
        for namespace in (w.namespace, third):
            denied(w, namesake, namespace, "rbac.same-name-elsewhere")


@check("account-token", "rbac.account-token")
def account_token(w: World, case: Case) -> None:
    """A ServiceAccount's token opens what the account may open, and nothing else."""
    w.register({}, "m")
    client = account(w, w.namespace, "reader")
    w.made(w.admin.create(ROLES, w.namespace, ROLES.object(ROLE, w.namespace, rules=READER_RULES)))
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "metadata": {},
        "spec": {"expirationSeconds": 3600},
    }
    answer = w.made(w.admin.request("POST", SERVICEACCOUNTS.path(w.namespace, "reader", "token"), body=request))
    token = answer.at("status.token")
    w.expect(isinstance(token, str) and token, "a token", answer.body)
    holder = w.admin.with_token(client.identity, token)
    denied(w, holder, w.namespace, "rbac.account-token")
    bind(w, w.namespace, w.namespace, "reader")
    allowed(w, holder, w.namespace, "rbac.account-token")
    other = w.new_namespace()
    denied(w, holder, other, "rbac.account-token")
    answer = holder.create(MODELS, w.namespace, w.model("other", {}))
    w.refused(answer, 403, "Forbidden", "a create with the reader's token")
    w.expect(client.identity in answer.message, f"a message that names {client.identity}", answer.message)
    w.made(w.admin.delete(SERVICEACCOUNTS, w.namespace, "reader"))
    gone = w.eventually(lambda: holder.get(MODELS, w.namespace, "m"), lambda answer: answer.code == 401, 3 * w.settle)
    w.expect(gone.code == 401, "401 for the token of an account that is gone", gone.said())


@check(
    "api-group",
    "rbac.api-group-matters",
    "trouble.rbac-cure",
    "trouble.rbac-message",
    given=st.sampled_from(["", "apps", "michelangelo", "michelangelo.api.io"]),
    weight=0.3,
)
def api_group(w: World, case: Case) -> None:
    """A Role with another API group grants nothing on Models; the refusal says what is lacking; the guide's Role is the cure."""
    w.register({}, "m")
    client = account(w, w.namespace, "reader")
    wrong = [{**READER_RULES[0], "apiGroups": [case]}]
    w.made(w.admin.create(ROLES, w.namespace, ROLES.object(ROLE, w.namespace, rules=wrong)))
    bind(w, w.namespace, w.namespace, "reader")
    denied(w, client, w.namespace, "rbac.api-group-matters")
    answer = w.refused(
        client.get(MODELS, w.namespace, "m"), 403, "Forbidden", "getting a Model", "trouble.rbac-message"
    )
    wanted = f'User "{client.identity}" cannot get resource "models" in API group "michelangelo.api" in the namespace "{w.namespace}"'
    w.expect(wanted in answer.message, wanted, answer.message, "trouble.rbac-message")
    role = w.made(w.admin.get(ROLES, w.namespace, ROLE))
    w.made(w.admin.update(ROLES, w.namespace, ROLE, {**role.body, "rules": READER_RULES}), "trouble.rbac-cure")
    allowed(w, client, w.namespace, "trouble.rbac-cure")


def _gone(w: World, client: Kube, namespace: str, clause: str) -> None:
    for verb in READS:
        answer = w.eventually(partial(attempt, w, client, verb, namespace), lambda answer: answer.code == 403)
        w.expect(answer.code == 403, f"{verb} to be forbidden again", answer.said(), clause)


@check(
    "revocation",
    "rbac.revocation",
    "rbac.role-change",
    given=st.sampled_from(["binding", "role", "subjects", "rules", "verbs"]),
    weight=0.4,
)
def revocation(w: World, case: Case) -> None:
    """When the binding, the Role, the subject or the rule goes, so does the right; when a rule comes, so does the right."""
    w.register({}, "m")
    client = reader(w)
    allowed(w, client, w.namespace, "rbac.reader-gets")
    if case == "binding":
        w.made(w.admin.delete(ROLEBINDINGS, w.namespace, f"reader-{ROLE}"))
    elif case == "role":
        w.made(w.admin.delete(ROLES, w.namespace, ROLE))
    elif case == "subjects":
        w.made(w.admin.patch(ROLEBINDINGS, w.namespace, f"reader-{ROLE}", {"subjects": []}))
    elif case == "rules":
        w.made(w.admin.patch(ROLES, w.namespace, ROLE, {"rules": []}))
    else:
        w.made(w.admin.patch(ROLES, w.namespace, ROLE, {"rules": [{**READER_RULES[0], "verbs": ["delete"]}]}))
    _gone(w, client, w.namespace, "rbac.revocation")
    if case in ("rules", "verbs"):
        w.made(w.admin.patch(ROLES, w.namespace, ROLE, {"rules": READER_RULES}))
        allowed(w, client, w.namespace, "rbac.role-change")


@check("resource-names", "rbac.resource-names", weight=0.3)
def resource_names(w: World, case: Case) -> None:
    """A rule that names a Model grants that Model, not others, not lists without its name, not creation."""
    for name in ("a", "b"):
        w.register({}, name)
    client = account(w, w.namespace, "reader")
    rules = [{**READER_RULES[0], "verbs": ["get", "list", "watch", "create", "delete"], "resourceNames": ["a"]}]
    w.made(w.admin.create(ROLES, w.namespace, ROLES.object(ROLE, w.namespace, rules=rules)))
    bind(w, w.namespace, w.namespace, "reader")
    answer = w.eventually(lambda: client.get(MODELS, w.namespace, "a"), lambda answer: answer.ok)
    w.expect(answer.ok, "getting the named Model to be allowed", answer.said())
    listed = client.list(MODELS, w.namespace, fieldSelector="metadata.name=a")
    w.expect(listed.ok and listed.names == ["a"], "listing with the name selected to be allowed", listed.said())
    denied(w, client, w.namespace, "rbac.resource-names", ("get",), "b")
    denied(w, client, w.namespace, "rbac.resource-names", ("list", "watch"))
    w.refused(
        client.create(MODELS, w.namespace, w.model("c", {})), 403, "Forbidden", "a create under a rule with names"
    )
    w.refused(client.delete(MODELS, w.namespace, "b"), 403, "Forbidden", "deleting another")


@check("cluster-wide", "rbac.cluster-wide", "rbac.groups", needs=(Need.IMPERSONATION,))
def cluster_wide(w: World, case: Case) -> None:
    """A ClusterRole grants where it is bound: in a namespace by a RoleBinding, everywhere by a ClusterRoleBinding; groups are subjects."""
    other = w.new_namespace()
    for namespace in (w.namespace, other):
        w.register({}, "m", namespace)
    role, group = w.owned_name("reader"), w.owned_name("team")
    w.made(w.made_outside(CLUSTERROLES, CLUSTERROLES.object(role, rules=READER_RULES)))
    member = w.admin.as_user(w.owned_name("user"), (group,))
    outsider = w.admin.as_user(w.owned_name("user"), (w.owned_name("others"),))
    subjects = [{"kind": "Group", "name": group, "apiGroup": RBAC}]
    reference = {"kind": "ClusterRole", "name": role, "apiGroup": RBAC}
    w.made(
        w.admin.create(
            ROLEBINDINGS, w.namespace, ROLEBINDINGS.object("readers", w.namespace, subjects=subjects, roleRef=reference)
        )
    )
    allowed(w, member, w.namespace, "rbac.groups")
    denied(w, outsider, w.namespace, "rbac.groups")
    denied(w, member, other, "rbac.cluster-wide")
    denied(w, member, "", "rbac.cluster-wide", ("list", "watch"))
    w.made(
        w.made_outside(
            CLUSTERROLEBINDINGS,
            CLUSTERROLEBINDINGS.object(w.owned_name("readers"), subjects=subjects, roleRef=reference),
        )
    )
    allowed(w, member, other, "rbac.cluster-wide")
    allowed(w, member, "", "rbac.cluster-wide", ("list", "watch"))
    denied(w, outsider, other, "rbac.groups")


@check(
    "no-escalation",
    "rbac.no-escalation",
    given=st.sampled_from(["role", "binding", "cluster-role", "update"]),
    weight=0.3,
)
def no_escalation(w: World, case: Case) -> None:
    """Whoever may write Roles and bindings still cannot grant what they do not have; what they have they can."""
    client = account(w, w.namespace, "manager")
    verbs = [
        "get",
        "list",
        "watch",
        "create",
        "update",
        "patch",
        "delete",
    ]  # "*" would give the verbs escalate and bind, too
    manage = [{"apiGroups": [RBAC], "resources": ["roles", "rolebindings"], "verbs": verbs}, *READER_RULES]
    w.made(w.admin.create(ROLES, w.namespace, ROLES.object("manager", w.namespace, rules=manage)))
    bind(w, w.namespace, w.namespace, "manager", "manager")
    granted = w.eventually(
        lambda: client.create(ROLES, w.namespace, ROLES.object("fine", w.namespace, rules=READER_RULES)),
        lambda a: a.code != 403,
    )
    w.expect(granted.ok, "granting what one has to be allowed", granted.said())
    more: list[Any] = [{"apiGroups": ["michelangelo.api"], "resources": ["models"], "verbs": ["delete"]}]
    subjects = [{"kind": "ServiceAccount", "name": "manager", "namespace": w.namespace}]
    if case == "role":
        answer = client.create(ROLES, w.namespace, ROLES.object("more", w.namespace, rules=more))
    elif case == "update":
        answer = client.patch(ROLES, w.namespace, "fine", {"rules": more})
    elif case == "binding":
        w.made(w.admin.create(ROLES, w.namespace, ROLES.object("more", w.namespace, rules=more)))
        reference = {"kind": "Role", "name": "more", "apiGroup": RBAC}
        answer = client.create(
            ROLEBINDINGS, w.namespace, ROLEBINDINGS.object("more", w.namespace, subjects=subjects, roleRef=reference)
        )
    else:
        reference = {"kind": "ClusterRole", "name": "cluster-admin", "apiGroup": RBAC}
        answer = client.create(
            ROLEBINDINGS, w.namespace, ROLEBINDINGS.object("more", w.namespace, subjects=subjects, roleRef=reference)
        )
    w.refused(answer, 403, "Forbidden", f"granting more than one has, by {case}")


@check("anonymous", "rbac.anonymous", "rbac.bad-token")
def anonymous(w: World, case: Case) -> None:
    """Without credentials nothing is read or written; with a token that is none, nothing is answered."""
    held = w.register({}, "m")
    client = w.admin.nobody()
    attempts = [
        client.get(MODELS, w.namespace, "m"),
        client.list(MODELS, w.namespace),
        client.list(MODELS),
        client.create(MODELS, w.namespace, w.model("n", {})),
        client.update(MODELS, w.namespace, "m", held.body),
        client.patch(MODELS, w.namespace, "m", {"spec": {"source": "x"}}),
        client.delete(MODELS, w.namespace, "m"),
        client.get(CRDS, "", "models.michelangelo.api"),
    ]
    for answer in attempts:
        w.expect(
            answer.code in (401, 403),
            "401 or 403",
            f"{answer.exchange.method} {answer.exchange.path}: {answer.said()}",
            "rbac.anonymous",
        )
    liar = w.admin.with_token("nobody", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl")
    for answer in (
        liar.get(MODELS, w.namespace, "m"),
        liar.delete(MODELS, w.namespace, "m"),
        liar.request("GET", "/version"),
    ):
        w.expect(answer.code == 401, "401 for a token that is none", answer.said(), "rbac.bad-token")
    w.equal(w.made(w.admin.get(MODELS, w.namespace, "m")).body, held.body, "the Model afterwards", "rbac.anonymous")


@check("impersonation", "k8s.impersonation", "k8s.access-reviews", needs=(Need.IMPERSONATION,))
def impersonation(w: World, case: Case) -> None:
    """Impersonation acts with the rights of the other, and whoever may not impersonate is refused; a self review agrees."""
    w.register({}, "m")
    client = reader(w)
    for verb, wanted in (("get", True), ("delete", False)):
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "metadata": {}}
        attributes = {
            "verb": verb,
            "group": "michelangelo.api",
            "resource": "models",
            "namespace": w.namespace,
            "name": "m",
        }
        answer = client.request(
            "POST", SELF_ACCESS_REVIEWS.path(), body={**review, "spec": {"resourceAttributes": attributes}}
        )
        w.equal(
            w.made(answer, "k8s.access-reviews").at("status.allowed"),
            wanted,
            f"whether the reader can {verb}",
            "k8s.access-reviews",
        )
    w.refused(client.delete(MODELS, w.namespace, "m"), 403, "Forbidden", "a delete by somebody who is impersonated")
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "metadata": {}, "spec": {}}
    token = w.made(w.admin.request("POST", SERVICEACCOUNTS.path(w.namespace, "reader", "token"), body=request)).at(
        "status.token"
    )
    holder = w.admin.with_token(client.identity, str(token))
    answer = holder.request(
        "GET",
        MODELS.path(w.namespace, "m"),
        headers={"Impersonate-User": "admin", "Impersonate-Group": "system:masters"},
    )
    w.refused(answer, 403, "Forbidden", "impersonation by the reader")
