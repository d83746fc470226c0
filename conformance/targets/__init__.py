"""What can be judged: one string names a target, and opening it gives its doors."""
