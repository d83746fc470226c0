"""Secrets of type ``kubernetes.io/service-account-token``: filled with a token that lives as long as they do.

The kube-controller-manager's part of it (k8s.io/kubernetes/pkg/controller/serviceaccount/tokens_controller.go). One whose account is
not there is deleted.
"""

from __future__ import annotations

import base64

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.authn.service_accounts import ServiceAccountTokens
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.builtin.secret import ACCOUNT_NAME, ACCOUNT_TOKEN
from emulator.apiserver.registry.store import Backing, Store
from emulator.apiserver.registry.strategy import Context
from emulator.apiserver.storage.interface import Event

ACCOUNT_UID = "kubernetes.io/service-account.uid"
MANAGER = "kube-controller-manager"
_TYPE = ACCOUNT_TOKEN.encode()


class AccountSecrets:
    """Keeps token Secrets in step with their ServiceAccounts."""

    def __init__(
        self, backing: Backing, secrets: Store, accounts: Store, tokens: ServiceAccountTokens, ca: bytes
    ) -> None:
        self._clock = backing.clock
        self._afterwards = backing.afterwards
        self._secrets = secrets
        self._accounts = accounts
        self._tokens = tokens
        self._ca = ca
        backing.storage.subscribe(self._notice)

    def _notice(self, event: Event) -> None:
        key = event.stored.key
        if key.resource == self._secrets.name and event.type != "DELETED" and _TYPE in event.stored.data:
            self._afterwards.soon(self._sync, key.namespace, key.name)
        elif key.resource == self._accounts.name and event.type == "DELETED":
            self._afterwards.soon(self._forget, key.namespace)

    def _forget(self, namespace: str) -> None:
        """Look at a namespace's token Secrets again: an account has gone."""
        storage = self._secrets.backing.storage
        for stored in list(storage.list(self._secrets.name, namespace).items):
            if _TYPE in stored.data:
                self._sync(namespace, stored.key.name)

    def _sync(self, namespace: str, name: str) -> None:
        stored = self._secrets.find(namespace, name)
        if stored is None:
            return
        old = self._secrets.decode(stored)
        if old.get("type") != ACCOUNT_TOKEN:
            return
        notes = metadata(old).get("annotations") or {}
        account = self._account(namespace, notes.get(ACCOUNT_NAME) or "")
        if account is None or abandoned(old, account):
            context = Context(self._secrets.kind.resource, namespace, SYSTEM, self._clock.timestamp(), name=name)
            self._secrets.remove(context, self._secrets.kind, stored)
            return
        new = completed(old, account, self._tokens, self._ca)
        if new != old:
            self._secrets.kind.field_manager("").update(old, new, MANAGER, self._clock.timestamp())
            self._secrets.write(new)

    def _account(self, namespace: str, name: str) -> Object | None:
        stored = self._accounts.find(namespace, name) if name else None
        if stored is None:
            return None
        found: Object = codec.load(stored.data)
        return found


def abandoned(secret: Object, account: Object) -> bool:
    """Whether a token Secret is of an earlier account of the same name."""
    notes = metadata(secret).get("annotations") or {}
    return notes.get(ACCOUNT_UID) not in (None, "", metadata(account)["uid"])


def completed(secret: Object, account: Object, tokens: ServiceAccountTokens, ca: bytes) -> Object:
    """A token Secret with everything that it is to hold: whose it is, the CA (PEM), the namespace, and a token that lasts."""
    new: Object = copy(secret)
    meta = metadata(new)
    meta["annotations"][ACCOUNT_UID] = metadata(account)["uid"]
    data = new.get("data") or {}
    new["data"] = data
    wanted = {"ca.crt": ca, "namespace": meta["namespace"].encode()}
    if "token" not in data:
        wanted["token"] = tokens.issue(tokens.lasting_claims(meta["namespace"], account, meta["name"])).encode()
    for field, value in wanted.items():
        data[field] = base64.b64encode(value).decode()
    return new
