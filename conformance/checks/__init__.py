"""The checks: plain functions over a session, each names the clauses that it decides."""
