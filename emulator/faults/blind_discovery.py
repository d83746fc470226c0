"""The discovery of all groups at once does not know Models."""

from __future__ import annotations

from emulator.faults.rewriting import Call, Said, rewriting

NAME = "blind-discovery"


def answer(call: Call, said: Said) -> Said:
    value = said.json if call.path in ("/apis", "/apis/") else None
    if not isinstance(value, dict) or value.get("kind") != "APIGroupDiscoveryList":
        return said
    for group in value["items"]:
        for version in group["versions"]:
            version["resources"] = [one for one in version["resources"] if one["resource"] != "models"]
    return said.with_json(value)


LIE = rewriting(NAME, __doc__ or "", "k8s.discovery", "discovery", answer=answer)
