"""The only code that talks to a target; every exchange goes into a history."""
