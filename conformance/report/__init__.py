"""From a run to what people and machines read."""
