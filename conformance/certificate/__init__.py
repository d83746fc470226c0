"""Certificates: signed statements of what a run found, that a machine can verify against the run's log."""
