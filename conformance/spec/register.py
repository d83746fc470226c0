"""Every clause by its id, in the order of the guide."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.spec import artifacts, kubernetes, overview, rbac, resource, retention, serving
from conformance.spec.clause import Clause
from conformance.spec.guide import IMPLIED, SECTIONS

_ORDER = {section: number for number, section in enumerate((*SECTIONS, IMPLIED))}
_ALL = (
    *overview.CLAUSES,
    *artifacts.CLAUSES,
    *rbac.CLAUSES,
    *resource.CLAUSES,
    *serving.CLAUSES,
    *retention.CLAUSES,
    *kubernetes.CLAUSES,
)
CLAUSES: Mapping[str, Clause] = {
    clause.id: clause for clause in sorted(_ALL, key=lambda clause: _ORDER[clause.section])
}
