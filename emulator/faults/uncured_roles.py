"""A Role that is corrected keeps the API group that it had."""

from __future__ import annotations

from emulator.faults.rewriting import Call, rewriting

NAME = "uncured-roles"


def ask(call: Call) -> Call:
    value = call.json
    if call.method not in ("PUT", "PATCH") or "roles" not in call.parts or not isinstance(value, dict):
        return call
    if not any("models" in (rule.get("resources") or ()) for rule in value.get("rules") or ()):
        return call
    return call.with_json({**value, "rules": [{**rule, "apiGroups": [""]} for rule in value["rules"]]})


LIE = rewriting(NAME, __doc__ or "", "trouble.rbac-cure", "api-group", ask=ask)
