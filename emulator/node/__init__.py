"""A node: runs the few Pods that the guide needs as local processes, without a shell, as a client of some API server."""
