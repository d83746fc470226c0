"""Judges any Michelangelo control plane against the operator guide. Speaks HTTPS, gRPC and S3; imports nothing of what it judges."""

from conformance.spec.clause import Clause
from conformance.verdict import Verdict

__all__ = ["Clause", "Verdict"]
__version__ = "0.1.0"
