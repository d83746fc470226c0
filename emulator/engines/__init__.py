"""What a plane's Kubernetes API server is: one file per engine. Michelangelo's layer runs unchanged on each."""
