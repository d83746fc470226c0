"""APIServices behind a Service: requests to their group versions go there, and whether they can.

They never can: there is no cluster network. So the status says what a real aggregator says that finds nobody, and the
server answers 503 for everything beneath their paths.

Source: k8s.io/kube-aggregator/pkg/controllers/status.
"""

from __future__ import annotations

from emulator.apiserver.apimachinery import codec
from emulator.apiserver.apimachinery.objects import Object
from emulator.apiserver.registry.builtin.api_service import LOCAL, available
from emulator.apiserver.registry.catalog import Catalog
from emulator.apiserver.registry.store import Store
from emulator.apiserver.storage.interface import Event, Key, KeyNotFoundError

_SERVICES, _SLICES = "services", "endpointslices.discovery.k8s.io"
_SERVICE_NAME = "kubernetes.io/service-name"
Verdict = tuple[str, str, str]


class RemoteServices:
    """Tells the catalog which paths are served elsewhere, and keeps the condition Available."""

    def __init__(self, catalog: Catalog, store: Store) -> None:
        self._catalog = catalog
        self._store = store
        self._storage = store.backing.storage
        self._paths: dict[str, str] = {}  # of those behind a Service, by their names
        self._due: set[str] = set()
        for stored in self._storage.list(store.name).items:
            self._sync(stored.key.name)
        self._storage.subscribe(self._notice)

    def _notice(self, event: Event) -> None:
        key = event.stored.key
        if key.resource == self._store.name:
            self._check([key.name])
        elif self._paths and key.resource in (_SERVICES, _SLICES):
            self._check(list(self._paths))

    def _check(self, names: list[str]) -> None:
        for name in names:
            if name not in self._due:
                self._due.add(name)
                self._store.backing.afterwards.soon(self._sync, name)

    def _sync(self, name: str) -> None:
        self._due.discard(name)
        stored = self._store.find("", name)
        obj = codec.load(stored.data) if stored is not None else {"spec": {}}
        spec = obj["spec"]
        self._paths.pop(name, None)
        if spec.get("service") is not None:
            self._paths[name] = f"/apis/{spec['group']}/{spec['version']}" if spec.get("group") else "/api"
        self._catalog.elsewhere = tuple(self._paths.values())
        if stored is not None:
            self._judge(obj)

    def _judge(self, obj: Object) -> None:
        """Write the condition, where it says something else."""
        verdict = self._verdict(obj["spec"]) if obj["spec"].get("service") is not None else LOCAL
        new = available(verdict, self._store.backing.clock.timestamp())
        conditions = (obj.get("status") or {}).get("conditions") or []
        before = next((each for each in conditions if each["type"] == new["type"]), None)
        if before is not None and before["status"] == new["status"]:
            new["lastTransitionTime"] = before.get("lastTransitionTime")
        if new != before:
            others = [each for each in conditions if each is not before]
            obj["status"] = {**(obj.get("status") or {}), "conditions": [*others, new]}
            self._store.write(obj)

    def _verdict(self, spec: Object) -> Verdict:
        service = spec["service"]
        namespace, name, number = service["namespace"], service["name"], service.get("port") or 443
        named = f'service/{name} in "{namespace}"'
        try:
            found = codec.load(self._storage.get(Key(_SERVICES, namespace, name)).data)["spec"]
        except KeyNotFoundError:
            return "False", "ServiceNotFound", f"{named} is not present"
        if found.get("type") == "ClusterIP":
            port = next((each for each in found.get("ports") or () if each["port"] == number), None)
            if port is None:
                return "False", "ServicePortError", f"{named} is not listening on port {number}"
            slices = self._storage.list(_SLICES, namespace, label=(_SERVICE_NAME, name)).items
            if not slices:
                return "False", "EndpointsNotFound", f"cannot find endpointslices for {named}"
            label = port.get("name") or ""
            if not any(_reaches(codec.load(stored.data), label) for stored in slices):
                text = f'endpointslices for {named} have no addresses with port name "{label}"'
                return "False", "MissingEndpoints", text
        url = f"https://{name}.{namespace}.svc:{number}/apis/{spec.get('group', '')}/{spec['version']}"
        return "False", "FailedDiscoveryCheck", f"failing or missing response from {url}: there is no cluster network"


def _reaches(endpoints: Object, port: str) -> bool:
    """Whether an EndpointSlice has an address that is ready, and a port of that name."""
    ready = any((each.get("conditions") or {}).get("ready") is not False for each in endpoints.get("endpoints") or ())
    named = any(
        (each.get("name") or "") == port and each.get("port") is not None for each in endpoints.get("ports") or ()
    )
    return ready and named
