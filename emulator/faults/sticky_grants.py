"""What was allowed once stays allowed."""

from __future__ import annotations

from dataclasses import replace

from emulator.apiserver.authz.interface import Attributes, Authorizer, Decision
from emulator.faults.lie import Lie, tell
from emulator.faults.parts import Parts

NAME = "sticky-grants"


class _Sticky:
    def __init__(self, inner: Authorizer) -> None:
        self.inner = inner
        self.allowed: dict[tuple[str, ...], Decision] = {}

    def authorize(self, attributes: Attributes) -> Decision:
        """Remember every grant."""
        decision = self.inner.authorize(attributes)
        key = (attributes.user.name, attributes.verb, attributes.resource, attributes.namespace, attributes.subresource)
        if decision.allowed:
            self.allowed[key] = decision
        elif key in self.allowed:
            tell(NAME)
            return self.allowed[key]
        return decision


def fit(parts: Parts) -> Parts:
    """Never forget a grant."""
    honest = parts.apiserver.authorizer
    return replace(parts, apiserver=replace(parts.apiserver, authorizer=lambda inner: _Sticky(honest(inner))))


LIE = Lie(__doc__ or "", "rbac.revocation", "revocation", fit)
