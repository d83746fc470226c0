"""Michelangelo's CRD documents, one set per dialect, as they are applied to a cluster."""

from __future__ import annotations

from typing import Any

import yaml

from emulator import fixtures

Object = dict[str, Any]
KINDS = ("Model", "ModelFamily", "InferenceServer", "Deployment", "Revision", "Project", "Cluster")


def documents(dialect: str) -> list[Object]:
    """The CRDs of a dialect (``guide`` or ``upstream``). Raises FileNotFoundError for another."""
    folder = fixtures.path("crds", dialect)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [yaml.load(path.read_bytes(), Loader=loader) for path in sorted(folder.iterdir()) if path.suffix == ".yaml"]
