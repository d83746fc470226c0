"""The only code that talks: HTTP to Kubernetes, S3, gRPC. Every exchange is recorded in a history."""
