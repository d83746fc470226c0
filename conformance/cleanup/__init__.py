"""Retention: deletes Models older than a cutoff and the objects that only they name. A tool of its own; checks judge it, too."""
