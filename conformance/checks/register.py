"""Every check."""

from __future__ import annotations

from conformance.checks import access, artifacts, concurrency, registry
from conformance.checks.check import Check

CHECKS: tuple[Check, ...] = (*registry.CHECKS, *concurrency.CHECKS, *access.CHECKS, *artifacts.CHECKS)
