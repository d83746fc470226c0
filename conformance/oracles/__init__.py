"""From a history to findings; pure."""
