"""The core group's small kinds: ConfigMaps, Secrets, namespaces, events, Services, access, leases and the rest."""

import base64
from typing import Any

import pytest
from contracts.builtin_shelf import Shelf, refusal

from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.apimachinery.objects import Object, copy


def obj(kind: str, api_version: str = "v1", name: str = "a", **rest: Any) -> Object:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **rest}


def test_string_data_becomes_data() -> None:
    """A Secret's texts are folded into its bytes, and win over them."""
    made = Shelf().create(obj("Secret", data={"a": "b2xk", "b": "eA=="}, stringData={"a": "new"}))
    assert made["data"] == {"a": base64.b64encode(b"new").decode(), "b": "eA=="}
    assert "stringData" not in made and made["type"] == "Opaque"


@pytest.mark.parametrize(
    ("sort", "data", "errors"),
    [
        ("kubernetes.io/tls", {"tls.key": ""}, ["data[tls.crt]: Required value"]),
        ("kubernetes.io/basic-auth", {}, ["data[username]: Required value", "data[password]: Required value"]),
        ("kubernetes.io/ssh-auth", {}, ["data[ssh-privatekey]: Required value"]),
        (
            "kubernetes.io/service-account-token",
            {},
            ["metadata.annotations[kubernetes.io/service-account.name]: Required value"],
        ),
    ],
)
def test_typed_secrets_have_their_keys(sort: str, data: Object, errors: list[str]) -> None:
    """A Secret of a known type holds what the type is for."""
    assert refusal(Shelf().create, obj("Secret", type=sort, data=data)) == errors


def test_broken_registry_credentials_are_not_shown() -> None:
    """What is wrong with a Secret is said without the secret."""
    errors = refusal(
        Shelf().create, obj("Secret", type="kubernetes.io/dockerconfigjson", stringData={".dockerconfigjson": "{x"})
    )
    assert errors[0].startswith(
        'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character'
    )


def test_a_secrets_type_stays() -> None:
    """A Secret's type is kept when it is left out, and not exchanged."""
    shelf = Shelf()
    made = shelf.create(obj("Secret"))
    assert refusal(shelf.change, made, type="other") == ['type: Invalid value: "other": field is immutable']


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
def test_immutable_means_immutable(kind: str) -> None:
    """What is immutable keeps its content, and the mark; its labels may change."""
    shelf = Shelf()
    made = shelf.create(obj(kind, data={"k": "dg=="}, immutable=True))
    text = "Forbidden: field is immutable when `immutable` is set"
    assert refusal(shelf.change, made, data={"k": "dw=="}) == [f"data: {text}"]
    assert refusal(shelf.change, made, immutable=None) == [f"immutable: {text}"]
    assert shelf.change(made, metadata__labels={"x": "y"})["metadata"]["labels"] == {"x": "y"}


def test_config_keys_are_file_names() -> None:
    """A key is a file's name, in one of the two maps, and all of it fits into a mebibyte."""
    errors = refusal(Shelf().create, obj("ConfigMap", data={"a/b": "", "..": ""}, binaryData={"ok": "AA=="}))
    assert [error.partition(":")[0] for error in errors] == ["data[..]", "data[a/b]"]
    twice = refusal(Shelf().create, obj("ConfigMap", data={"k": ""}, binaryData={"k": ""}))
    assert twice == ['data[k]: Invalid value: "k": duplicate of key present in binaryData']
    big = refusal(Shelf().create, obj("ConfigMap", data={"k": "x" * (1 << 20), "l": "x"}))
    assert big == ["[]: Too long: may not be more than 1048576 bytes"]


def test_namespaces() -> None:
    """A namespace is active, labelled with its name, and held by the namespace controller."""
    shelf = Shelf()
    made = shelf.create(obj("Namespace", spec={"finalizers": ["example.com/f"]}, status={"phase": "Terminating"}))
    assert (made["status"], made["spec"]) == ({"phase": "Active"}, {"finalizers": ["example.com/f", "kubernetes"]})
    assert made["metadata"]["labels"] == {"kubernetes.io/metadata.name": "a"}
    changed = shelf.change(made, metadata__labels={}, spec={}, status={})
    assert (changed["metadata"]["labels"], changed["spec"]) == (made["metadata"]["labels"], made["spec"])
    terminating = shelf.delete(made)
    assert not terminating.gone
    finalized = shelf.change(shelf.stores["namespaces"].decode(terminating.stored), "finalize", spec={})
    assert finalized["metadata"]["deletionTimestamp"]


def test_generated_namespaces_are_labelled_too() -> None:
    """A namespace whose name the server makes up has it as its label."""
    made = Shelf().create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"generateName": "n-"}})
    assert made["metadata"]["labels"]["kubernetes.io/metadata.name"] == made["metadata"]["name"]


def event(**rest: Any) -> Object:
    about = {"kind": "Pod", "namespace": "ns", "name": "p"}
    return obj("Event", involvedObject=about, reason="Tested", type="Normal", **rest)


def test_events_are_served_in_two_groups() -> None:
    """A core event is an event of the newer group under other names, and can be selected under both."""
    shelf = Shelf()
    shelf.create(event(message="hi", source={"component": "c"}))
    store, new = shelf.stores["events"], shelf.kinds["events.k8s.io/v1", "Event"]
    stored = store.get("ns", "a")
    shown = store.decode(stored, new)
    assert (shown["note"], shown["regarding"]["name"], shown["deprecatedSource"]) == ("hi", "p", {"component": "c"})
    assert stored.fields["involvedObject.name"] == stored.fields["regarding.name"] == "p"
    assert stored.fields["source"] == "c"


def test_events_are_where_their_object_is() -> None:
    """An event is in the namespace of what it is about."""
    other = event()
    other["involvedObject"]["namespace"] = "elsewhere"
    why = 'involvedObject.namespace: Invalid value: "elsewhere": does not match event.namespace'
    assert refusal(Shelf().create, other) == [why]


def test_new_events_say_more() -> None:
    """The newer group wants to know who reports what, and when."""
    given = obj("Event", "events.k8s.io/v1", regarding={"kind": "Pod", "namespace": "ns", "name": "p"})
    fields = [error.partition(":")[0] for error in refusal(Shelf().create, given)]
    assert fields == ["eventTime", "reportingInstance", "action", "reason", "type"]


def service(**spec: Any) -> Object:
    return obj("Service", spec={"ports": [{"port": 80}], **spec})


def test_services_get_addresses() -> None:
    """Each Service has an address of its own, which is free again when it goes."""
    shelf = Shelf()
    first = shelf.create(service())
    second = shelf.create({**service(), "metadata": {"name": "b"}})
    one, two = first["spec"]["clusterIP"], second["spec"]["clusterIP"]
    assert one != two and first["spec"]["clusterIPs"] == [one]
    assert (first["spec"]["ipFamilies"], first["spec"]["ipFamilyPolicy"]) == (["IPv4"], "SingleStack")
    assert first["spec"]["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]
    assert first["status"] == {"loadBalancer": {}}
    shelf.delete(first)
    assert shelf.create({**service(), "metadata": {"name": "c"}})["spec"]["clusterIP"] == one


def test_services_keep_their_address() -> None:
    """An update that does not say the address keeps it; one that says another is refused."""
    shelf = Shelf()
    made = shelf.create(service(type="NodePort"))
    again = shelf.update(service(type="NodePort"))
    assert (again["spec"]["clusterIP"], again["spec"]["ports"]) == (made["spec"]["clusterIP"], made["spec"]["ports"])
    assert made["spec"]["ports"][0]["nodePort"] >= 30000
    errors = refusal(shelf.change, again, spec__clusterIP="10.96.0.99", spec__clusterIPs=["10.96.0.99"])
    assert errors == ['spec.clusterIPs[0]: Invalid value: ["10.96.0.99"]: may not change once set']


@pytest.mark.parametrize(("old", "new"), [("LoadBalancer", "ClusterIP"), ("NodePort", "ExternalName")])
def test_what_belongs_to_the_old_type_goes_with_it(old: str, new: str) -> None:
    """Whoever changes the type need not take away what only the old one has; its node port is free again."""
    shelf = Shelf()
    made = shelf.create(service(type=old))
    port = made["spec"]["ports"][0]["nodePort"]
    name = {"spec__externalName": "a.example"} if new == "ExternalName" else {}
    changed = shelf.change(made, spec__type=new, **name)["spec"]
    assert "nodePort" not in changed["ports"][0]
    assert not {"externalTrafficPolicy", "allocateLoadBalancerNodePorts"} & set(changed)
    assert ("clusterIP" in changed) == (new == "ClusterIP")
    other = shelf.create({**service(type="NodePort"), "metadata": {"name": "b"}})
    assert other["spec"]["ports"][0]["nodePort"] == port


@pytest.mark.parametrize(
    ("spec", "errors"),
    [
        ({"ports": []}, ["spec.ports: Required value"]),
        ({"ports": [{"port": 80}, {"port": 81}]}, ["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"]),
        ({"type": "Odd"}, ['spec.type: Unsupported value: "Odd": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"']),
        ({"type": "ExternalName"}, ["spec.externalName: Required value"]),
        ({"clusterIP": "x"}, ['spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']),
        ({"ports": [{"port": 80, "nodePort": 30000}]}, ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"]),
    ],
)  # fmt: skip
def test_refused_services(spec: Object, errors: list[str]) -> None:
    """What is wrong with a Service."""
    assert refusal(Shelf().create, service(**spec)) == errors


def test_roles_say_what_and_to_what() -> None:
    """A rule has verbs, and either resources or paths; a Role's rules have no paths."""
    group = "rbac.authorization.k8s.io/v1"
    shelf = Shelf()
    assert shelf.create(obj("Role", group, rules=[]))["rules"] is None
    errors = refusal(shelf.create, obj("Role", group, name="b", rules=[{"verbs": []}]))
    assert [error.partition(":")[0] for error in errors] == [
        "rules[0].verbs",
        "rules[0].apiGroups",
        "rules[0].resources",
    ]
    paths = [{"verbs": ["get"], "nonResourceURLs": ["/x"]}]
    assert refusal(shelf.create, obj("Role", group, name="b", rules=paths)) == [
        'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs'
    ]
    assert shelf.create(obj("ClusterRole", group, name="b", rules=paths))["rules"] == paths


def test_bindings_keep_their_role() -> None:
    """Subjects may change, the role may not."""
    group = "rbac.authorization.k8s.io/v1"
    shelf = Shelf()
    made = shelf.create(
        obj("RoleBinding", group, roleRef={"kind": "Role", "name": "r"}, subjects=[{"kind": "User", "name": "u"}])
    )
    assert made["roleRef"]["apiGroup"] == made["subjects"][0]["apiGroup"] == "rbac.authorization.k8s.io"
    changed = copy(made)
    changed["roleRef"]["name"] = "other"
    shown = '{"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"other"}'
    assert refusal(shelf.update, changed) == [f"roleRef: Invalid value: {shown}: cannot change roleRef"]
    assert "subjects" not in shelf.change(made, subjects=None)


@pytest.mark.parametrize("kind", ["Lease", "Role", "Endpoints", "Event", "Service"])
def test_put_makes_some_kinds(kind: str) -> None:
    """A PUT creates what some kinds lack, and is 404 for others."""
    strategies = {known.resource.kind: known.strategy for known in Shelf().kinds.values()}
    assert strategies[kind].allow_create_on_update
    assert not strategies["ConfigMap"].allow_create_on_update


def test_leases_want_the_version() -> None:
    """A Lease is not replaced without saying which version: otherwise two could hold it."""
    shelf = Shelf()
    shelf.create(obj("Lease", "coordination.k8s.io/v1", spec={"holderIdentity": "me"}))
    with pytest.raises(StatusError) as caught:
        shelf.update(obj("Lease", "coordination.k8s.io/v1", spec={"holderIdentity": "you"}))
    assert "must be specified for an update" in caught.value.message
    errors = refusal(
        shelf.create,
        obj("Lease", "coordination.k8s.io/v1", name="b", spec={"leaseDurationSeconds": 0, "leaseTransitions": -1}),
    )
    assert errors == [
        "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
        "spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0",
    ]


def test_limit_ranges_fill_in_defaults() -> None:
    """What a container may take at most is what it gets and asks for by default."""
    made = Shelf().create(
        obj("LimitRange", spec={"limits": [{"type": "Container", "max": {"cpu": "2"}, "min": {"memory": "1Gi"}}]})
    )
    item = made["spec"]["limits"][0]
    assert (item["default"], item["defaultRequest"]) == ({"cpu": "2"}, {"cpu": "2", "memory": "1Gi"})


def test_quotas_count_known_things() -> None:
    """A quota is about resources that can be counted."""
    assert (
        Shelf().create(obj("ResourceQuota", spec={"hard": {"pods": "2", "count/widgets.example.com": "3"}}))["status"]
        == {}
    )
    errors = refusal(Shelf().create, obj("ResourceQuota", spec={"hard": {"bananas": "1", "cpu": "-1"}}))
    assert errors[-1] == 'spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0'


def test_claims() -> None:
    """A claim says how it is used and how much it wants; only its size may change, once it is bound."""
    shelf = Shelf()
    assert refusal(shelf.create, obj("PersistentVolumeClaim")) == [
        "spec.accessModes: Required value: at least 1 access mode is required",
        "spec.resources[storage]: Required value",
    ]
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": ""}
    made = shelf.create(obj("PersistentVolumeClaim", spec=spec))
    assert (made["status"], made["spec"]["storageClassName"]) == ({"phase": "Pending"}, "")
    larger = {"requests": {"storage": "2Gi"}}
    assert refusal(shelf.change, made, spec__resources=larger)[0].startswith("spec: Forbidden: spec is immutable")
    bound = shelf.change(shelf.change(made, spec__volumeName="v"), "status", status={"phase": "Bound"})
    assert shelf.change(bound, spec__resources=larger)["spec"]["resources"] == larger


def test_ingresses_have_rules() -> None:
    """An Ingress has rules or a backend, and each path says how it is compared."""
    shelf, group = Shelf(), "networking.k8s.io/v1"
    assert refusal(shelf.create, obj("Ingress", group)) == [
        "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"
    ]
    rules = [{"host": "a.example", "http": {"paths": [{"path": "x"}]}}]
    assert refusal(shelf.create, obj("Ingress", group, spec={"rules": rules})) == [
        "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified"
    ]
    rules[0]["http"]["paths"][0] = {
        "path": "/x",
        "pathType": "Prefix",
        "backend": {"service": {"name": "s", "port": {"number": 80}}},
    }  # type: ignore[index]
    assert shelf.create(obj("Ingress", group, spec={"rules": rules}))["status"] == {"loadBalancer": {}}


def test_network_policies_have_types() -> None:
    """A policy with rules for what goes out is about what goes out, too."""
    made = Shelf().create(obj("NetworkPolicy", "networking.k8s.io/v1", spec={"egress": [{"ports": [{"port": 53}]}]}))
    assert made["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert made["spec"]["egress"] == [{"ports": [{"port": 53, "protocol": "TCP"}]}]


def test_disruption_budgets_have_one_bound() -> None:
    """A budget says how many must stay or how many may go."""
    errors = refusal(
        Shelf().create, obj("PodDisruptionBudget", "policy/v1", spec={"minAvailable": 1, "maxUnavailable": 1})
    )
    assert errors == [
        'spec: Invalid value: {"maxUnavailable":1,"minAvailable":1}: minAvailable and maxUnavailable cannot be both set'
    ]


def test_priorities_do_not_change() -> None:
    """Pods carry the number already."""
    shelf, group = Shelf(), "scheduling.k8s.io/v1"
    made = shelf.create(obj("PriorityClass", group, value=5))
    assert made["preemptionPolicy"] == "PreemptLowerPriority"
    assert refusal(shelf.change, made, value=6) == ["value: Forbidden: may not be changed in an update."]
    errors = refusal(shelf.create, obj("PriorityClass", group, name="b", value=2_000_000_000))
    assert errors == ["value: Forbidden: maximum allowed value of a user defined priority is 1000000000"]


def test_webhooks_say_where_they_are() -> None:
    """A webhook has a name of three parts, versions, side effects, and one place where it is."""
    shelf, group = Shelf(), "admissionregistration.k8s.io/v1"
    errors = refusal(shelf.create, obj("ValidatingWebhookConfiguration", group, webhooks=[{"name": "a.b"}]))
    assert [error.partition(":")[0] for error in errors] == [
        "webhooks[0].name",
        "webhooks[0].admissionReviewVersions",
        "webhooks[0].sideEffects",
        "webhooks[0].clientConfig",
    ]
    hook = {
        "name": "a.b.c",
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "clientConfig": {"url": "https://x"},
    }
    made = shelf.create(obj("MutatingWebhookConfiguration", group, webhooks=[hook]))["webhooks"][0]
    assert (made["failurePolicy"], made["timeoutSeconds"], made["reinvocationPolicy"]) == ("Fail", 10, "Never")


def test_signing_requests_say_who_asks() -> None:
    """Who asks for a certificate is who sends the request, whatever the request says."""
    shelf, group = Shelf(), "certificates.k8s.io/v1"
    request = base64.b64encode(b"-----BEGIN CERTIFICATE REQUEST-----").decode()
    spec = {"request": request, "signerName": "example.com/s", "usages": ["client auth"], "username": "root"}
    made = shelf.create(obj("CertificateSigningRequest", group, spec=spec))
    assert (made["spec"]["username"], made["spec"]["groups"]) == ("ann", ["team"])
    approved = shelf.change(
        made, "approval", status={"conditions": [{"type": "Approved", "status": "True"}]}, spec__signerName="x/y"
    )
    assert approved["spec"] == made["spec"] and approved["status"]["conditions"][0]["type"] == "Approved"


def test_endpoint_slices_hold_addresses_of_one_type() -> None:
    """Addresses are of the slice's type, and the type stays."""
    shelf, group = Shelf(), "discovery.k8s.io/v1"
    bad = obj("EndpointSlice", group, addressType="IPv4", endpoints=[{"addresses": ["::1"]}])
    assert refusal(shelf.create, bad)[0].startswith("endpoints[0].addresses[0]: ")
    made = shelf.create(
        obj("EndpointSlice", group, addressType="IPv4", endpoints=[{"addresses": ["10.0.0.1"]}], ports=[{"port": 80}])
    )
    assert made["ports"] == [{"name": "", "port": 80, "protocol": "TCP"}]
    assert (
        refusal(shelf.change, made, addressType="FQDN")[-1] == 'addressType: Invalid value: "FQDN": field is immutable'
    )


def test_storage_classes_are_settled() -> None:
    """Volumes exist that were made with what a class said."""
    shelf, group = Shelf(), "storage.k8s.io/v1"
    made = shelf.create(obj("StorageClass", group, provisioner="example.com/p"))
    assert (made["reclaimPolicy"], made["volumeBindingMode"]) == ("Delete", "Immediate")
    assert refusal(shelf.change, made, parameters={"a": "b"}) == [
        "parameters: Forbidden: updates to parameters are forbidden."
    ]


@pytest.mark.parametrize("kind", ["Role", "ClusterRole"])
def test_who_gives_a_role_no_rules_owns_them(kind: str) -> None:
    """Storage keeps no empty rules, and yet somebody said so."""
    made = Shelf().create(obj(kind, "rbac.authorization.k8s.io/v1", rules=[]))
    assert made["rules"] is None
    assert [entry["fieldsV1"] for entry in made["metadata"]["managedFields"]] == [{"f:rules": {}}]
    silent = Shelf().create(obj(kind, "rbac.authorization.k8s.io/v1", name="b"))
    assert silent["rules"] is None and "managedFields" not in silent["metadata"]
