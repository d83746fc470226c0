"""What every write has in common before it is stored (k8s.io/apiserver/pkg/registry/rest: create.go, update.go, meta.go)."""

from __future__ import annotations

from emulator.apiserver.apimachinery import errors, fields
from emulator.apiserver.apimachinery.metadata import validate_metadata, validate_metadata_update
from emulator.apiserver.apimachinery.names import GroupResource
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.options import Preconditions
from emulator.apiserver.apimachinery.users import MASTERS, UserInfo
from emulator.apiserver.registry.kind import Kind
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.strategy import Context, Strategy

SYSTEM = UserInfo("system:apiserver", groups=(MASTERS,))
_SYSTEM_FIELDS = ("creationTimestamp", "uid", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink")


def wipe_system_fields(meta: Object) -> None:
    """Drop what only the server sets."""
    for name in _SYSTEM_FIELDS:
        meta.pop(name, None)


def match_namespace(context: Context, resource: Resource, meta: Object) -> None:
    """Put the path's namespace on the object. Raises StatusError (400) when it names another."""
    given = meta.get("namespace") or ""
    if not resource.namespaced:
        meta.pop("namespace", None)
        return
    if given and given != context.namespace:
        raise errors.bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    meta["namespace"] = context.namespace


def deduplicate_owners(meta: Object, context: Context) -> None:
    """Drop repeated ownerReferences, with the server's warning."""
    references = meta.get("ownerReferences")
    if not isinstance(references, list):
        return
    seen: list[Object] = []
    for reference in references:
        if reference in seen:
            context.warnings.append(
                ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in "
                f"1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: "
                f"{reference.get('uid')}"
            )
        else:
            seen.append(reference)
    if len(seen) != len(references):
        meta["ownerReferences"] = seen


def check_new(context: Context, kind: Kind, strategy: Strategy, obj: Object) -> None:
    """Validate a new object: metadata, then the kind's rules. Raises StatusError (422) with every error."""
    meta = metadata(obj)
    found = validate_metadata(
        meta,
        namespaced=kind.resource.namespaced,
        name_errors=strategy.name_errors,
        custom=kind.resource.custom,
    )
    found += strategy.validate(context, obj)
    if found:
        raise errors.invalid(kind.resource.group_kind, meta.get("name") or "", found)


def check_uid(resource: Resource, name: str, preconditions: Preconditions | None, current: Object) -> None:
    """Refuse a write meant for an earlier object of the same name. Raises StatusError (409)."""
    uid = preconditions.uid if preconditions is not None else None
    if uid and uid != current.get("uid"):
        group = f"{resource.group}/" if resource.group and resource.custom else ""
        key = "/".join(part for part in (f"/registry/{group}{resource.plural}", current.get("namespace"), name) if part)
        why = (
            f"StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: "
            f"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.get('uid')}"
        )
        raise errors.conflict(resource.group_resource, name, why)


def prepare_update(context: Context, strategy: Strategy, new: Object, old: Object) -> None:
    """Carry over what an update may not change, around the strategy's own preparation."""
    meta, current = metadata(new), metadata(old)
    if "generation" in current:
        meta["generation"] = current["generation"]
    else:
        meta.pop("generation", None)
    meta.pop("selfLink", None)
    strategy.prepare_for_update(context, new, old)
    meta = metadata(new)
    meta["uid"] = meta.get("uid") or current.get("uid")
    meta["creationTimestamp"] = current.get("creationTimestamp")
    for name in ("deletionTimestamp", "deletionGracePeriodSeconds"):
        if current.get(name) is not None:
            meta[name] = current[name]


def check_update(context: Context, kind: Kind, strategy: Strategy, new: Object, old: Object) -> None:
    """Validate an update. Raises StatusError (422) with every error."""
    found = validate_metadata_update(metadata(new), metadata(old), "metadata", custom=kind.resource.custom)
    found *= 2  # the generic store validates metadata, and every strategy does so again: the real server lists each error twice
    found += strategy.validate_update(context, new, old)
    if found:
        raise errors.invalid(kind.resource.group_kind, context.name, found)


def check_delete_preconditions(
    resource: Resource, name: str, preconditions: Preconditions | None, meta: Object
) -> None:
    """Refuse a deletion meant for another uid or version. Raises StatusError (409), which names the kind."""
    if preconditions is None:
        return
    where = GroupResource(resource.group, resource.kind)
    if preconditions.uid is not None and preconditions.uid != meta.get("uid"):
        raise errors.conflict(
            where,
            name,
            f"the UID in the precondition ({preconditions.uid}) does not match the UID in record ({meta.get('uid')}). "
            "The object might have been deleted and then recreated",
        )
    wanted = preconditions.resource_version
    if wanted is not None and wanted != meta.get("resourceVersion"):
        raise errors.conflict(
            where,
            name,
            f"the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record "
            f"({meta.get('resourceVersion')}). The object might have been modified",
        )


def version_required() -> fields.FieldError:
    """A PUT without resourceVersion on a kind that does not take it."""
    return fields.invalid("metadata.resourceVersion", 0, "must be specified for an update")
