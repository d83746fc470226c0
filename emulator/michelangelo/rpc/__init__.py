"""The platform's gRPC API, as the real ``ma`` speaks it: a thin, typed proxy to the Kubernetes API."""
