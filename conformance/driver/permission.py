"""Whether the suite's own identity may do what it was refused: a refusal that is right says nothing of the target."""

from __future__ import annotations

from urllib.parse import unquote

from conformance.driver.history import Exchange
from conformance.driver.kube import Kube
from conformance.driver.resources import SELF_ACCESS_REVIEWS

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}


def permitted(admin: Kube, refused: Exchange) -> bool:
    """Ask the target about a request that it refused; True when it says that it is allowed, or says nothing."""
    attributes = _attributes(refused)
    if attributes is None:
        return True
    review = {
        "apiVersion": SELF_ACCESS_REVIEWS.api_version,
        "kind": SELF_ACCESS_REVIEWS.kind,
        "spec": {"resourceAttributes": attributes},
    }
    answer = admin.request("POST", SELF_ACCESS_REVIEWS.path(), body=review)
    return answer.at("status.allowed") is not False


def _attributes(exchange: Exchange) -> dict[str, str] | None:
    steps = [unquote(step) for step in exchange.path.partition("?")[0].strip("/").split("/")]
    group, steps = ("", steps[2:]) if steps[0] == "api" else (steps[1] if len(steps) > 1 else "", steps[3:])
    namespace = ""
    if steps[:1] == ["namespaces"] and len(steps) > 2:
        namespace, steps = steps[1], steps[2:]
    if exchange.door != "kube" or not steps:
        return None
    name, sub = (*steps[1:], "", "")[:2]
    reads = {"GET": "get" if name else "list", "DELETE": "delete" if name else "deletecollection"}
    verb = _VERBS.get(exchange.method) or reads.get(exchange.method, "get")
    found = {
        "verb": verb,
        "group": group,
        "resource": steps[0],
        "namespace": namespace,
        "name": name,
        "subresource": sub,
    }
    return {key: value for key, value in found.items() if value}
