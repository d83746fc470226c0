"""Step 3, differentially: random Roles and bindings, our own evaluator, what `auth can-i` says, and what happens."""

from __future__ import annotations

from functools import partial
from typing import Any

from conformance.checks.check import Case, Need, check
from conformance.checks.world import World
from conformance.driver.answers import Answer
from conformance.driver.kube import Kube
from conformance.driver.resources import (
    ACCESS_REVIEWS,
    CLUSTERROLEBINDINGS,
    CLUSTERROLES,
    CONFIGMAPS,
    MODELS,
    ROLEBINDINGS,
    ROLES,
    SELF_ACCESS_REVIEWS,
    SERVERS,
    Resource,
)
from conformance.model.rbac import Binding, Request, granted
from conformance.strategies.roles import worlds

RESOURCES: dict[str, Resource] = {"models": MODELS, "inferenceservers": SERVERS, "configmaps": CONFIGMAPS}
RBAC = "rbac.authorization.k8s.io"


class Place:
    """Namespaces and names of a case, made unique to it."""

    def __init__(self, w: World) -> None:
        self.w = w
        self.places = {"here": w.namespace, "there": w.new_namespace(), "": ""}
        self.stem = w.owned_name("who")

    def user(self, name: str) -> str:
        """A user's or group's name; system groups keep theirs."""
        return name if name.startswith("system:") else f"{self.stem}-{name}"

    def subject(self, subject: Any) -> dict[str, str]:
        """A subject as manifests have it."""
        if subject["kind"] == "ServiceAccount":
            return {"kind": "ServiceAccount", "name": subject["name"], "namespace": self.places[subject["place"]]}
        if "account" in subject:
            name = f"system:serviceaccount:{self.places[subject['place']]}:{subject['account']}"
            return {"kind": "User", "name": name, "apiGroup": RBAC}
        if "accounts" in subject:
            place = f":{self.places[subject['accounts']]}" if subject["accounts"] else ""
            return {"kind": "Group", "name": f"system:serviceaccounts{place}", "apiGroup": RBAC}
        return {"kind": subject["kind"], "name": self.user(subject["name"]), "apiGroup": RBAC}

    def client(self, who: Any) -> tuple[Kube, str, list[str]]:
        """A client, the user name, and its groups."""
        if "account" in who:
            namespace = self.places[who["place"]]
            groups = ["system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated"]
            client = self.w.admin.as_service_account(namespace, who["account"])
            return client, client.identity, groups
        user = self.user(who["user"])
        extra = [self.user(group) for group in who["groups"]]
        return self.w.admin.as_user(user, tuple(extra)), user, [*extra, "system:authenticated"]


def grant(w: World, place: Place, number: int, binding: Any) -> Binding:
    """Make a role and bind it; the binding as the model of RBAC sees it."""
    namespace = place.places[binding["place"]]
    subjects = [place.subject(subject) for subject in binding["subjects"]]
    rules = binding["rules"]
    if binding["cluster"]:
        role = w.owned_name("role")
        w.made(w.made_outside(CLUSTERROLES, CLUSTERROLES.object(role, rules=rules)))
        reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": role}
    else:
        role = f"role-{number}"
        w.made(w.admin.create(ROLES, namespace, ROLES.object(role, namespace, rules=rules)))
        reference = {"apiGroup": RBAC, "kind": "Role", "name": role}
    if binding["cluster"] == "everywhere":
        obj = CLUSTERROLEBINDINGS.object(w.owned_name("binding"), subjects=subjects, roleRef=reference)
        w.made(w.made_outside(CLUSTERROLEBINDINGS, obj))
        return Binding("", rules, subjects)
    w.made(
        w.admin.create(
            ROLEBINDINGS,
            namespace,
            ROLEBINDINGS.object(f"binding-{number}", namespace, subjects=subjects, roleRef=reference),
        )
    )
    return Binding(namespace, rules, subjects)


def _request(place: Place, asked: Any) -> Request:
    resource = RESOURCES[asked["resource"]]
    namespace = place.places[asked["place"]]
    named = asked["verb"] in ("get", "update", "patch", "delete")
    if not namespace and asked["verb"] not in ("list", "watch"):
        namespace = place.places["here"]
    status = asked["status"] and asked["verb"] in ("get", "update", "patch") and asked["resource"] != "configmaps"
    return Request(
        asked["verb"],
        resource.group,
        resource.plural,
        namespace,
        asked["name"] if named else "",
        "status" if status else "",
    )


def _ask(w: World, client: Kube, request: Request) -> Answer:
    """Do it, in a way that changes nothing: writes are dry runs."""
    resource = RESOURCES[request.resource]
    path = resource.path(request.namespace, request.name, request.subresource)
    body = resource.object(request.name or "made", request.namespace)
    if request.verb == "watch":
        return client.try_watch(resource, request.namespace)
    if request.verb in ("get", "list"):
        return client.request("GET", path)
    method = {"create": "POST", "update": "PUT", "patch": "PATCH"}.get(request.verb, "DELETE")
    headers = {"Content-Type": "application/merge-patch+json"} if request.verb == "patch" else {}
    return client.request(
        method, path, query={"dryRun": "All"}, headers=headers, body=None if method == "DELETE" else body
    )


def _so(wanted: bool, answer: Answer) -> bool:
    return (answer.code != 403) is wanted


def _reviews(w: World, client: Kube, user: str, groups: list[str], request: Request) -> list[Any]:
    """What the reviews say: of the user, asked by the admin; and of oneself, as ``kubectl auth can-i`` asks."""
    attributes = {
        "verb": request.verb,
        "group": request.group,
        "resource": request.resource,
        "namespace": request.namespace,
        "name": request.name,
        "subresource": request.subresource,
    }
    asked = {"resourceAttributes": {key: value for key, value in attributes.items() if value}}
    said = []
    for resource, asks, spec in (
        (ACCESS_REVIEWS, w.admin, {"user": user, "groups": groups, **asked}),
        (SELF_ACCESS_REVIEWS, client, asked),
    ):
        review = {**resource.object(""), "metadata": {}, "spec": spec}
        answer = w.made(asks.request("POST", resource.path(), body=review), "k8s.access-reviews")
        said.append(answer.at("status.allowed"))
    return said


def agreed(w: World, place: Place, bound: list[Binding], asked: Any) -> None:
    """Raise a finding unless a request is carried out exactly when it is granted, and a review says the same."""
    client, user, groups = place.client(asked["who"])
    request = _request(place, asked)
    wanted = granted(bound, user, groups, request)
    answer = w.eventually(partial(_ask, w, client, request), partial(_so, wanted))
    sub = f"/{request.subresource}" if request.subresource else ""
    where = request.namespace or "all namespaces"
    said = f"{request.verb} {request.resource}{sub} {request.name} in {where}"
    what = f"{user} of {', '.join(groups)} to be {'allowed' if wanted else 'forbidden'} to {said}"
    w.expect((answer.code != 403) is wanted, what, answer.said(), "rbac.any-rules")
    w.expect(answer.code != 401, "an authenticated user", answer.said(), "rbac.any-rules")
    if not wanted:
        w.equal(answer.reason, "Forbidden", "the reason", "rbac.any-rules")
    reviews = _reviews(w, client, user, groups, request)
    w.expect(
        reviews == [wanted, wanted],
        f"reviews, the admin's and one's own, that say {wanted} of {request}",
        reviews,
        "rbac.can-i",
    )


@check(
    "any-rules",
    "rbac.any-rules",
    "rbac.can-i",
    "k8s.access-reviews",
    given=worlds,
    weight=1.2,
    needs=(Need.IMPERSONATION,),
)
def any_rules(w: World, case: Case) -> None:
    """For any Roles and bindings, a request is carried out exactly when a rule of a bound role covers it, and reviews say the same."""
    place = Place(w)
    bound = [grant(w, place, number, binding) for number, binding in enumerate(case["bindings"])]
    for asked in case["requests"]:
        agreed(w, place, bound, asked)
