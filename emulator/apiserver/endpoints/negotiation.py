"""Which form an answer takes: JSON, YAML, a Table, or metadata only (Accept), and which form a body has (Content-Type)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from emulator.apiserver.apimachinery import errors

JSON = "application/json"
YAML = "application/yaml"
PROTOBUF = "application/vnd.kubernetes.protobuf"
CBOR = "application/cbor"
TABLE = "Table"
PARTIAL = "PartialObjectMetadata"
PARTIAL_LIST = "PartialObjectMetadataList"
_CONVERSIONS = {
    (TABLE, "meta.k8s.io", "v1"): TABLE,
    (TABLE, "meta.k8s.io", "v1beta1"): TABLE,
    (PARTIAL, "meta.k8s.io", "v1"): PARTIAL,
    (PARTIAL, "meta.k8s.io", "v1beta1"): PARTIAL,
    (PARTIAL_LIST, "meta.k8s.io", "v1"): PARTIAL_LIST,
    (PARTIAL_LIST, "meta.k8s.io", "v1beta1"): PARTIAL_LIST,
}
# Built-in kinds have routes per media type: an Accept header that none of these meets finds no route.
_ROUTABLE = frozenset({JSON, YAML, PROTOBUF, "*/*"})
_UNROUTABLE = (
    "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
    "application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"
)


@dataclass(frozen=True, slots=True)
class Form:
    """The form of an answer: media type, pretty or not, and what the object is turned into (empty: itself)."""

    media_type: str = JSON
    pretty: bool = False
    conversion: str = ""
    version: str = "v1"  # of the conversion, in meta.k8s.io

    @property
    def content_type(self) -> bytes:
        """The Content-Type of an answer in this form."""
        return self.media_type.encode()


PLAIN = Form()


@dataclass(frozen=True, slots=True)
class Clause:
    """One item of an Accept header."""

    media_type: str
    quality: float
    parameters: tuple[tuple[str, str], ...]

    def parameter(self, name: str) -> str:
        """A parameter's value, or the empty string."""
        return next((value for key, value in self.parameters if key == name), "")


@lru_cache(maxsize=512)
def parse_accept(header: str) -> tuple[Clause, ...]:
    """An Accept header's items, best first; equal ones in their order."""
    clauses: list[Clause] = []
    for item in header.split(","):
        media_type, *rest = (part.strip() for part in item.split(";"))
        if not media_type:
            continue
        quality = 1.0
        parameters: list[tuple[str, str]] = []
        for parameter in rest:
            key, _, value = parameter.partition("=")
            if key == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 1.0
            else:
                parameters.append((key.strip(), value.strip()))
        clauses.append(Clause(media_type, quality, tuple(parameters)))
    return tuple(sorted(clauses, key=lambda clause: -clause.quality))


@lru_cache(maxsize=1024)
def negotiate(header: str, convertible: bool, custom: bool, protobuf: bool = False) -> Form:
    """The form that an Accept header asks for. Raises StatusError (406) when none fits.

    *convertible*: objects and lists, which can be Tables or metadata only. *custom*: custom resources take any
    ``application/*``, built-in kinds do not. *protobuf*: there is a protobuf form; it is given to those who take no other.
    """
    if not header or header == "*/*":
        return PLAIN
    for clause in parse_accept(header):
        kind = clause.parameter("as")
        if kind:
            wanted = (kind, clause.parameter("g"), clause.parameter("v"))
            if not convertible or wanted not in _CONVERSIONS or clause.media_type not in (JSON, YAML, "*/*"):
                continue
            media_type = YAML if clause.media_type == YAML else JSON
            return Form(media_type, clause.parameter("pretty") == "1", kind, wanted[2])
        if clause.media_type in (JSON, "*/*") or (custom and clause.media_type == "application/*"):
            return Form(JSON, clause.parameter("pretty") == "1")
        if clause.media_type == YAML:
            return Form(YAML)
    for clause in parse_accept(header):
        if clause.media_type != PROTOBUF:
            continue
        kind, version = clause.parameter("as"), clause.parameter("v")
        if kind in (PARTIAL, PARTIAL_LIST) and convertible and (kind, clause.parameter("g"), version) in _CONVERSIONS:
            return Form(PROTOBUF, False, kind, version)
        if protobuf and not kind:
            return Form(PROTOBUF)
    if not custom and not any(clause.media_type in _ROUTABLE for clause in parse_accept(header)):
        raise errors.StatusError(406, "NotAcceptable", _UNROUTABLE, {})
    supported = f"{JSON}, {YAML}, {PROTOBUF}"
    raise errors.not_acceptable(f"only the following media types are accepted: {supported}")


def wants_pretty(parameter: list[str] | None, user_agent: str, form: Form) -> bool:
    """Whether JSON is indented: ``?pretty=``, or a client that people look at (curl, Wget, browsers)."""
    if form.pretty:
        return True
    if parameter is not None:
        return parameter[0] not in ("", "0", "false", "False", "f", "F", "FALSE")
    return user_agent.startswith(("curl", "Wget", "Mozilla/5.0"))
