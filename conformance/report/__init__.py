"""What people and machines read of a run: pure functions of its events."""
