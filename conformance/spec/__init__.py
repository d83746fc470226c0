"""What is promised: the clauses of the operator guide, and the profiles that bundle them. Data; no I/O."""
