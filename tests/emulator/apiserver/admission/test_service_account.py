"""Every Pod runs as a ServiceAccount, with its token where containers look for it."""

from __future__ import annotations

import pytest
from contracts.front_door import FrontDoor, message

PODS = "/api/v1/namespaces/default/pods"
ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts"
PATH = "/var/run/secrets/kubernetes.io/serviceaccount"


@pytest.fixture
def door():
    door = FrontDoor()
    yield door
    door.close()


def pod(door, name: str = "p", **spec):
    return door.make(PODS, {"metadata": {"name": name}, "spec": {"containers": [{"name": "c", "image": "i"}], **spec}})


def mounts(made) -> list[dict]:
    return made["spec"]["containers"][0].get("volumeMounts", [])


def test_a_pod_gets_the_default_account_and_its_token(door):
    """A Pod that says nothing runs as ``default``, with token, CA and namespace in one volume."""
    made = pod(door)
    assert made["spec"]["serviceAccountName"] == made["spec"]["serviceAccount"] == "default"
    (volume,) = made["spec"]["volumes"]
    assert volume["name"].startswith("kube-api-access-")
    assert [next(iter(source)) for source in volume["projected"]["sources"]] == [
        "serviceAccountToken",
        "configMap",
        "downwardAPI",
    ]
    assert mounts(made) == [{"name": volume["name"], "readOnly": True, "mountPath": PATH}]


@pytest.mark.parametrize("of_account", [None, True, False])
@pytest.mark.parametrize("of_pod", [None, True, False])
def test_who_decides_about_the_token(door, of_account, of_pod):
    """The Pod's word counts, then the account's; without any, it is mounted."""
    account = {"metadata": {"name": "bot"}}
    if of_account is not None:
        account["automountServiceAccountToken"] = of_account
    door.make(ACCOUNTS, account)
    spec = {} if of_pod is None else {"automountServiceAccountToken": of_pod}
    made = pod(door, serviceAccountName="bot", **spec)
    wanted = next((word for word in (of_pod, of_account) if word is not None), True)
    assert bool(mounts(made)) is wanted
    assert bool(made["spec"].get("volumes")) is wanted


def test_an_account_that_is_not_there(door):
    """A Pod of an unknown account is 403."""
    spec = {"serviceAccountName": "nosuch", "containers": [{"name": "c", "image": "i"}]}
    answer = door.ask("POST", PODS, {"metadata": {"name": "p"}, "spec": spec})
    assert message(answer, 403) == (
        'pods "p" is forbidden: error looking up service account default/nosuch: serviceaccount "nosuch" not found'
    )


def test_pull_secrets_come_from_the_account(door):
    """A Pod without pull secrets gets the account's."""
    door.make(ACCOUNTS, {"metadata": {"name": "bot"}, "imagePullSecrets": [{"name": "registry"}]})
    assert pod(door, serviceAccountName="bot")["spec"]["imagePullSecrets"] == [{"name": "registry"}]


def test_the_ca_of_a_namespace_is_put_back(door):
    """``kube-root-ca.crt`` comes back when it is deleted, and as it was when it is changed."""
    path = "/api/v1/namespaces/default/configmaps/kube-root-ca.crt"
    before = door.ask("GET", path).json()["data"]
    assert door.ask("DELETE", path).status_code == 200
    assert door.ask("GET", path).json()["data"] == before
    changed = {"metadata": {"name": "kube-root-ca.crt"}, "data": {"ca.crt": ""}}
    assert door.ask("PUT", path, changed).status_code == 200
    assert door.ask("GET", path).json()["data"] == before
