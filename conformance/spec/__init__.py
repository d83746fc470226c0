"""The clauses: what is promised, where the guide says it."""
