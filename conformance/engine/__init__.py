"""Runs checks, records what happened as events, and scores events. No target is needed to score."""
