"""ServiceAccount: every Pod runs as somebody, and finds a token of theirs (k8s.io/kubernetes/plugin/pkg/admission/serviceaccount)."""

from __future__ import annotations

from collections.abc import Callable

from emulator.apiserver.admission.chain import NewPods
from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.metadata import generate_name
from emulator.apiserver.apimachinery.objects import Object, copy, metadata
from emulator.apiserver.registry.before import SYSTEM
from emulator.apiserver.registry.strategy import Context

DEFAULT = "default"
MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
VOLUME = "kube-api-access-"
MIRROR = "kubernetes.io/config.mirror"
TOKEN_SECONDS = 3607  # an hour, and something to tell it from tokens that people ask for
Find = Callable[[str, str, str], Object | None]


class ServiceAccount(NewPods):
    """Gives a new Pod its account, the account's pull secrets, and a volume with token, CA and namespace."""

    def __init__(self, find: Find) -> None:
        self._find = find

    def admit(self, operation: str, context: Context, obj: Object | None, old: Object | None) -> None:
        """Complete a new Pod. Raises StatusError (403) when its account is not there."""
        assert obj is not None, "a create has an object"
        if context.user is SYSTEM or MIRROR in (metadata(obj).get("annotations") or {}):
            return
        spec = obj.setdefault("spec", {})
        name = spec.get("serviceAccountName") or DEFAULT
        spec["serviceAccountName"] = spec["serviceAccount"] = name
        account = self._find("serviceaccounts", context.namespace, name)
        if account is None:
            why = f'error looking up service account {context.namespace}/{name}: serviceaccount "{name}" not found'
            raise errors.forbidden(context.resource.group_resource, metadata(obj).get("name") or "", why)
        wanted = spec.get("automountServiceAccountToken")
        if account.get("automountServiceAccountToken", True) if wanted is None else wanted:
            _mount(spec, context)
        if not spec.get("imagePullSecrets") and account.get("imagePullSecrets"):
            spec["imagePullSecrets"] = copy(account["imagePullSecrets"])


def _mount(spec: Object, context: Context) -> None:
    """Mount the token's volume into every container that has nothing else there."""
    named = [volume["name"] for volume in spec.get("volumes") or () if volume.get("name", "").startswith(VOLUME)]
    name = named[0] if named else context.remember("token volume", lambda: generate_name(VOLUME))
    mounted = False
    for container in [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]:
        mounts = container.get("volumeMounts") or []
        if any(mount.get("mountPath") == MOUNT_PATH for mount in mounts):
            continue
        container["volumeMounts"] = [*mounts, {"name": name, "readOnly": True, "mountPath": MOUNT_PATH}]
        mounted = True
    if mounted and not named:
        spec["volumes"] = [*(spec.get("volumes") or ()), {"name": name, "projected": _projection()}]


def _projection() -> Object:
    namespace = {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
    return {
        "sources": [
            {"serviceAccountToken": {"expirationSeconds": TOKEN_SECONDS, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [namespace]}},
        ],
        "defaultMode": 420,
    }
