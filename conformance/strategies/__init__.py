"""Hypothesis strategies: what is sent."""
