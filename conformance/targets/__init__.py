"""What is judged: one string names a target."""
