"""The checks: each drives a world through a case and says which clause is broken, if one is."""
