"""What is examined: a cluster as its API server shows it, and a bucket. Everything is read once, and nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from emulator.doctor.bucket import Bucket
from emulator.doors import Doors
from emulator.michelangelo.client import ApiError, KubeClient, Object, Resource
from emulator.michelangelo.resources import DEFINITIONS, INFERENCE_SERVERS, MODELS
from emulator.michelangelo.spelling import SPELLINGS, Spelling

CRD = "models.michelangelo.api"
UNKNOWN_TYPE = 404


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants examined. No namespaces: all of them."""

    namespaces: tuple[str, ...] = ()
    model: str = ""
    server: str = ""
    subject: str = ""
    files: tuple[Path, ...] = ()
    allow_probe: bool = False


@dataclass
class Patient:
    """A cluster, its bucket where there is one, and our plane's doors where it is one of ours."""

    client: KubeClient
    question: Question
    bucket: Bucket | None = None
    doors: Doors | None = None
    notes: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)  # resources that the server does not serve
    forbidden: dict[tuple[str, str], str] = field(default_factory=dict)  # resource and namespace -> what we were told
    _seen: dict[tuple[Resource, str], list[Object]] = field(default_factory=dict)
    _definition: list[Object | None] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Say something that is no finding, once."""
        if text not in self.notes:
            self.notes.append(text)

    async def see(self, resource: Resource) -> list[Object]:
        """The objects in the question's namespaces; none, with a note, where they may not be seen. Raises ApiError."""
        found = []
        for namespace in self.question.namespaces or ("",):
            found += await self.see_in(resource, namespace)
        return found

    async def see_in(self, resource: Resource, namespace: str) -> list[Object]:
        """The objects of one namespace, or (empty) of all. Raises ApiError."""
        key = resource, namespace
        if key not in self._seen:
            self._seen[key] = await self._ask(resource, namespace)
        return self._seen[key]

    async def _ask(self, resource: Resource, namespace: str) -> list[Object]:
        where = f"in namespace {namespace}" if namespace else "in all namespaces (name one with -n)"
        try:
            return list((await self.client.list(resource, namespace)).get("items") or [])
        except ApiError as error:
            if error.code == UNKNOWN_TYPE:
                self.unknown.add(resource.plural)
            elif error.code == 403:
                self.forbidden[resource.plural, namespace] = str(error)
                self.note(f"not seen: {resource.plural} {where}: {error}")
            else:
                raise
            return []

    async def models(self) -> list[Object]:
        """The Models that are asked about. Raises ApiError."""
        wanted = self.question.model
        return [model for model in await self.see(MODELS) if not wanted or model["metadata"]["name"] == wanted]

    async def servers(self) -> list[Object]:
        """The InferenceServers that are asked about. Raises ApiError."""
        wanted = self.question.server
        return [one for one in await self.see(INFERENCE_SERVERS) if not wanted or one["metadata"]["name"] == wanted]

    async def definition(self) -> Object | None:
        """The definition of Model; None when it is missing or may not be read. Raises ApiError."""
        if not self._definition:
            try:
                self._definition.append(await self.client.find(DEFINITIONS, "", CRD))
            except ApiError as error:
                if error.code != 403:
                    raise
                self.note(f"not seen: crd/{CRD}: {error}")
                self._definition.append(None)
        return self._definition[0]

    async def dialect(self) -> str:
        """How Model fields are spelled: guide, upstream, or nothing when that is not known. Raises ApiError."""
        definition = await self.definition()
        if definition is None:
            return self.doors.dialect if self.doors is not None else ""
        spec = spec_schema(definition)
        for name, spelling in SPELLINGS.items():
            if spelling.deployable_artifact_uri in spec and spelling.model_artifact_uri in spec:
                return name
        return ""

    async def spelling(self) -> Spelling:
        """The spelling to read Models by. Raises ApiError."""
        return SPELLINGS[await self.dialect() or "upstream"]


def spec_schema(definition: Object) -> Object:
    """The properties of a definition's spec, of the version v2; empty when it says nothing."""
    for version in definition["spec"].get("versions") or ():
        if version.get("name") == "v2":
            schema = (version.get("schema") or {}).get("openAPIV3Schema") or {}
            spec: Object = ((schema.get("properties") or {}).get("spec") or {}).get("properties") or {}
            return spec
    return {}


def where(obj: Object) -> str:
    """An object as people say it: NAMESPACE/NAME."""
    meta = obj["metadata"]
    return f"{meta.get('namespace', '')}/{meta['name']}".lstrip("/")


def place(obj: Object) -> str:
    """The words of a kubectl command that name an object: ``NAME -n NAMESPACE``."""
    return f"{obj['metadata']['name']} -n {obj['metadata'].get('namespace', 'default')}"
