"""What Michelangelo adds to Kubernetes: CRDs, registration, controllers, gRPC. Always a client of some API server."""
