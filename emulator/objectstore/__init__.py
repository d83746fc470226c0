"""S3: moto as a child process, or an endpoint that exists."""
