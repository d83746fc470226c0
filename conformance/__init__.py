"""Judges any Michelangelo control plane against the operator guide."""
