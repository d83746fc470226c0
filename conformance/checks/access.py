"""Who may read Models: the guide's Role and RoleBinding, with a ServiceAccount of another namespace."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.checks.check import Check, forall, require
from conformance.checks.session import Session
from conformance.driver.history import Object
from conformance.driver.kubernetes import MERGE, Kubernetes, models
from conformance.strategies.models import model

RBAC = "rbac.authorization.k8s.io"
NAME = "model-registry-reader"


def role(namespace: str) -> Object:
    """The guide's Role."""
    rule = {"apiGroups": ["michelangelo.api"], "resources": ["models"], "verbs": ["get", "list", "watch"]}
    meta = {"name": NAME, "namespace": namespace}
    return {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": meta, "rules": [rule]}


def binding(namespace: str, account: str, account_namespace: str) -> Object:
    """The guide's RoleBinding."""
    subject = {"kind": "ServiceAccount", "name": account, "namespace": account_namespace}
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "ci-model-registry-reader", "namespace": namespace},
        "subjects": [subject],
        "roleRef": {"kind": "Role", "name": NAME, "apiGroup": RBAC},
    }


def _writes(reader: Kubernetes, namespace: str, name: str) -> list[tuple[str, int]]:
    path = models(namespace, name)
    tried = [
        ("create", reader.send("POST", models(namespace), model(namespace, "intruder", {})).code),
        ("patch", reader.send("PATCH", path, {"spec": {"description": "mine"}}, MERGE).code),
        ("update", reader.send("PUT", path, model(namespace, name, {})).code),
        ("delete", reader.send("DELETE", path).code),
        ("deletecollection", reader.send("DELETE", models(namespace)).code),
    ]
    return tried


def reader(session: Session) -> None:
    """The account reads where it is bound, and does nothing else anywhere."""
    reads, writes = "rbac.reader-reads", "rbac.reader-cannot-write"
    with session.namespace("team") as team, session.namespace("other") as other, session.namespace("ci") as ci:
        for namespace in (team, other):
            session.admin.send("POST", models(namespace), model(namespace, "fraud-detector", {}))
        with session.account(ci, "ci-service-account") as account:
            before = account.send("GET", models(team, "fraud-detector"))
            require(before.code == 403, writes, "an account without a Role reads Models", 403, before.code)
            root = f"/apis/{RBAC}/v1/namespaces/{team}"
            session.admin.send("POST", f"{root}/roles", role(team))
            session.admin.send("POST", f"{root}/rolebindings", binding(team, "ci-service-account", ci))
            for path in (models(team, "fraud-detector"), models(team), f"{models(team)}?watch=true&timeoutSeconds=1"):
                answer = account.send("GET", path)
                require(answer.code == 200, reads, f"GET {path} is refused", 200, answer.value)

            def body(turns: int) -> None:
                for verb, code in _writes(account, team, "fraud-detector") * turns:
                    require(code == 403, writes, f"a reader may {verb}", 403, code)
                elsewhere = account.send("GET", models(other, "fraud-detector"))
                require(elsewhere.code == 403, writes, "a reader reads another namespace", 403, elsewhere.code)
                everywhere = account.send("GET", "/apis/michelangelo.api/v2/models")
                require(everywhere.code == 403, writes, "a reader lists all namespaces", 403, everywhere.code)

            forall(session, st.integers(1, 2), body)
            left = session.admin.send("GET", models(team, "fraud-detector"))
            require(left.code == 200, writes, "what a reader was refused happened", 200, left.code)


CHECKS = (Check("reader-role", ("rbac.reader-reads", "rbac.reader-cannot-write"), reader),)
