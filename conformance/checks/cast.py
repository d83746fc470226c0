"""The stateful check with a cast: any sequence of operations, each by somebody, answered as the registry and the Roles say."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.checks.check import Case, check
from conformance.checks.machine import answered, do
from conformance.checks.reader import READER_RULES, account, bind
from conformance.checks.world import World
from conformance.driver.kube import Kube
from conformance.driver.resources import MODELS, ROLES
from conformance.model.rbac import Binding, Request, granted
from conformance.model.registry import Registry, step
from conformance.strategies.operations import NAMES, operations

CAST = ("admin", "registrar", "reader", "ci", "nobody")
VERBS = {"create": "create", "get": "get", "list": "list", "update": "update", "patch": "patch", "delete": "delete"}
REGISTRAR_RULES = [{**READER_RULES[0], "verbs": ["get", "list", "watch", "create", "update", "patch"]}]
plays = st.lists(st.tuples(st.sampled_from(CAST), operations).map(list), min_size=1, max_size=12)


def _cast(w: World) -> tuple[dict[str, Kube], dict[str, str], list[Binding]]:
    """The admin, a registrar, a reader, a CI account of another namespace, and a nobody; their names, and what is bound to them."""
    home = w.new_namespace()
    w.made(w.admin.create(ROLES, w.namespace, ROLES.object("registrar", w.namespace, rules=REGISTRAR_RULES)))
    w.made(w.admin.create(ROLES, w.namespace, ROLES.object("model-registry-reader", w.namespace, rules=READER_RULES)))
    clients = {"admin": w.admin, "nobody": account(w, w.namespace, "nobody")}
    names = {"admin": "", "nobody": f"system:serviceaccount:{w.namespace}:nobody"}
    bound = []
    for who, place, role, rules in (
        ("registrar", w.namespace, "registrar", REGISTRAR_RULES),
        ("reader", w.namespace, "model-registry-reader", READER_RULES),
        ("ci", home, "model-registry-reader", READER_RULES),
    ):
        clients[who] = account(w, place, who)
        names[who] = f"system:serviceaccount:{place}:{who}"
        bind(w, w.namespace, place, who, role)
        bound.append(Binding(w.namespace, rules, [{"kind": "ServiceAccount", "name": who, "namespace": place}]))
    for who in ("registrar", "reader", "ci"):
        w.eventually(lambda client=clients[who]: client.list(MODELS, w.namespace), lambda answer: answer.ok)  # type: ignore[misc]
    return clients, names, bound


@check(
    "any-cast",
    "rbac.any-rules",
    "rbac.nothing-without-binding",
    "rbac.account-of-other-namespace",
    "query.read-own-writes",
    given=plays,
    weight=0.8,
)
def any_cast(w: World, case: Case) -> None:
    """Whoever does whatever in whichever order: it is done when a Role allows it, as the registry does it, else refused and nothing changes."""
    clients, names, bound = _cast(w)
    state = Registry()
    versions: dict[str, list[str]] = {}
    for who, operation in case:
        name = operation.get("name", "")
        if operation["op"] == "update" and operation["version"] == "stale" and len(versions.get(name, [])) < 2:
            continue  # there is no old version yet
        client = clients[who]
        answer = do(w, operation, versions, client)
        request = Request(VERBS[operation["op"]], MODELS.group, MODELS.plural, w.namespace, name)
        if who != "admin" and not granted(bound, names[who], (), request):
            w.refused(answer, 403, "Forbidden", f"{operation['op']} by {who}", "rbac.any-rules")
            continue
        expected, following = step(state, operation)
        answered(w, operation, expected, answer)
        state = following
        held = state.models.get(name)
        if answer.ok and held is not None and operation["op"] in ("create", "update", "patch"):
            known = versions.setdefault(name, [])
            if not known or known[-1] != answer.resource_version:
                known.append(answer.resource_version)
    for who, client in clients.items():
        for name in NAMES:
            if who == "nobody":
                w.refused(
                    client.get(MODELS, w.namespace, name),
                    403,
                    "Forbidden",
                    "get by nobody",
                    "rbac.nothing-without-binding",
                )
                continue
            expected, _ = step(state, {"op": "get", "name": name})
            answered(w, {"op": "get", "name": name}, expected, client.get(MODELS, w.namespace, name))
