"""Hypothesis strategies. Everything drawn is JSON, in the guide's spelling, so that a case can be replayed without Hypothesis."""
