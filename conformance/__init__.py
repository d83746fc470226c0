"""Judges any Michelangelo control plane against the operator guide: ours, a kind cluster, a vendor's."""

from __future__ import annotations

__version__ = "0.1.0"
