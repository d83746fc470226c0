"""One file per command of ``ma-conformance``."""
