"""Every clause by its id."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.spec import registry
from conformance.spec.clause import Clause

CLAUSES: Mapping[str, Clause] = {clause.id: clause for clause in (*registry.CLAUSES,)}
PROFILES = tuple(dict.fromkeys(clause.profile for clause in CLAUSES.values()))
