"""What a cluster does by itself, done by clients: where the API server is bare, as envtest's, nobody else does it.

The in-memory API server has its own in ``apiserver/registry``; a kube-controller-manager makes both superfluous.
"""
