"""CustomResourceDefinitions: their defaults, and everything that may be wrong with one.

The server checks an internal form in which whatever all versions have in common stands at the top, so the paths of its messages are
``spec.validation...``, ``spec.additionalPrinterColumns...`` rather than ``spec.versions[0]...`` when the versions agree.
Source of rules and texts: k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation.
"""

from __future__ import annotations

from typing import Any

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, go_quote
from emulator.apiserver.apimachinery.metadata import dns1035_label, dns1123_subdomain
from emulator.apiserver.apimachinery.objects import Object, metadata, name_of
from emulator.apiserver.schema.definition_conversion import validate_conversion
from emulator.apiserver.schema.definition_internal import hoist, internal_version
from emulator.apiserver.schema.definition_schema import validate_schema
from emulator.apiserver.schema.definition_version import (
    validate_columns,
    validate_deprecation,
    validate_selectable_fields,
    validate_subresources,
)
from emulator.apiserver.schema.formats import is_recognized
from emulator.apiserver.schema.walk import subschemas

APPROVAL = "api-approved.kubernetes.io"
_APPROVAL_POLICY = "https://github.com/kubernetes/enhancements/pull/1111"
_PROTECTED = ("k8s.io", "kubernetes.io")
_SCOPES = ("Cluster", "Namespaced")
_IMMUTABLE = "field is immutable"


def default_definition(crd: Object) -> None:
    """Fill in the names and the conversion that a definition does not give."""
    spec = crd.get("spec")
    if not isinstance(spec, dict):
        spec = crd["spec"] = {}
    names = spec.setdefault("names", {})
    kind = names.get("kind") or ""
    if not names.get("singular") and kind:
        names["singular"] = kind.lower()
    if not names.get("listKind") and kind:
        names["listKind"] = f"{kind}List"
    conversion = spec.get("conversion")
    if not conversion:
        spec["conversion"] = {"strategy": "None"}
    else:
        service = ((conversion.get("webhook") or {}).get("clientConfig") or {}).get("service")
        if isinstance(service, dict) and service.get("port") is None:
            service["port"] = 443
    if spec.get("preserveUnknownFields") is False:
        del spec["preserveUnknownFields"]


def validate_definition(crd: Object) -> list[FieldError]:
    """Everything wrong with a new definition, beyond what is wrong with any metadata."""
    spec = crd.get("spec") or {}
    found: list[FieldError] = []
    name = name_of(crd)
    if name and name != f"{(spec.get('names') or {}).get('plural') or ''}.{spec.get('group') or ''}":
        found.append(fields.invalid("metadata.name", name, 'must be spec.names.plural+"."+spec.group'))
    found += _validate_spec(spec, None)
    return found + _validate_rest(crd, None)


def validate_definition_update(new: Object, old: Object) -> list[FieldError]:
    """Everything wrong with a changed definition: what a new one must be, and what may not change any more."""
    spec, before = new.get("spec") or {}, old.get("spec") or {}
    found = _validate_spec(spec, before)
    names, names_before = spec.get("names") or {}, before.get("names") or {}
    pairs: list[tuple[str, Any, Any]] = []
    if is_established(old):
        pairs.append(("spec.scope", spec.get("scope"), before.get("scope")))
        pairs.append(("spec.names.kind", names.get("kind"), names_before.get("kind")))
    pairs.append(("spec.group", spec.get("group"), before.get("group")))
    pairs.append(("spec.names.plural", names.get("plural"), names_before.get("plural")))
    found += [fields.invalid(path, now or "", _IMMUTABLE) for path, now, then in pairs if (now or "") != (then or "")]
    return found + _validate_rest(new, old)


def definition_warnings(crd: Object) -> list[str]:
    """Warnings for string formats that the server does not know and will not check."""
    unknown: set[str] = set()
    for version in (crd.get("spec") or {}).get("versions") or ():
        for schema in subschemas((version.get("schema") or {}).get("openAPIV3Schema")):
            given = schema.get("format")
            if schema.get("type") == "string" and given and not is_recognized(given):
                unknown.add(given)
    return [f"unrecognized format {go_quote(name)}" for name in sorted(unknown)]


def is_established(crd: Object) -> bool:
    """Whether a definition is, or was, served."""
    conditions = (crd.get("status") or {}).get("conditions") or ()
    return any(condition.get("type") == "Established" and condition.get("status") == "True" for condition in conditions)


def _validate_spec(spec: Object, before: Object | None) -> list[FieldError]:
    found = _validate_group(spec.get("group") or "")
    scope = spec.get("scope") or ""
    if not scope:
        found.append(fields.required("spec.scope"))
    elif scope not in _SCOPES:
        found.append(fields.not_supported("spec.scope", scope, list(_SCOPES)))
    given = spec.get("versions")
    versions: list[Object] = given or []
    tightened = before is None or all(_schema_of(version) is not None for version in before.get("versions") or ())
    for position, version in enumerate(versions):
        if _schema_of(version) is None and (tightened or version.get("served")):
            detail = "" if tightened else "because otherwise all fields are pruned"
            found.append(fields.required(f"spec.versions[{position}].schema.openAPIV3Schema", detail))
    if spec.get("preserveUnknownFields") and any(_has_defaults(version) for version in versions):
        detail = "must be false in order to use defaults in the schema"
        found.append(fields.invalid("spec.preserveUnknownFields", True, detail))
    top, own = hoist(versions)
    for position, version in enumerate(own):
        found += _validate_version(version, f"spec.versions[{position}]", top)
    found += _validate_versions(given, own)
    found += _validate_required_names(spec.get("names") or {})
    found += validate_names(spec.get("names") or {}, "spec.names")
    found += _validate_contents(top, "spec", "validation", status=_any_status(versions))
    return found + validate_conversion(spec)


def _validate_group(group: str) -> list[FieldError]:
    if not group:
        return [fields.required("spec.group")]
    if problems := dns1123_subdomain(group):
        return [fields.invalid("spec.group", group, ",".join(problems))]
    if "." not in group:
        return [fields.invalid("spec.group", group, "should be a domain with at least one dot")]
    return []


def _validate_version(version: Object, path: str, top: Object) -> list[FieldError]:
    found: list[FieldError] = []
    name = version.get("name") or ""
    if problems := dns1035_label(name):
        found.append(fields.invalid(f"{path}.name", name, ",".join(problems)))
    found += validate_deprecation(version, f"{path}.deprecationWarning")
    status = "status" in (version.get("subresources") or top.get("subresources") or {})
    return found + _validate_contents(version, path, "schema", status=status)


def _validate_contents(holder: Object, path: str, schema_name: str, *, status: bool) -> list[FieldError]:
    """What stands either in each version or, when all agree, at the top."""
    found: list[FieldError] = []
    schema = _schema_of(holder)
    if schema is not None:
        found += validate_schema(schema, f"{path}.{schema_name}", status=status)
    found += validate_subresources(holder.get("subresources"), f"{path}.subresources")
    found += validate_columns(holder.get("additionalPrinterColumns"), f"{path}.additionalPrinterColumns")
    return found + validate_selectable_fields(holder.get("selectableFields"), schema, f"{path}.selectableFields")


def _validate_versions(given: list[Object] | None, own: list[Object]) -> list[FieldError]:
    found: list[FieldError] = []
    names = [version.get("name") or "" for version in own]
    shown = [internal_version(version) for version in own] if given is not None else None
    if len(set(names)) != len(names):
        found.append(fields.invalid("spec.versions", shown, "must contain unique version names"))
    if sum(bool(version.get("storage")) for version in own) != 1:
        detail = "must have exactly one version marked as storage version"
        found.append(fields.invalid("spec.versions", shown, detail))
    if names and names[0] and (problems := dns1035_label(names[0])):
        found.append(fields.invalid("spec.version", names[0], ",".join(problems)))
    return found


def _validate_required_names(names: Object) -> list[FieldError]:
    wanted = ("plural", "singular", "kind", "listKind")
    return [fields.required(f"spec.names.{name}") for name in wanted if not names.get(name)]


def validate_names(names: Object, path: str) -> list[FieldError]:
    """What is wrong with the names that are given."""
    found: list[FieldError] = []
    for name in ("plural", "singular", "kind", "listKind"):
        value = names.get(name) or ""
        mixed = name in ("kind", "listKind")
        problems = dns1035_label(value.lower() if mixed else value) if value else []
        if problems:
            prefix = "may have mixed case, but should otherwise match: " if mixed else ""
            found.append(fields.invalid(f"{path}.{name}", value, prefix + ",".join(problems)))
    found += _validate_labels(names.get("shortNames"), f"{path}.shortNames")
    if names.get("kind") and names["kind"] == names.get("listKind"):
        found.append(fields.invalid(f"{path}.listKind", names["listKind"], "kind and listKind may not be the same"))
    return found + _validate_labels(names.get("categories"), f"{path}.categories")


def _validate_labels(values: list[str] | None, path: str) -> list[FieldError]:
    return [
        fields.invalid(f"{path}[{position}]", value, ",".join(problems))
        for position, value in enumerate(values or ())
        if (problems := dns1035_label(value))
    ]


def _validate_rest(crd: Object, old: Object | None) -> list[FieldError]:
    """Status, stored versions, approval, and fields that are only kept for old definitions."""
    status, spec = crd.get("status") or {}, crd.get("spec") or {}
    found = validate_names(status.get("acceptedNames") or {}, "status.acceptedNames")
    found += validate_stored_versions(status.get("storedVersions") or [], spec.get("versions") or [])
    found += _validate_approval(crd, old)
    kept = old is not None and bool((old.get("spec") or {}).get("preserveUnknownFields"))
    if spec.get("preserveUnknownFields") and not kept:
        detail = (
            "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"
        )
        found.append(fields.invalid("spec.preserveUnknownFields", True, detail))
    return found


def validate_stored_versions(stored: list[str], versions: list[Object]) -> list[FieldError]:
    """Every version that objects may be stored in must still be there."""
    path = "status.storedVersions"
    if not stored:
        return [fields.invalid(path, None, "must have at least one stored version")]
    names = [version.get("name") or "" for version in versions]
    found = [
        fields.invalid(path, stored, f"must have the storage version {version.get('name') or ''}")
        for version in versions
        if version.get("storage") and (version.get("name") or "") not in stored
    ]
    for position, name in enumerate(stored):
        if name not in names:
            detail = (
                f"missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions "
                f"until a storage migration ensures no data remains persisted in {name} and removes {name} from "
                "status.storedVersions"
            )
            found.append(fields.invalid(f"{path}[{position}]", name, detail))
    return found


def is_protected(group: str) -> bool:
    """Whether a group belongs to the Kubernetes community, and needs an approval."""
    return any(group == domain or group.endswith(f".{domain}") for domain in _PROTECTED)


def approval_of(crd: Object) -> tuple[str, str]:
    """How an API of a protected group is approved (missing, invalid, bypassed or approved), and the reason in words."""
    value = (metadata(crd).get("annotations") or {}).get(APPROVAL) or ""
    wanted = f'protected groups must have approval annotation "{APPROVAL}"'
    if not value:
        return "missing", f"{wanted}, see {_APPROVAL_POLICY}"
    if value.startswith("unapproved"):
        return "bypassed", f"not approved: {go_quote(value)}"
    scheme, separator, rest = value.partition("://")
    if separator and scheme.isalnum() and rest.split("/", 1)[0]:
        return "approved", f"approved in {value}"
    reason = f'{wanted} with either a URL or a reason starting with "unapproved", see {_APPROVAL_POLICY}'
    return "invalid", reason


def _validate_approval(crd: Object, old: Object | None) -> list[FieldError]:
    if not is_protected((crd.get("spec") or {}).get("group") or ""):
        return []
    state, reason = approval_of(crd)
    if old is not None and approval_of(old)[0] == state:
        return []
    path = fields.key("metadata.annotations", APPROVAL)
    if state == "missing":
        return [fields.required(path, reason)]
    if state == "invalid":
        return [fields.invalid(path, metadata(crd)["annotations"][APPROVAL], reason)]
    return []


def _schema_of(holder: Object) -> Object | None:
    schema = (holder.get("schema") or {}).get("openAPIV3Schema")
    return schema if isinstance(schema, dict) else None


def _has_defaults(version: Object) -> bool:
    return any(schema.get("default") is not None for schema in subschemas(_schema_of(version)))


def _any_status(versions: list[Object]) -> bool:
    return any("status" in (version.get("subresources") or {}) for version in versions)
